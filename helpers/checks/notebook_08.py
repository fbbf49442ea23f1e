"""Exercises of notebook 08, serving, gates and alarms."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from helpers import data
from helpers.checks.cases import Case, a, call, compare, truth, word
from helpers.checks.verdict import exercise

FEATURES = list(data.FEATURES)


def _tables() -> Iterator[Case]:
    """Events as in the notebook: with and without class, filtered, one or many."""
    events = data.load_events().sample(40, random_state=0)
    bare = pd.DataFrame({name: [k, k + 0.5] for k, name in enumerate(FEATURES)})
    for table, says in [
        (bare, "for two events"),
        (bare.assign(**{"class": ["g", "h"]}), "for two events with the class"),
        (events, "for forty real events"),
        (events[FEATURES].head(1), "for one event"),
        (events[["class", *FEATURES[::-1]]], "for columns in another order"),
    ]:
        yield Case(table, says=says)


def _badly_formed(body, count: int) -> str | None:
    """Say what is wrong with the form of a request for `count` events."""
    if isinstance(body, dict):
        return "that is a dictionary; json.dumps makes the string of it."
    if not isinstance(body, str):
        return f"a string is asked for, this is {a(body)}."
    try:
        content = json.loads(body)
    except ValueError:
        return "that string is not JSON: json.dumps(...) writes JSON."
    if not isinstance(content, dict) or list(content) != ["dataframe_split"]:
        return "the outermost level is {'dataframe_split': ...} and nothing else."
    table = content["dataframe_split"]
    if not isinstance(table, dict) or not (
        {"columns", "data"} <= set(table) <= {"columns", "data", "index"}
    ):
        return (
            "the form is that of to_dict(orient='split'): 'columns' and 'data'. "
            "Which orient have you taken?"
        )
    if "class" in table["columns"]:
        return "the class is in the request: the service is to find it out."
    if sorted(map(str, table["columns"])) != sorted(FEATURES):
        return f"the ten columns are asked for, these are {table['columns']}."
    if len(table["data"]) != count:
        return f"{count} events went in, {len(table['data'])} came out."
    if any(len(row) != len(FEATURES) for row in table["data"]):
        return "each event has ten numbers, one per column: is the class among them?"
    for value in (value for row in table["data"] for value in row):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"{value!r} is not a number in JSON, the event's numbers are."
    return None


@exercise
def exercise_8_1(as_request: Callable) -> str | None:
    """Turn events into the JSON body that a served model takes."""
    cases = list(_tables())
    for case in cases + cases[::-1]:
        events = case.arguments[0]
        body, changed = call(as_request, case)
        complaint = _badly_formed(body, len(events))
        if complaint:
            return f"{case.says}: {complaint}" if case is not cases[0] else complaint
        table = json.loads(body)["dataframe_split"]
        sent = pd.DataFrame(table["data"], columns=table["columns"])[FEATURES]
        if not np.allclose(sent, events[FEATURES], rtol=0, atol=1e-9):
            return (
                f"{case.says}: the numbers do not stand under their columns, or were "
                "changed or rounded."
            )
        if changed:
            return changed
    return None


def _pairs() -> Iterator[Case]:
    """New and old events, each better, equal, at the limit, or worse."""
    # In 1024ths, exact in binary, so that the limit itself can be tried.
    for new_error, old_error in ((8, 4), (4, 8)):
        for new in (-40, -9, -8, -3, 0, 3, 4, 5, 7, 8, 9, 40):
            for old in (-40, -9, -8, -7, -5, -4, -3, 0, 5, 9, 40):
                yield _gate_case(
                    ((860 + new) / 1024, new_error / 1024, 860 / 1024),
                    ((936 + old) / 1024, old_error / 1024, 936 / 1024),
                )
    yield _gate_case((0.88, 0.005, 0.84), (0.913, 0.004, 0.914))
    yield _gate_case((0.62, 0.02, 0.60 - 1e-6), (0.95, 0.004, 0.91))


def _gate_case(new: tuple, old: tuple) -> Case:
    """Put both pairs of AUCs into words."""
    says = []
    for name, (auc, error, best) in (("new", new), ("old", old)):
        kind = "better" if auc > best else "worse" if auc < best else "different"
        gain = f"{kind} by {abs(auc - best):.4f}"
        says.append(f"{gain} on the {name} events (error {error:.4f})")
    return Case(new, old, says=f"for a challenger that is {' and '.join(says)}")


def _gate(new_side: Callable, old_side: Callable, both: Callable = all) -> Callable:
    return lambda new, old: both([new_side(*new), old_side(*old)])


def _better(auc: float, error: float, best: float) -> bool:
    return auc > best + error


def _no_worse(auc: float, error: float, best: float) -> bool:
    return auc >= best - error


_SLIPS = {
    "better on the new events is not enough: by more than the error.": _gate(
        lambda auc, error, best: auc > best, _no_worse
    ),
    "the old events count too.": lambda new, old: _better(*new),
    "the new events count too.": lambda new, old: _no_worse(*old),
    "worse on the old events, but within the error, passes.": _gate(
        _better, lambda auc, error, best: auc >= best
    ),
    "each pair has its own error.": lambda new, old: (
        _better(*new) and old[0] >= old[2] - new[1]
    ),
    "both are asked for, not one of the two: and.": _gate(_better, _no_worse, any),
}


@exercise
def exercise_8_2(passes: Callable) -> str | None:
    """A gate with two sides: better on the new events, no worse on the old ones."""
    return compare(passes, _gate(_better, _no_worse), _pairs(), truth, slips=_SLIPS)


@exercise
def exercise_8_3(moonlit_night: str, mispointed: str, few_gammas: str) -> str | None:
    """What to do after each of three alarms."""
    actions = ("nothing", "retrain", "move the threshold")
    given = [word(one, actions) for one in (moonlit_night, mispointed, few_gammas)]
    for answer, right, hint in zip(
        given,
        actions,
        (
            "look at the moonlit night's AUC: how many errors are lost?",
            "the mispointed night has lost AUC, so the order of the events is worse.",
            "with few gammas the AUC does not change and the precision falls: the "
            "scores are as good as before, the cut at 0.5 is not.",
        ),
        strict=True,
    ):
        if answer != right:
            return hint
    return None
