"""Exercises of notebook 09, many workers on one search."""

import random
from collections.abc import Iterator

import optuna
from optuna.trial import TrialState, create_trial

from helpers.checks.cases import Case, Check, choice, form, slip


def _nights() -> Iterator[Case]:
    """Nights by dice: small ones, for hints that can be followed, and larger ones."""
    dice = random.Random(9)
    for size in (0, 2, 3, 3, 4, 4, 5, 6, 7, *[13] * 4, 40, 40, *[6] * 6):
        step = dice.choice([1, 7])  # a set of few multiples of 7 is not in order
        study, words = optuna.create_study(direction="maximize"), []
        for _ in range(size):
            state = dice.choice([*TrialState, TrialState.COMPLETE])
            asked = dice.choice(["-", *range(0, step * (size // 2 + 1), step)])
            words.append(f"{asked} {state.name}")
            scored = state in (TrialState.COMPLETE, TrialState.PRUNED)
            value = dice.choice([0.0, 0.7, 0.9]) if scored else None
            known = {"note": "by hand"} if asked == "-" else {"asked": asked}
            study.add_trial(create_trial(state=state, value=value, user_attrs=known))
        yield Case(study, says=f"for the trials {', '.join(words) or 'none'}")


@Check(_nights, lambda answer: form(list, "a list", answer))
@slip("the order asked for is rising.", falling=True)
@slip("a number that has failed and waits again is missing once.", once=list)
def exercise_9_1(study, once=set, falling=False) -> list[int]:
    """The numbers of the queue that have no complete trial yet."""
    queue = [trial for trial in study.trials if "asked" in trial.user_attrs]
    done = [one.user_attrs["asked"] for one in queue if one.state.name == "COMPLETE"]
    asked = once(trial.user_attrs["asked"] for trial in queue)
    return sorted((one for one in asked if one not in done), reverse=falling)


@choice("journal", "PostgreSQL", "Dask")
@slip("on one laptop a file will do: what would a server or a cluster add?", evening="")
@slip("a file on one disk: how do six computers write to it?", group="journal")
@slip("one process would have to live and ask for two months.", group="Dask")
@slip("200 workers are many computers: one disk is not for them.", allocation="journal")
@slip(
    "with workers that ask for themselves, the values depend on who is faster: in "
    "which section did the seed still fix them?",
    allocation="PostgreSQL",
)
def exercise_9_2(evening: str, group: str, allocation: str) -> None:
    """Which way of sharing a search is for which situation."""
