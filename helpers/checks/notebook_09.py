"""Exercises of notebook 09, many workers on one search."""

import random
from collections.abc import Iterator

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from helpers.checks.cases import Case, Check, choice, form


def _nights() -> Iterator[Case]:
    """Nights by hand, for hints that can be followed, and nights by dice."""
    by_hand = "C0 C1, C0 R1 W2, C0 F1 C2 C1, C0 F1 W2 F1 W1, C1 C0 P- C-, F7 C3 W5"
    nights, dice = by_hand.split(", "), random.Random(9)
    for _ in range(6):
        made = (dice.choice("CCFRWP") + dice.choice("012345-") for _ in range(13))
        nights.append(" ".join(made))
    states = {state.name[0]: state for state in TrialState}
    for night in nights:
        study, words = optuna.create_study(direction="maximize"), []
        for letter, asked in night.split():
            words.append(f"{asked} {states[letter].name}")
            value = 0.9 if letter == "C" else None
            known = {} if asked == "-" else {"asked": int(asked)}
            study.add_trial(
                create_trial(state=states[letter], value=value, user_attrs=known)
            )
        yield Case(study, says=f"for the trials {', '.join(words)}")


def _asked(trial: FrozenTrial) -> int:
    return trial.user_attrs["asked"]


def _missing(trial: FrozenTrial, done: set[int]) -> bool:
    return _asked(trial) not in done


_SLIPS = {
    "a number whose copy is complete is not missing, though another has failed.": {
        "left": lambda trial, _: trial.state.name != "COMPLETE"
    },
    "a trial that waits, or runs for ever, is not complete either.": {
        "left": lambda one, done: one.state.name == "FAIL" and _missing(one, done)
    },
    "a number that has failed and waits again is missing once.": {"once": list},
    "the numbers asked for are those in `asked`, not the trials' own.": {
        "number": lambda trial: trial.number
    },
    "the order asked for is rising.": {"falling": True},
}


@Check(_nights, form(list, "a list"), slips=_SLIPS)
def exercise_9_1(study, left=_missing, number=_asked, once=set, falling=False):
    """The numbers of the queue that have no complete trial yet."""
    queue = [trial for trial in study.trials if "asked" in trial.user_attrs]
    done = {_asked(trial) for trial in queue if trial.state.name == "COMPLETE"}
    found = once(number(trial) for trial in queue if left(trial, done))
    return sorted(found, reverse=falling)


_HINTS = {
    "journal": "on one laptop a file will do: what would a server or a cluster add?",
    ("PostgreSQL", "journal"): "a journal is a file on one disk: how do six computers "
    "write to it?",
    ("PostgreSQL", "Dask"): "one process would have to ask for two months; and who "
    "notices a computer that is switched off: think of the heartbeat.",
    ("Dask", "journal"): "200 workers are many computers: one disk is not for them.",
    (
        "Dask",
        "PostgreSQL",
    ): "with workers that ask for themselves, the values depend on "
    "who is faster: in which section did the seed still fix them?",
}


@choice("journal", "PostgreSQL", "Dask", hints=_HINTS)
def exercise_9_2(evening: str, group: str, allocation: str) -> None:
    """Which way of sharing a search is for which situation."""
