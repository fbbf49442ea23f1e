"""The one way to check a function: many cases, a reference solution, known slips."""

import contextlib
import copy
import dataclasses
import functools
import inspect
import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from helpers.checks.verdict import NotYet, Untouched, exercise


class Case:
    """Arguments for one call, and the words for them in a hint."""

    def __init__(self, *arguments, says: str = "", why: str = ""):
        self.arguments, self.says, self.why = arguments, says, why


@dataclasses.dataclass
class Check:
    """Makes a check of the reference solution that it decorates.

    Parameters
    ----------
    cases : iterable of Case, or Callable
        What the reader's function gets copies of, twice; or what yields them.
    view, same : Callable
        What of an answer is compared and told, or `NotYet` if its form is wrong;
        whether that is near enough to what is right.
    drive : Callable
        How a function, the reader's or the reference, is made to answer.
    returns : bool
        Whether the reader's function has to return something.
    slips : dict
        A hint, and the wrong function or the reference's options that answer alike.
    """

    cases: Iterable[Case] | Callable
    view: Callable[[Any], Any] = lambda answer: answer
    same: Callable[[Any, Any], bool] = operator.eq
    drive: Callable = operator.call
    returns: bool = True
    slips: dict[str, Callable | dict] = dataclasses.field(default_factory=dict)

    def __call__(self, reference: Callable) -> Callable:
        """Return the check, to which the reader gives a function."""
        self.reference = reference
        return exercise(self.hint, reference)

    @functools.cached_property
    def expected(self) -> list[tuple[Case, Any]]:
        """Every case, and what is right for it."""
        plain = self.drive is operator.call
        names = inspect.signature(self.reference if plain else self.drive).parameters
        found = []
        for case in self.cases() if callable(self.cases) else self.cases:
            pairs = zip([*names][not plain :], case.arguments, strict=False)
            said = " and ".join(f"{name} = {short(value)}" for name, value in pairs)
            case.says = case.says or f"for {said}"
            right = self.drive(self.reference, *case.arguments)
            found.append((case, self.view(right)))
        return found

    def hint(self, function: Callable) -> str | None:
        """Return what is wrong with the reader's function, or None if nothing is."""
        kept = []
        for case, right in self.expected + self.expected[-2::-1]:
            answer, told, arguments = self.answer(function, case)
            kept.append((case, answer, told))
            if not self.same(right, told):
                one, other = apart(right, told)
                sentence = f"{case.says}: {one} is right, yours gives {other}. "
                return (
                    self.stale(kept)
                    or self.slip(function, kept)
                    or (sentence + case.why)
                )
            if not unchanged(case.arguments, arguments):
                words = f"right, but the function changes its argument {case.says}: "
                return f"{words}whoever calls it has lost it. Work on a copy."
        return self.stale(kept)

    def answer(self, function: Callable, case: Case) -> tuple[Any, Any, tuple]:
        """Call the reader's function with copies; return answer, view and copies."""
        if not callable(function):
            raise NotYet(f"a function is asked for, without (), this is {a(function)}.")

        def returned(*arguments) -> Any:
            value = function(*arguments)
            if value is ...:
                raise Untouched
            if value is None and self.returns:
                raise NotYet("nothing is returned: is `return` missing?")
            return value

        arguments = copy.deepcopy(case.arguments)
        try:
            answer = self.drive(returned, *arguments)
            return answer, copy.deepcopy(self.view(answer)), arguments
        except Untouched:
            raise
        except NotYet as wrong:
            said = str(wrong)
        except (Exception, SystemExit) as error:
            said = f"your answer ends in {type(error).__name__}: {error}"
        raise NotYet(f"{case.says}: {said.splitlines()[0]}")

    def stale(self, kept: list[tuple]) -> str | None:
        """Look whether a later call has changed an earlier answer."""
        for case, answer, told in kept:
            if self.view(answer) != told:
                words = f"{case.says} the answer was right, and a later call has "
                return f"{words}changed it: make a new object in each call."
        return None

    def slip(self, function: Callable, kept: list[tuple]) -> str | None:
        """Return the hint of the known slip that answers as the reader's function."""
        tolds = [told for _, _, told in kept[: len(self.expected)]]
        with contextlib.suppress(NotYet):
            for case, _ in self.expected[len(tolds) :]:
                tolds.append(self.answer(function, case)[1])
        if len(tolds) < len(self.expected):
            return None
        rights = [right for _, right in self.expected]
        if self.view is truth and all(map(operator.ne, rights, tolds)):
            return "it is the other way round: yours is True where False is right."
        for hint, wrong in self.slips.items():
            if isinstance(wrong, dict):
                wrong = functools.partial(self.reference, **wrong)
            views = (
                self.view(self.drive(wrong, *c.arguments)) for c, _ in self.expected
            )
            with contextlib.suppress(ArithmeticError, LookupError, ValueError):
                if all(map(self.same, views, tolds)):
                    return hint
        return None


def choice(*rights: str, hints: dict[str | tuple[str, str], str]) -> Callable:
    """Make a check for words; a hint is for what is right, or for that and the slip."""
    words = {right.lower(): right for right in rights}

    def find_hint(*answers) -> str | None:
        for answer, right in zip(answers, rights, strict=True):
            said = words.get(" ".join(str(answer).lower().split()))
            if said is None:
                form((), f"one of {', '.join(map(repr, rights))}")(answer)
            if said != right:
                return hints.get((right, said)) or hints[right]
        return None

    return functools.partial(exercise, find_hint)


def apart(right: Any, told: Any) -> tuple[str, str]:
    """Return both in words; of two dictionaries the first entry that differs."""
    if not isinstance(right, dict):
        return short(right), short(told)
    name = next(n for n in [*right, *told] if right.get(n) != told.get(n))
    one, other = (short(s[name]) if name in s else "none" for s in (right, told))
    return f"{name}: {one}", other


def unchanged(before: Any, after: Any) -> bool:
    """Tell whether two objects hold the same."""
    if isinstance(before, (pd.DataFrame, np.ndarray)):
        return pd.DataFrame(before).equals(pd.DataFrame(after))
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return unchanged([*before.items()], [*after.items()])
    if hasattr(before, "trials"):  # a study of Optuna
        return before.trials == after.trials
    if type(before).__eq__ is object.__eq__ and hasattr(before, "__dict__"):
        return unchanged(vars(before), vars(after))
    return before == after or before != before


def short(value: Any, width: int = 120) -> str:
    """Return how a value is written in a hint: numbers plainly, and not too long."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}" if f"{value:.6g}" == f"{value:.12g}" else f"{value:.12g}"
    if hasattr(value, "datetime_start"):  # a trial, without the time of day
        return f"the trial {value.number}"
    text = " ".join(repr(value).split())
    if isinstance(value, (list, tuple)):
        ends = "[]" if isinstance(value, list) else "()"
        text = ", ".join(map(short, value)).join(ends)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def a(value: Any) -> str:
    """Return the type and the value in words."""
    if callable(value):
        return f"the {'class' if isinstance(value, type) else 'function'} itself"
    name, text = type(value).__name__, short(value, 40)
    return f"an object of type {name}" if text.startswith("<") else f"the {name} {text}"


def form(kind: type | tuple[type, ...], what: str) -> Callable[[Any], Any]:
    """Return a view of answers that are of one kind, in the words of the task."""

    def view(answer: Any) -> Any:
        if isinstance(answer, kind):
            return answer
        raise NotYet(f"{what} is asked for, this is {a(answer)}.")

    return view


truth = form((bool, np.bool_), "one True or False")


def number(answer: Any, what: str = "a number") -> float:
    """Return an answer that should be a number as one."""
    if isinstance(answer, np.ndarray) and not answer.ndim:
        answer = answer[()]
    if isinstance(answer, bool) or np.ndim(answer) == 0 and answer != answer:
        raise NotYet(f"{what} is asked for, this is {a(answer)}.")
    return float(form(Real, what)(answer))
