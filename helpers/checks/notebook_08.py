"""Exercises of notebook 08, serving, gates and alarms."""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers import data
from helpers.checks.cases import Case, Check, choice, form, number, truth
from helpers.checks.verdict import NotYet

_FEATURES = list(data.FEATURES)


def _tables() -> Iterator[Case]:
    """Events as in the notebook: with and without class, filtered, one or many."""
    events = data.load_events().sample(40, random_state=0)
    two = pd.DataFrame({name: [k, k + 0.5] for k, name in enumerate(_FEATURES)})
    yield Case(two, says="for two events")
    yield Case(two.assign(**{"class": ["g", "h"]}), says="for two events with class")
    yield Case(events, says="for forty real events")
    yield Case(events[_FEATURES].head(1), says="for one event")
    yield Case(events[["class", *_FEATURES[::-1]]], says="for columns turned round")


def _sent(body: str) -> list[list[float]]:
    """Return the numbers of a request in their columns, or say what its form lacks."""
    form(str, "a string, as json.dumps makes it,")(body)
    try:
        content = json.loads(body)
    except ValueError:
        raise NotYet("the string is not JSON: json.dumps(...) writes JSON.") from None
    if not isinstance(content, dict) or list(content) != ["dataframe_split"]:
        raise NotYet("the outermost level is {'dataframe_split': ...}, nothing else.")
    table = content["dataframe_split"]
    keys = set(table) if isinstance(table, dict) else set()
    if not {"columns", "data"} <= keys <= {"columns", "data", "index"}:
        raise NotYet("'columns' and 'data' are asked for. Which orient have you taken?")
    if sorted(map(str, table["columns"])) != sorted(_FEATURES):
        raise NotYet(
            f"the ten columns, no class, are asked for, these are {table['columns']}."
        )
    if any(len(row) != len(_FEATURES) for row in table["data"]):
        raise NotYet("each event has ten numbers: is the class among them?")
    rows = [[number(one, "a number in JSON") for one in row] for row in table["data"]]
    return pd.DataFrame(rows, columns=table["columns"])[_FEATURES].values.tolist()


@Check(
    _tables,
    _sent,
    same=lambda right, sent: (
        len(right) == len(sent) and np.allclose(right, sent, rtol=0, atol=1e-9)
    ),
)
def exercise_8_1(events) -> str:
    """Turn events into the JSON body that a served model takes."""
    table = events[_FEATURES].to_dict(orient="split")
    return json.dumps({"dataframe_split": table})


def _pairs() -> Iterator[Case]:
    """New and old events, each better, equal, at the limit, or worse."""
    # In 1024ths, exact in binary, so that the limit itself can be tried.
    for new_error, old_error in ((8, 4), (4, 8)):
        for new in (-40, -9, -8, -3, 0, 3, 4, 5, 7, 8, 9, 40):
            for old in (-40, -9, -8, -7, -5, -4, -3, 0, 5, 9, 40):
                yield Case(
                    ((860 + new) / 1024, new_error / 1024, 860 / 1024),
                    ((936 + old) / 1024, old_error / 1024, 936 / 1024),
                )


_SLIPS = {
    "better on the new events is not enough: by more than the error.": {"margin": 0},
    "the old events count too.": {"slack": np.inf},
    "the new events count too.": {"margin": -np.inf},
    "worse on the old events, but within the error, passes.": {"slack": 0},
    "each pair has its own error.": lambda new, old: (
        new[0] > new[2] + new[1] and old[0] >= old[2] - new[1]
    ),
    "both are asked for, not one of the two: and.": {"both": any},
}


@Check(_pairs, truth, slips=_SLIPS)
def exercise_8_2(new, old, margin=1, slack=1, both=all) -> bool:
    """A gate with two sides: better on the new events, no worse on the old ones."""
    better = new[0] > new[2] + margin * new[1]
    return both([better, old[0] >= old[2] - slack * old[1]])


_HINTS = {
    "nothing": "look at the moonlit night's AUC: how many errors are lost?",
    "retrain": "the mispointed night has lost AUC: the events' order is worse.",
    "move the threshold": "with few gammas the AUC does not change and the precision "
    "falls: the scores are as good as before, the cut at 0.5 is not.",
}


@choice("nothing", "retrain", "move the threshold", hints=_HINTS)
def exercise_8_3(moonlit_night: str, mispointed: str, few_gammas: str) -> None:
    """What to do after each of three alarms."""
