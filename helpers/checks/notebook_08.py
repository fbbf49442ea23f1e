"""Exercises of notebook 08, serving, gates and alarms."""

import itertools
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
    form(str, "a string, as json.dumps makes it,", body)
    try:
        content = json.loads(body)
    except ValueError:
        raise NotYet("the string is not JSON: json.dumps(...) writes JSON.") from None
    if not isinstance(content, dict) or list(content) != ["dataframe_split"]:
        raise NotYet("the outermost level is {'dataframe_split': ...}, nothing else.")
    try:
        table = pd.DataFrame(**content["dataframe_split"])
    except (TypeError, ValueError):
        hint = "'columns', 'data' are asked for: which orient, is the class among them?"
        raise NotYet(hint) from None
    if sorted(map(str, table)) != sorted(_FEATURES):
        raise NotYet(f"the ten columns, no class, are asked for, these are {[*table]}.")
    numbers = table[_FEATURES].map(number, what="a number in JSON")
    return numbers.round(9).to_numpy().tolist()  # pandas writes ten decimals


@Check(_tables, _sent)
def exercise_8_1(events) -> str:
    """Turn events into the JSON body that a served model takes."""
    return json.dumps({"dataframe_split": events[_FEATURES].to_dict(orient="split")})


def _pairs() -> Iterator[Case]:
    """New and old events, each better, equal, at the limit, or worse."""
    gains = (-40, -9, -8, -7, -5, -4, -3, 0, 3, 4, 5, 7, 8, 9, 40)
    for (a, b), new, old in itertools.product([(8, 4), (4, 8)], gains, gains):
        # In 1024ths, exact in binary, so that the limit itself can be tried.
        pairs = np.array([(860 + new, a, 860), (936 + old, b, 936)]) / 1024
        why = f"The new events gain {new / a:g} of their errors, the old {old / b:g}."
        yield Case(*map(tuple, pairs.tolist()), why=why)


@Check(_pairs, truth)
def exercise_8_2(new, old) -> bool:
    """A gate with two sides: better on the new events, no worse on the old ones."""
    return new[0] > new[2] + new[1] and old[0] >= old[2] - old[1]


_HINTS = {
    "nothing": "look at the moonlit night's AUC: how many errors are lost?",
    "retrain": "the mispointed night has lost AUC: the events' order is worse.",
    "move the threshold": "with few gammas the AUC does not change and the precision "
    "falls: the scores are as good as before, the cut at 0.5 is not.",
}


@choice("nothing", "retrain", "move the threshold", hints=_HINTS)
def exercise_8_3(moonlit_night: str, mispointed: str, few_gammas: str) -> None:
    """What to do after each of three alarms."""
