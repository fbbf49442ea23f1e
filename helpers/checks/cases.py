"""The one way to check a function: many cases, a reference solution, known slips."""

import copy
import functools
import inspect
import math
import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from helpers.checks.verdict import NotYet, Untouched


class Case:
    """Arguments for one call, and the words for them in a hint."""

    def __init__(self, *arguments, says: str = "", why: str = ""):
        self.arguments = arguments
        self.says = says or f"for {', '.join(map(short, arguments))}"
        self.why = f" {why}" if why else ""


def compare(
    function: Callable,
    reference: Callable,
    cases: Iterable[Case],
    fits: Callable[[Any], str | None],
    same: Callable[[Any, Any], bool] = operator.eq,
    slips: dict[str, Callable] | None = None,
    words: Callable[[Any], str] | None = None,
) -> str | None:
    """Return what is wrong with the reader's function, or None if nothing is.

    Parameters
    ----------
    function, reference, cases
        The reader's function, the right one, and what both get copies of, twice.
    fits, same, words : Callable
        What is wrong with any answer; whether it is near enough; how it is written.
    slips : dict of str to Callable
        A hint, and the wrong function that answers as the reader's in every case.
    """
    cases, words, kept = list(cases), words or short, []
    known = functools.partial(_slip, function, cases, fits, same, slips or {})
    for case in cases + cases[::-1]:
        expected = reference(*case.arguments)
        try:
            answer, changed = call(function, case)
        except NotYet as ending:
            raise NotYet(known() or str(ending)) from None
        if complaint := fits(answer):
            return complaint
        if not same(expected, answer):
            return known() or (
                f"{case.says}: {words(expected)} is right, yours gives "
                f"{words(answer)}.{case.why}"
            )
        if changed:
            return changed
        kept.append((case, expected, answer))
    return _still_right(kept, fits, same)


def _still_right(kept: list[tuple], fits: Callable, same: Callable) -> str | None:
    """Look whether a later call has changed an answer that was right."""
    for case, expected, answer in kept:
        if fits(answer) or not same(expected, answer):
            return (
                f"{case.says} the answer was right, and a later call has changed it: "
                "make a new object in each call."
            )
    return None


def call(
    function: Callable, case: Case, copies: bool = True, procedure: bool = False
) -> tuple[Any, str | None]:
    """Call the reader's function with copies; say which of them it has changed."""
    if not callable(function):
        raise NotYet(
            f"a function is asked for, this is {a(function)}. Give its name, no ()."
        )
    arguments = copy.deepcopy(case.arguments) if copies else case.arguments
    try:
        answer = function(*arguments)
    except (NotYet, Untouched):
        raise
    except (Exception, SystemExit) as error:
        said = str(error).strip().partition("\n")[0]
        raise NotYet(
            f"{case.says} your answer ends in {type(error).__name__}: {said}"
        ) from None
    if answer is ...:
        raise Untouched
    if answer is None and not procedure:
        raise NotYet(f"the function returns nothing {case.says}: is `return` missing?")
    for place, (before, after) in enumerate(
        zip(case.arguments, arguments, strict=True)
    ):
        if not unchanged(before, after):
            return answer, (
                f"right, but the function changes its argument {_name(function, place)}"
                f" {case.says}: whoever calls it has lost it. Work on a copy."
            )
    return answer, None


def _name(function: Callable, place: int) -> str:
    try:
        return f"`{list(inspect.signature(function).parameters)[place]}`"
    except (TypeError, ValueError, IndexError):
        return f"number {place + 1}"


def unchanged(before: Any, after: Any) -> bool:
    """Tell whether two objects hold the same."""
    if type(before) is not type(after):
        return False
    if isinstance(before, (pd.DataFrame, pd.Series)):
        return before.equals(after)
    if isinstance(before, np.ndarray):
        return before.dtype == after.dtype and np.array_equal(before, after)
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return list(before) == list(after) and all(
            unchanged(value, after[key]) for key, value in before.items()
        )
    if hasattr(before, "trials"):  # a study of Optuna
        return before.trials == after.trials
    if type(before).__eq__ is object.__eq__ and hasattr(before, "__dict__"):
        return unchanged(vars(before), vars(after))
    return before == after or before != before


def _slip(function, cases, fits, same, slips) -> str | None:
    """Return the hint of the known slip that answers as the reader's function."""
    if not slips or not callable(function):
        return None
    answers = [_outcome(function, case) for case in cases]
    for hint, wrong in slips.items():
        for case, answer in zip(cases, answers, strict=True):
            expected = _outcome(wrong, case)
            if isinstance(expected, Exception) or isinstance(answer, Exception):
                alike = type(expected) is type(answer)
            else:
                alike = not fits(answer) and same(expected, answer)
            if not alike:
                break
        else:
            return hint
    return None


def _outcome(function: Callable, case: Case) -> Any:
    """Return the answer, or the exception that it ends in."""
    try:
        return call(function, case)[0]
    except Exception as error:
        return error


def short(value: Any, width: int = 90) -> str:
    """Return how a value is written in a hint: numbers plainly, and not too long."""
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}" if f"{value:.6g}" == f"{value:.12g}" else f"{value:.12g}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple)):
        ends = "[]" if isinstance(value, list) else "()"
        text = ", ".join(short(part) for part in value).join(ends)
    else:
        text = " ".join(repr(value).split())
    return text if len(text) <= width else f"{text[: width - 1]}…"


def a(value: Any) -> str:
    """Return the type and the value in words."""
    if callable(value):
        return f"the {'class' if isinstance(value, type) else 'function'} itself"
    return f"the {type(value).__name__} {short(value, 40)}"


def truth(answer: Any) -> str | None:
    """Say what is wrong with an answer that should be True or False."""
    if isinstance(answer, (bool, np.bool_)):
        return None
    if np.ndim(answer) and not isinstance(answer, (str, bytes)):
        return f"one True or False is asked for, this is {a(answer)}."
    return f"True or False is asked for, this is {a(answer)}."


def number(answer: Any, what: str = "a number") -> str | None:
    """Say what is wrong with an answer that should be a number."""
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer[()]
    if isinstance(answer, Real) and not isinstance(answer, (bool, np.bool_)):
        return None
    return f"{what} is asked for, this is {a(answer)}."


def close(expected: float, answer: float) -> bool:
    """Compare two numbers that were not rounded."""
    return math.isclose(expected, answer, rel_tol=1e-9, abs_tol=1e-12)


def word(answer: Any, words: tuple[str, ...]) -> str:
    """Return which of the words the answer is, whatever its case and spaces."""
    said = " ".join(answer.lower().split()) if isinstance(answer, str) else answer
    if not isinstance(said, str) or said not in words:
        asked = ", ".join(map(repr, words))
        raise NotYet(f"one of {asked} is asked for, this is {a(answer)}.")
    return said


def number_of(what: str) -> Callable[[Any], str | None]:
    """Return `number` with the words of the task, for `fits`."""
    return functools.partial(number, what=what)
