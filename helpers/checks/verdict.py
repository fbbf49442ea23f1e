"""How an answer becomes a verdict: one line, right, not yet, or not attempted."""

import functools
from collections.abc import Callable
from typing import Any

RIGHT, NOT_YET, UNTOUCHED = "✔", "✘", "…"


def exercise(find_hint: Callable) -> Callable:
    """Turn `exercise_N_k`, which returns a hint or None for right, into a check."""
    number = find_hint.__name__.removeprefix("exercise_").replace("_", ".")

    @functools.wraps(find_hint)
    def check(*answers) -> None:
        try:
            if any(_untouched(answer) for answer in answers):
                raise _Untouched
            hint = find_hint(*answers)
        except _Untouched:
            print(
                f"{UNTOUCHED} Exercise {number}: not attempted yet. Replace the "
                "dots in the cell above, run it, then run this cell."
            )
            return
        except _NothingReturned:
            hint = "the function returns nothing: is `return` missing?"
        except Exception as error:
            hint = f"your answer ends in {type(error).__name__}: {error}"
        if hint is None:
            print(f"{RIGHT} Exercise {number}: right.")
        else:
            if hint.split()[0].strip(".:,").isalpha():  # names keep their case
                hint = hint[0].upper() + hint[1:]
            print(f"{NOT_YET} Exercise {number}: not yet. {hint}")

    return check


class _Untouched(Exception):
    """The answer is still the stub's dots."""


class _NothingReturned(Exception):
    """The reader's function ends without `return`."""


def _untouched(answer) -> bool:
    if isinstance(answer, (tuple, list)):
        return any(part is ... for part in answer)
    return answer is ...


def call(function: Callable, *arguments, may_return_nothing: bool = False) -> Any:
    """Call the reader's function; its untouched stub returns `...`."""
    if not callable(function):
        raise TypeError(f"a function is asked for, this is {type(function).__name__}")
    answer = function(*arguments)
    if answer is ...:
        raise _Untouched
    if answer is None and not may_return_nothing:
        raise _NothingReturned
    return answer
