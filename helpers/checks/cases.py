"""The one way to check a function: many cases and a reference solution."""

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

from helpers.checks.verdict import NotYet, exercise, no_dots


class Case:
    """Arguments for one call, and the words for them in a hint."""

    def __init__(self, *arguments, says: str = "", why: str = ""):
        self.arguments, self.says, self.why = arguments, says, why


@dataclasses.dataclass
class Check:
    """Makes a check of the reference solution that it decorates."""

    cases: Iterable[Case] | Callable  # of them the reader's function gets copies, twice
    # What of an answer is compared and told, or `NotYet` if its form is wrong.
    view: Callable[[Any], Any] = lambda answer: answer
    same: Callable[[Any, Any], bool] = operator.eq  # near enough to what is right
    alike: Callable[[Any, Any], bool] | None = None  # near enough to a slip; or as same
    drive: Callable = operator.call  # how a function is made to answer
    # A hint, and the reference's options with which it answers as one who slipped so.
    slips: dict[str, dict] = dataclasses.field(default_factory=dict)

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
            found.append((case, self.view(self.drive(self.reference, *case.arguments))))
        return found

    def hint(self, function: Callable) -> str | None:
        """Return what is wrong with the reader's function, or None if nothing is."""
        if not callable(function):
            kind = "a class" if isinstance(self.reference, type) else "a function"
            return f"{asked(kind, function)} Give its name, without ()."
        answer, views, changed = None, [], None
        for case, right in self.expected + self.expected[-2::-1]:
            before = answer
            answer, told, arguments = self.answer(function, case)
            if before is not None and self.view(before) != views[-1]:
                said = "the call before was right, and this one has changed its answer"
                return f"{case.says}: {said}: make a new object in each call."
            views.append(told)
            if not self.same(right, told):
                one, other = apart(right, told)
                said = f"{case.says}: {one} is right, yours gives {other}. {case.why}"
                return self.slips and self.slip(function, views) or said
            if not unchanged(case.arguments, arguments):
                said = f"right, but the function changes its argument {case.says}: "
                changed = f"{said}whoever calls it has lost it. Work on a copy."
        return changed

    def slip(self, function: Callable, told: list) -> str | None:
        """Return the hint of the known slip that answers each case as the function."""
        with contextlib.suppress(Exception):
            left = self.expected[len(told) :]
            told = told + [self.answer(function, case)[1] for case, _ in left]
            for hint, options in self.slips.items():
                wrong = functools.partial(self.reference, **options)
                views = [self.answer(wrong, case)[1] for case, _ in self.expected]
                if all(map(self.alike or self.same, views, told)):
                    return hint
        return None

    def answer(self, function: Callable, case: Case) -> tuple[Any, Any, tuple]:
        """Call the reader's function with copies; return answer, view and copies."""
        arguments = copy.deepcopy(case.arguments)
        try:
            answer = given(self.drive(function, *arguments))
            return answer, copy.deepcopy(self.view(answer)), arguments
        except (Exception, SystemExit) as error:
            error.add_note(f"{case.says}: ")
            raise


def choice(*rights: str, hints: dict[str, str]) -> Callable:
    """Make a check for words; a hint is for "what is right, not what was said"."""
    words = {right.lower(): right for right in rights}
    one_of = f"one of {', '.join(map(repr, rights))}"

    def find_hint(*answers) -> str | None:
        for answer, right in zip(answers, rights, strict=True):
            said = words.get(" ".join(form(str, one_of, answer).lower().split()))
            if said is None:
                raise asked(one_of, answer)
            if said != right:
                return hints.get(f"{right}, not {said}") or hints[right]
        return None

    return functools.partial(exercise, find_hint)


def given(answer: Any) -> Any:
    """Return what a function has returned, if it has."""
    no_dots(answer)
    if answer is None:
        raise NotYet("None is returned: is a `return` missing, or what does it give?")
    return answer


def apart(right: Any, told: Any) -> tuple[str, str]:
    """Return both in words; of two dictionaries the first entry that differs."""
    if not isinstance(right, dict):
        return short(right), short(told)
    name = next(n for n in [*right, *told] if right.get(n) != told.get(n))
    more = ", ".join(map(str, [other for other in told if other not in right]))
    one = short(right[name]) if name in right else "none"
    none = f"none, but {more}" if more else "none"
    return f"{name}: {one}", short(told[name]) if name in told else none


def unchanged(before: Any, after: Any) -> bool:
    """Tell whether two objects hold the same."""
    if isinstance(before, (pd.DataFrame, np.ndarray)):
        return pd.DataFrame(before).equals(pd.DataFrame(after))
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    # Of a study its trials; and in words, since a record of MLflow knows no ==.
    one, other = (repr(getattr(part, "trials", part)) for part in (before, after))
    return one == other


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
        comma = "," * (type(value) is tuple and len(value) == 1)
        text = ", ".join(map(short, value)) + comma
        text = text.join("[]" if type(value) is list else "()")
    return text if len(text) <= width else f"{text[: width - 1]}…"


def asked(what: str, answer: Any) -> NotYet:
    """Return the hint for an answer of another kind than the task's."""
    kind, text = type(answer).__name__, short(answer, 40)
    this = f"an object of type {kind}" if text.startswith("<") else f"the {kind} {text}"
    return NotYet(f"{what} is asked for, this is {this}.")


def form(kind: type | tuple[type, ...], what: str, answer: Any) -> Any:
    """Return an answer that is of the kind of the task, named in the task's words."""
    if isinstance(answer, kind):
        return answer
    raise asked(what, answer)


truth = functools.partial(form, (bool, np.bool_), "one True or False")


def number(answer: Any, what: str = "a number") -> float:
    """Return an answer that should be a number as one."""
    if isinstance(answer, np.ndarray) and not answer.ndim:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, Real) or answer != answer:
        raise asked(what, answer)
    return float(answer)
