"""Exercises of notebook 08, serving, gates and alarms."""

import json
from collections.abc import Callable

import pandas as pd

from helpers.checks.verdict import call, exercise
from helpers.data import FEATURES


@exercise
def exercise_8_1(as_request: Callable) -> str | None:
    """Turn events into the JSON body that a served model takes."""
    bare = pd.DataFrame({name: [k, k + 0.5] for k, name in enumerate(FEATURES)})
    for events in (bare, bare.assign(**{"class": ["g", "h"]})):
        body = call(as_request, events)
        if isinstance(body, dict):
            return "that is a dictionary; json.dumps makes the string of it."
        if not isinstance(body, (str, bytes)):
            return f"a string is asked for, this is {type(body).__name__}."
        try:
            content = json.loads(body)
        except ValueError:
            return "that string is not JSON: json.dumps(...) writes JSON."
        if not isinstance(content, dict) or list(content) != ["dataframe_split"]:
            return "the outermost level is {'dataframe_split': ...} and nothing else."
        table = content["dataframe_split"]
        if not isinstance(table, dict) or not {"columns", "data"} <= set(table):
            return (
                "the form is that of to_dict(orient='split'): 'columns' and 'data'. "
                "Which orient have you taken?"
            )
        if "class" in table["columns"]:
            return "the class is in the request: the service is to find it out."
        if sorted(table["columns"]) != sorted(FEATURES):
            return f"the ten columns are asked for, these are {table['columns']}."
        if len(table["data"]) != len(events):
            return f"{len(events)} events went in, {len(table['data'])} came out."
        if any(len(row) != len(FEATURES) for row in table["data"]):
            return (
                "each event has ten numbers, one per column: is the class among them?"
            )
        sent = pd.DataFrame(table["data"], columns=table["columns"])
        if not sent[list(FEATURES)].astype(float).equals(bare.astype(float)):
            return "the numbers do not stand under their columns, or were changed."
    return None


@exercise
def exercise_8_2(passes: Callable) -> str | None:
    """A gate with two sides: better on the new events, no worse on the old ones."""
    good, same = (0.88, 0.005, 0.84), (0.914, 0.004, 0.914)
    for new, old, expected, hint in [
        (
            good,
            same,
            True,
            "better on the new events, equal on the old ones: that passes.",
        ),
        ((0.84, 0.005, 0.88), same, False, "worse on the new events does not pass."),
        (
            (0.8445, 0.005, 0.84),
            same,
            False,
            "0.8445 against 0.840 is better by less than the error 0.005 of the new "
            "events.",
        ),
        (
            good,
            (0.90, 0.004, 0.914),
            False,
            "0.900 against 0.914 on the old events is worse by more than the error.",
        ),
        (
            good,
            (0.912, 0.004, 0.914),
            True,
            "0.912 against 0.914 on the old events is worse, but within the error "
            "0.004: that passes.",
        ),
        (
            good,
            (0.9095, 0.004, 0.914),
            False,
            "0.9095 against 0.914 is worse by more than the error 0.004 of the old "
            "events: each pair has its own error.",
        ),
        (
            good,
            (0.930, 0.004, 0.914),
            True,
            "0.930 against 0.914 on the old events is better: that passes.",
        ),
    ]:
        answer = call(passes, new, old)
        if bool(answer) is not expected:
            return hint
    return None


@exercise
def exercise_8_3(moonlit_night: str, mispointed: str, few_gammas: str) -> str | None:
    """What to do after each of three alarms."""
    actions = ("nothing", "retrain", "move the threshold")
    for answer in (moonlit_night, mispointed, few_gammas):
        if answer not in actions:
            return f"the answers are {', '.join(map(repr, actions))}, not {answer!r}."
    if moonlit_night != "nothing":
        return "look at the moonlit night's AUC: how many errors are lost?"
    if mispointed != "retrain":
        return "the mispointed night has lost AUC, so the order of the events is worse."
    if few_gammas != "move the threshold":
        return (
            "with few gammas the AUC does not change and the precision falls: the "
            "scores are as good as before, the cut at 0.5 is not."
        )
    return None
