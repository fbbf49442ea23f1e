"""Exercises of notebook 09, many workers on one search."""

import random
from collections.abc import Callable, Iterator

import optuna
from optuna.trial import FrozenTrial, TrialState

from helpers.checks.cases import Case, a, compare
from helpers.checks.verdict import exercise

_ENDS = (
    TrialState.COMPLETE,
    TrialState.COMPLETE,
    TrialState.FAIL,
    TrialState.RUNNING,
    TrialState.WAITING,
)


def _night(*trials: tuple[TrialState, int | None]) -> optuna.Study:
    """Return a study of these trials: a state, and a number of the queue or None."""
    study = optuna.create_study(direction="maximize")
    for state, asked in trials:
        attributes = {} if asked is None else {"asked": asked}
        value = 0.9 if state == TrialState.COMPLETE else None
        study.add_trial(
            optuna.create_trial(state=state, value=value, user_attrs=attributes)
        )
    return study


def _nights() -> Iterator[Case]:
    """Nights by hand, for hints that can be followed, and nights by dice."""
    complete, failed = TrialState.COMPLETE, TrialState.FAIL
    waits, runs, pruned = TrialState.WAITING, TrialState.RUNNING, TrialState.PRUNED
    by_hand = [
        [(complete, 0), (complete, 1)],
        [(complete, 0), (runs, 1), (waits, 2)],
        [(complete, 0), (failed, 1), (complete, 2), (complete, 1)],
        [(complete, 0), (failed, 1), (waits, 2), (failed, 1), (waits, 1)],
        [(complete, 1), (complete, 0), (pruned, None), (complete, None)],
        [(failed, 7), (complete, 3), (waits, 5), (waits, 7)],
    ]
    dice = random.Random(9)
    for _ in range(6):
        night = [(dice.choice(_ENDS), dice.randrange(6)) for _ in range(12)]
        by_hand.append([*night, (dice.choice(_ENDS), None)])
    for night in by_hand:
        words = ", ".join(f"{asked} {state.name}" for state, asked in night)
        yield Case(_night(*night), says=f"for the trials {words}")


def _asked(study: optuna.Study, *states: TrialState) -> list[int]:
    """Return the numbers of the queue, of trials in these states or in any."""
    return [
        trial.user_attrs["asked"]
        for trial in study.trials
        if "asked" in trial.user_attrs and trial.state in (states or TrialState)
    ]


def _missing(study: optuna.Study) -> list[int]:
    return sorted({*_asked(study)} - {*_asked(study, TrialState.COMPLETE)})


def _open(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials whose number of the queue is missing."""
    return [t for t in study.trials if t.user_attrs.get("asked") in _missing(study)]


_SLIPS = {
    "a number whose copy is complete is not missing, though its first trial has "
    "failed.": lambda study: sorted(
        {*_asked(study, *(state for state in TrialState if state.name != "COMPLETE"))}
    ),
    "a trial that waits, or runs for ever, is not complete either.": lambda study: (
        sorted({*_asked(study, TrialState.FAIL)} & {*_missing(study)})
    ),
    "a number that has failed and waits again is missing once.": lambda study: sorted(
        t.user_attrs["asked"] for t in _open(study)
    ),
    "the numbers asked for are those in `asked`, not the trials' own.": lambda study: (
        sorted(trial.number for trial in _open(study))
    ),
    "the order asked for is rising.": lambda study: _missing(study)[::-1],
}


def _a_list(answer: object) -> str | None:
    if not isinstance(answer, list):
        return f"a list is asked for, this is {a(answer)}."
    if any(isinstance(one, FrozenTrial) for one in answer):
        return "the list holds trials; their numbers in the queue are asked for."
    return None


@exercise
def exercise_9_1(missing: Callable) -> str | None:
    """The numbers of the queue that have no complete trial yet."""
    return compare(missing, _missing, _nights(), fits=_a_list, slips=_SLIPS)


@exercise
def exercise_9_2(evening: str, group: str, allocation: str) -> str | None:
    """Which way of sharing a search is for which situation."""
    ways = ("journal", "PostgreSQL", "Dask")
    for answer in (evening, group, allocation):
        if answer not in ways:
            return f"the answers are {', '.join(map(repr, ways))}, not {answer!r}."
    if evening != "journal":
        return "on one laptop a file will do: what would a server or a cluster add?"
    if group == "journal":
        return "a journal is a file on one disk: how do six computers write to it?"
    if group == "Dask":
        return (
            "one process would have to ask for two months; and who notices a computer "
            "that is switched off: think of the heartbeat."
        )
    if allocation == "PostgreSQL":
        return (
            "with workers that ask for themselves, the values depend on who is faster: "
            "in which section did the seed still fix them?"
        )
    if allocation == "journal":
        return "200 workers are many computers: a file on one disk is not for them."
    return None
