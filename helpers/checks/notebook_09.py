"""Exercises of notebook 09, many workers on one search."""

from collections.abc import Callable

import optuna
from optuna.trial import TrialState

from helpers.checks.verdict import call, exercise


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


_C, _F, _R = TrialState.COMPLETE, TrialState.FAIL, TrialState.RUNNING
_W, _P = TrialState.WAITING, TrialState.PRUNED
_NIGHTS = [
    ([(_C, 0), (_C, 1)], [], "when all are complete, the list is empty: [], no None."),
    (
        [(_C, 0), (_R, 1), (_W, 2)],
        [1, 2],
        "a trial that waits, or runs for ever, is not complete either.",
    ),
    (
        [(_C, 0), (_F, 1), (_C, 2), (_C, 1)],
        [],
        "number 1 has failed, but its copy is complete: nothing is missing.",
    ),
    (
        [(_C, 0), (_F, 1), (_W, 2), (_F, 1), (_W, 1)],
        [1, 2],
        "number 1 has failed twice and waits again: it is missing once.",
    ),
    (
        [(_C, 1), (_C, 0), (_P, None), (_C, None)],
        [],
        "a trial without `asked` was not asked for: it does not count.",
    ),
    (
        [(_F, 7), (_C, 3), (_W, 5), (_W, 7)],
        [5, 7],
        "the numbers are those in `asked`, in rising order.",
    ),
]


@exercise
def exercise_9_1(missing: Callable) -> str | None:
    """The numbers of the queue that have no complete trial yet."""
    for trials, expected, hint in _NIGHTS:
        answer = call(missing, _night(*trials))
        if not isinstance(answer, list):
            return f"a list is asked for, this is {type(answer).__name__}."
        if any(isinstance(one, optuna.trial.FrozenTrial) for one in answer):
            return "the list holds trials; their numbers in the queue are asked for."
        if answer != expected:
            return hint
    return None


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
