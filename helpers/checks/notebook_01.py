"""Exercises of notebook 01, the whole cycle once."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from helpers import data
from helpers.checks.cases import Case, a, compare, number, truth
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
            for night in (drawn, drawn.sort_values("fAlpha"), drawn[::-1]):
                radians = night.assign(fAlpha=np.radians(night["fAlpha"]))
                yield Case(
                    radians,
                    says=f"for a hundred {name} with fAlpha in radians",
                    why="How large can an angle in radians be?",
                )
                yield Case(
                    night,
                    says=f"for a hundred good {name}",
                    why="Some of their angles exceed 2 degrees, and some do not.",
                )


@exercise
def exercise_1_1(in_degrees: Callable) -> str | None:
    """Tell a hundred events in degrees from a hundred with `fAlpha` in radians."""
    return compare(
        in_degrees,
        lambda events: bool(events["fAlpha"].max() > np.pi / 2),
        _nights(),
        fits=lambda answer: (
            "one answer for all events is asked for, not one per event: take .max() "
            "first, or .any() at the end."
            if np.ndim(answer)
            else truth(answer)
        ),
        slips={
            "it is the other way round: True for good events, False for radians.": (
                lambda events: bool(events["fAlpha"].max() < np.pi / 2)
            ),
        },
    )


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


_CHANGES = {
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
        _CHANGES.items(), (for_a, for_b, for_c), strict=True
    ):
        word = answer.strip().lower() if isinstance(answer, str) else answer
        if isinstance(word, str) and word == right:
            continue
        if isinstance(word, str) and word in hints:
            return hints[word]
        return (
            f"{letter}: one of 'repair', 'retrain' and 'leave' is asked for, not "
            f"{a(answer)}."
        )
    return None
