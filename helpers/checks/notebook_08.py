"""Exercises of notebook 08, serving, gates and alarms."""

import itertools
import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers import data
from helpers.checks.cases import Case, Check, choice, form, number, slip, truth
from helpers.checks.verdict import NotYet, demand

_FEATURES = list(data.FEATURES)


def _tables() -> Iterator[Case]:
    """Events as in the notebook: with and without class, filtered, one or many."""
    events = data.load_events().sample(40, random_state=0)
    # As after a moonlit night, with many decimals; five events are there twice.
    events["fWidth"] = np.hypot(events["fWidth"], 10)
    events = pd.concat([events, events.head(5)])
    two = pd.DataFrame({name: [k, k + 0.5] for k, name in enumerate(_FEATURES)})
    yield Case(two, says="for two events")
    yield Case(two.assign(**{"class": ["g", "h"]}), says="for two events with class")
    yield Case(events, says="for 45 real events, five of them twice")
    yield Case(events[_FEATURES].head(1), says="for one event")
    yield Case(events[["class", *_FEATURES[::-1]]], says="for columns turned round")


def _sent(body: str) -> dict:
    """Return how many events a request has, and which; or say what its form lacks."""
    try:
        content = json.loads(form(str, "a string, as json.dumps makes it,", body))
    except ValueError:
        raise NotYet("the string is not JSON: json.dumps(...) writes JSON.") from None
    if isinstance(content, str):
        raise NotYet("the JSON holds a string again: json.dumps was called twice.")
    if not isinstance(content, dict) or list(content) != ["dataframe_split"]:
        raise NotYet("the outermost level is {'dataframe_split': ...}, nothing else.")
    inner = content["dataframe_split"]
    hint = "within it stands a string, as to_json writes: to_dict makes none."
    demand(not isinstance(inner, str), hint)
    try:
        rows = inner.pop("index", range(len(inner["data"])))
        table = pd.DataFrame(inner.pop("data"), rows, inner.pop("columns"))
        demand(not inner, f"beside index, columns and data it holds {[*inner]}.")
    except (KeyError, TypeError, ValueError):
        hint = "'columns', and 'data' with ten numbers an event: which orient is it?"
        raise NotYet(hint) from None
    if sorted(map(str, table)) != sorted(_FEATURES):
        raise NotYet(f"the ten columns, no class, are asked for, these are {[*table]}.")
    numbers = table[_FEATURES].map(number, what="a number in JSON")
    return {"how many events": len(table), "their numbers": numbers.to_numpy().tolist()}


def _near(right: dict, sent: dict) -> bool:
    """Compare the numbers; pandas writes ten decimals."""
    (count, numbers), (other_count, others) = right.values(), sent.values()
    return count == other_count and np.allclose(numbers, others, rtol=0, atol=1e-9)


@Check(_tables, _sent, same=_near)
def exercise_8_1(events) -> str:
    """Turn events into the JSON body that a served model takes."""
    return json.dumps({"dataframe_split": events[_FEATURES].to_dict(orient="split")})


def _pairs() -> Iterator[Case]:
    """New and old events, each better, equal, at the limit, or worse."""
    gains = (-40, -9, -8, -7, -5, -4, -3, 0, 3, 4, 5, 7, 8, 9, 40)
    for (a, b), new, old in itertools.product([(8, 4), (4, 8)], gains, gains):
        # Parts of 2 to the n, exact in binary, so that the limit itself can be tried.
        pairs = np.array([(860 + new, a, 860), (936 + old, b, 936)]) / 1024
        if b > a:  # the other one is better, and far less than 0.001 counts
            pairs = np.array([(31e3 + new, a, 31e3), (27e3 + old, b, 27e3)]) / 2**15
        why = f"The new events gain {new / a:g} of their errors, the old {old / b:g}."
        yield Case(*map(tuple, pairs.tolist()), why=why)


@Check(_pairs, truth)
@slip("better on the new events is not enough: by more than the error.", margin=0)
@slip("worse on the old events by more than the error must not pass.", slack=np.inf)
@slip("no better on the new events must not pass.", margin=-np.inf)
@slip("worse on the old events, but within the error, passes.", slack=0)
@slip("both are asked for, not one of the two: and.", both=any)
def exercise_8_2(new, old, margin=1, slack=1, both=all) -> bool:
    """A gate with two sides: better on the new events, no worse on the old ones."""
    return both([new[0] > new[2] + margin * new[1], old[0] >= old[2] - slack * old[1]])


@choice("nothing", "retrain", "move the threshold")
@slip("look at the moonlit night's AUC: how many errors are lost?", moonlit_night="")
@slip("the mispointed night has lost AUC: the events' order is worse.", mispointed="")
@slip(
    "with few gammas the AUC does not change and the precision falls: the scores are "
    "as good as before, the cut at 0.5 is not.",
    few_gammas="",
)
def exercise_8_3(moonlit_night: str, mispointed: str, few_gammas: str) -> None:
    """What to do after each of three alarms."""
