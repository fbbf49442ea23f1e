"""Exercises of notebook 01, the whole cycle once."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers import data
from helpers.checks.cases import Case, Check, choice, number, slip, truth
from helpers.checks.verdict import demand, exercise


def _nights() -> Iterator[Case]:
    """A hundred events each, in degrees and in radians, in three orders."""
    events = data.load_events()
    for seed, letters in itertools.product(range(4), ("g", "h", "gh")):
        drawn = events[events["class"].isin([*letters])].sample(100, random_state=seed)
        # The delivery promises 0 to 1.57, so 90 degrees itself is not tried.
        largest = (89.9, 60, 20, 75)[seed]
        drawn["fAlpha"] = [largest, *drawn["fAlpha"].clip(upper=largest)[1:]]
        says = f"for a hundred events of class {' and '.join(letters)}"
        why = "None exceeds π/2 in radians; in degrees some do, and some do not."
        for good in (drawn, drawn.sort_values("fAlpha"), drawn[::-1]):
            radians = good.assign(fAlpha=np.radians(good["fAlpha"]))
            yield Case(radians, says=f"{says} with fAlpha in radians", why=why)
            yield Case(good, says=f"{says} in degrees", why=why)


@Check(_nights, truth)
def exercise_1_1(events: pd.DataFrame) -> bool:
    """Tell a hundred events in degrees from a hundred with `fAlpha` in radians."""
    return bool(events["fAlpha"].max() > np.pi / 2)


@exercise
def exercise_1_2(margin: float) -> None:
    """Smallest margin, in errors, that 2 % of equally good models pass by luck."""
    margin = number(margin, "the margin, a number such as 1.5,")
    right = math.isclose(margin, 2.1, rel_tol=1e-6)
    demand(right or not 2 < margin < 2.2, f"to one decimal; {margin:g} has more.")
    share = math.erfc(margin / math.sqrt(2)) / 2  # of a normal distribution
    about = f"about {share:.0%}" if share > 0.1 else f"about {share:.1%}"
    said = f"a margin of {margin:g} errors lets {about} pass"
    demand(right or margin > 2.1, f"{said} by luck: ask for more.")
    both = " (2 % lie outside on both sides together)" * (2.29 < margin < 2.41)
    demand(right, f"{said}{both}: a smaller one is enough.")


@choice("repair", "leave", "retrain")
@slip("A costs more than the error, so it cannot be left.", for_a="leave")
@slip("A: tomorrow the telescope points well again. The model?", for_a="retrain")
@slip("B: nobody repairs the weather. Does it cost anything?", for_b="repair")
@slip("B: the pull is loud, but the loss is below one error.", for_b="retrain")
@slip("C costs more than the error, every night from now on.", for_c="leave")
@slip("C lasts: the mirrors stay, and the light can be simulated.", for_c="repair")
def exercise_1_3(for_a: str, for_b: str, for_c: str) -> None:
    """Say for three changes of the telescope: repair, retrain or leave."""
