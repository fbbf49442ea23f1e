"""Exercises of notebook 01, the whole cycle once."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from helpers import data
from helpers.checks.cases import Case, compare, number, truth, word
from helpers.checks.verdict import exercise


def _nights() -> Iterator[Case]:
    """A hundred events each, in degrees and in radians, in three orders."""
    events = data.load_events()
    kinds = {"gammas": ["g"], "hadrons": ["h"], "events of both classes": ["g", "h"]}
    for seed in range(4):
        for name, letters in kinds.items():
            drawn = events[events["class"].isin(letters)].sample(100, random_state=seed)
            # The delivery promises 0 to 1.57, so 90 degrees itself is not tried.
            drawn["fAlpha"] = drawn["fAlpha"].clip(upper=89.9)
            drawn.iloc[seed, drawn.columns.get_loc("fAlpha")] = 89.9
            for good in (drawn, drawn.sort_values("fAlpha"), drawn[::-1]):
                radians = good.assign(fAlpha=np.radians(good["fAlpha"]))
                says = f"for a hundred {name} with fAlpha in radians"
                yield Case(radians, says=says, why="How large can it be in radians?")
                why = "Some of their angles exceed 2 degrees, and some do not."
                yield Case(good, says=f"for a hundred good {name}", why=why)


def _one_truth(answer) -> str | None:
    if np.ndim(answer):
        return (
            "one answer for all events is asked for, not one per event: take .max() "
            "first, or .any() at the end."
        )
    return truth(answer)


@exercise
def exercise_1_1(in_degrees: Callable) -> str | None:
    """Tell a hundred events in degrees from a hundred with `fAlpha` in radians."""

    def right(events) -> bool:
        return bool(events["fAlpha"].max() > np.pi / 2)

    exchanged = "it is the other way round: True for good events, False for radians."
    slips = {exchanged: lambda events: not right(events)}
    return compare(in_degrees, right, _nights(), _one_truth, slips=slips)


def _passed_by_luck(margin: float) -> float:
    """The share of a normal distribution above `margin` standard deviations."""
    return math.erfc(margin / math.sqrt(2)) / 2


@exercise
def exercise_1_2(margin: float) -> str | None:
    """Smallest margin, in errors, that 2 % of equally good models pass by luck."""
    if isinstance(margin, tuple):
        return "write the number with a point, such as 1.5."
    complaint = number(margin, "the margin, a number,")
    if complaint:
        return complaint
    margin = float(margin)
    share = _passed_by_luck(margin)
    if margin < 0:
        return "a negative margin lets worse models in."
    if math.isclose(margin, 2.1, rel_tol=1e-6):
        return None
    if not math.isclose(margin, round(margin, 1), rel_tol=1e-6) and 2 < margin < 2.2:
        return f"to one decimal; {margin:g} has more."
    if 2.3 <= margin <= 2.35:
        return (
            f"with {margin:g} about 2 % lie outside on both sides together. Only the "
            "models above the margin pass."
        )
    if margin < 0.05:
        return "the margin is asked for, in errors, not the share that passes."
    if margin < 2.1:
        return f"with margin {margin:g} about {share:.1%} pass by luck: ask for more."
    return f"with margin {margin:g} only {share:.2%} pass: a smaller one is enough."


_HINTS = {
    ("A", "leave"): "A costs more than the error, so it cannot be left.",
    ("A", "retrain"): "A: tomorrow the telescope points well again, and a model "
    "trained on mispointed events would be wrong.",
    ("B", "repair"): "B: nobody repairs the weather. Does it cost anything?",
    ("B", "retrain"): "B: the pull is loud, but the loss is below one error.",
    ("C", "leave"): "C costs more than the error, every night from now on.",
    ("C", "repair"): "C lasts: the mirrors stay as they are, and the new light can be "
    "simulated.",
}


@exercise
def exercise_1_3(for_a: str, for_b: str, for_c: str) -> str | None:
    """Say for three changes of the telescope: repair, retrain or leave."""
    right = {"A": "repair", "B": "leave", "C": "retrain"}
    for letter, answer in zip(right, (for_a, for_b, for_c), strict=True):
        said = word(answer, ("repair", "retrain", "leave"))
        if said != right[letter]:
            return _HINTS[letter, said]
    return None
