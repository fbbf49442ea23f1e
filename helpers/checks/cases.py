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

from helpers.checks.verdict import NotYet, demand, exercise, no_dots


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
    slack: float = 0  # how far it may be from a slip, as a share; 0: as same says
    drive: Callable = operator.call  # how a function is made to answer

    def __call__(self, reference: Callable) -> Callable:
        """Return the check, to which the reader gives a function."""
        self.reference = reference
        return exercise(self.look, reference)

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

    def look(self, function: Callable) -> None:
        """Say what is wrong with the reader's function, if anything is."""
        if not callable(function):
            kind = "a class" if isinstance(self.reference, type) else "a function"
            raise NotYet(f"{asked(kind, function)} Give its name, without ().")
        answer, views, changed = None, [], ""
        for case, right in self.expected + self.expected[-2::-1]:
            before = answer
            answer, told, arguments = self.answer(function, case)
            if before is not None and self.view(before) != views[-1]:
                said = "the call before was right, and this one has changed its answer"
                raise NotYet(f"{case.says}: {said}: make a new object in each call.")
            views.append(told)
            if not self.same(right, told):
                one, other = apart(right, told)
                said = f"{case.says}: {one} is right, yours gives {other}. {case.why}"
                raise NotYet(self.known(function, views) or said)
            if not unchanged(case.arguments, arguments):
                said = f"right, but the function changes its argument {case.says}: "
                changed = f"{said}whoever calls it has lost it. Work on a copy."
        demand(not changed, changed)

    def known(self, function: Callable, told: list) -> str | None:
        """Return the hint of the known slip that answers each case as the function."""
        slips = getattr(self.reference, "slips", {})
        left = self.expected[len(told) :] if slips else []
        near = functools.partial(np.allclose, rtol=self.slack, atol=0)
        with contextlib.suppress(Exception):
            told = told + [self.answer(function, case)[1] for case, _ in left]
            for hint, options in slips.items():
                wrong = functools.partial(self.reference, **options)
                views = [self.answer(wrong, case)[1] for case, _ in self.expected]
                if all(map(near if self.slack else self.same, views, told)):
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


def slip(hint: str, **options) -> Callable:
    """Note a hint, and the options with which a reference answers as who needs it."""

    def note(reference: Callable) -> Callable:
        reference.slips = {hint: options} | getattr(reference, "slips", {})
        return reference

    return note


def choice(*rights: str) -> Callable:
    """Make a check for words; a slip has the wrong word for one, or "" for any."""
    words = {right.lower(): right for right in rights}
    one_of = f"one of {', '.join(map(repr, rights))}"

    def look(named: Callable, *answers) -> None:
        names = inspect.signature(named).parameters
        for answer, right, name in zip(answers, rights, names, strict=True):
            said = words.get(" ".join(form(str, one_of, answer).lower().split()))
            if said is None:
                raise asked(one_of, answer)
            slips = named.slips.items()
            hints = [hint for hint, wrong in slips if wrong.get(name) in (said, "")]
            demand(said == right, "".join(hints[:1]))

    return lambda named: exercise(functools.partial(look, named), named)


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
    one, other = ({n: short(value) for n, value in of.items()} for of in (right, told))
    more = ", ".join(str(n) for n in told if n not in right)
    none = f"none, but {more}" if more else "none"
    return f"{name}: {one.get(name, 'none')}", other.get(name, none)


def unchanged(before: Any, after: Any) -> bool:
    """Tell whether two objects hold the same."""
    if isinstance(before, (pd.DataFrame, np.ndarray)):
        return pd.DataFrame(before).equals(pd.DataFrame(after))
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    # Of a study its trials; and in words, since a record of MLflow knows no ==.
    return len({repr(getattr(part, "trials", part)) for part in (before, after)}) == 1


def short(value: Any, width: int = 120) -> str:
    """Return how a value is written in a hint: numbers plainly, and not too long."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return f"{value:.12g}"
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
    answer = answer[()] if isinstance(answer, np.ndarray) else answer  # of no axes
    if isinstance(answer, bool) or not isinstance(answer, Real) or answer != answer:
        raise asked(what, answer)
    return float(answer)
