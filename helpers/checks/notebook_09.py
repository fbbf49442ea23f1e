"""Exercises of notebook 09, many workers on one search."""

import functools
import random
from collections.abc import Iterator

import optuna
from optuna.trial import TrialState, create_trial

from helpers.checks.cases import Case, Check, choice, form


def _nights() -> Iterator[Case]:
    """Nights by dice: small ones, for hints that can be followed, and larger ones."""
    dice = random.Random(9)
    for size in (2, 3, 3, 4, 4, 5, 6, 7, *[13] * 6):
        study, words = optuna.create_study(direction="maximize"), []
        for _ in range(size):
            state = dice.choice([*TrialState, TrialState.COMPLETE])
            asked = dice.choice(["-", *range(size // 2 + 1)])
            words.append(f"{asked} {state.name}")
            value = 0.9 if state == TrialState.COMPLETE else None
            known = {} if asked == "-" else {"asked": asked}
            study.add_trial(create_trial(state=state, value=value, user_attrs=known))
        yield Case(study, says=f"for the trials {', '.join(words)}")


@Check(_nights, functools.partial(form, list, "a list"))
def exercise_9_1(study) -> list[int]:
    """The numbers of the queue that have no complete trial yet."""
    queue = [trial for trial in study.trials if "asked" in trial.user_attrs]
    done = [one.user_attrs["asked"] for one in queue if one.state.name == "COMPLETE"]
    return sorted({trial.user_attrs["asked"] for trial in queue} - {*done})


_HINTS = {
    "journal": "on one laptop a file will do: what would a server or a cluster add?",
    "PostgreSQL, not journal": "a file on one disk: how do six computers write to it?",
    "PostgreSQL, not Dask": "one process would have to ask for two months; and who "
    "notices a computer that is switched off: think of the heartbeat.",
    "Dask, not journal": "200 workers are many computers: one disk is not for them.",
    "Dask, not PostgreSQL": "with workers that ask for themselves, the values depend "
    "on who is faster: in which section did the seed still fix them?",
}


@choice("journal", "PostgreSQL", "Dask", hints=_HINTS)
def exercise_9_2(evening: str, group: str, allocation: str) -> None:
    """Which way of sharing a search is for which situation."""
