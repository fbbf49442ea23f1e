"""Exercises of notebook 01, the whole cycle once."""

import math
from collections.abc import Callable

import numpy as np

from helpers import data
from helpers.checks.verdict import call, exercise


@exercise
def exercise_1_1(in_degrees: Callable) -> str | None:
    """Tell a hundred events in degrees from a hundred with `fAlpha` in radians."""
    events = data.load_events()
    for name, kind in (("g", "gammas"), ("h", "hadrons")):
        good = events[events["class"] == name].sample(100, random_state=1)
        radians = good.assign(fAlpha=np.radians(good["fAlpha"]))
        for night, expected, hint in (
            (radians, False, "are in radians and pass. How large can they be?"),
            (good, True, "are good and are refused. Some angles exceed 2 degrees."),
        ):
            answer = call(in_degrees, night.copy())
            if np.ndim(answer):
                return (
                    "one answer for all events is asked for, not one per event: take "
                    ".max() first, or .any() at the end."
                )
            if bool(answer) is not expected:
                return f"a hundred {kind} {hint}"
    return None


def _passed_by_luck(margin: float) -> float:
    """The share of a normal distribution above `margin` standard deviations."""
    return math.erfc(margin / math.sqrt(2)) / 2


@exercise
def exercise_1_2(margin: float) -> str | None:
    """Smallest margin, in errors, that 2 % of equally good models pass by luck."""
    if isinstance(margin, tuple):
        return "write the number with a point, such as 1.5."
    margin = float(margin)
    share = _passed_by_luck(margin)
    if margin < 0:
        return "a negative margin lets worse models in."
    if math.isclose(margin, 2.1):
        return None
    if 2.05 <= margin < 2.15:
        return "nearly: to one decimal."
    if 2.3 <= margin <= 2.35:
        return (
            "that margin leaves 2 % outside on both sides together. Only the models "
            "above it pass."
        )
    if margin < 0.05:
        return "the margin is asked for, in errors, not the share that passes."
    if margin < 2.1:
        return f"with margin {margin:g} about {share:.1%} pass by luck: ask for more."
    return f"with margin {margin:g} only {share:.2%} pass: a smaller one is enough."


_HINTS = {
    "A": (
        "repair",
        {
            "leave": "A costs more than the error, so it cannot be left.",
            "retrain": "A: tomorrow the telescope points well again, and a model "
            "trained on mispointed events would be wrong.",
        },
    ),
    "B": (
        "leave",
        {
            "repair": "B: nobody repairs the weather. Does it cost anything?",
            "retrain": "B: the pull is loud, but the loss is below one error.",
        },
    ),
    "C": (
        "retrain",
        {
            "leave": "C costs more than the error, every night from now on.",
            "repair": "C lasts: the mirrors stay as they are, and the new light "
            "can be simulated.",
        },
    ),
}


@exercise
def exercise_1_3(for_a: str, for_b: str, for_c: str) -> str | None:
    """Say for three changes of the telescope: repair, retrain or leave."""
    for (letter, (right, hints)), answer in zip(
        _HINTS.items(), (for_a, for_b, for_c), strict=True
    ):
        word = str(answer).strip().lower()
        if word == right:
            continue
        return hints.get(
            word,
            f"{letter}: one of 'repair', 'retrain' and 'leave' is asked for, "
            f"not {answer!r}.",
        )
    return None
