"""How an answer becomes a verdict: one line, right, not yet, or not attempted."""

import functools
from collections.abc import Callable

RIGHT, NOT_YET, UNTOUCHED = "✔", "✘", "…"


def exercise(number: str) -> Callable:
    """Turn a function that returns a hint, or None for right, into a check."""

    def decorate(find_hint: Callable) -> Callable:
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
            except Exception as error:
                hint = f"your answer ends in {type(error).__name__}: {error}"
            if hint is None:
                print(f"{RIGHT} Exercise {number}: right.")
            else:
                if hint.split()[0].strip(".:,").isalpha():  # names keep their case
                    hint = hint[0].upper() + hint[1:]
                print(f"{NOT_YET} Exercise {number}: not yet. {hint}")

        return check

    return decorate


class _Untouched(Exception):
    """The answer is still the stub's dots."""


def _untouched(answer) -> bool:
    if isinstance(answer, (tuple, list)):
        return any(part is ... for part in answer)
    return answer is ...


def call(function: Callable, *arguments):
    """Call the reader's function; its untouched stub returns `...`."""
    if not callable(function):
        raise TypeError(f"a function is asked for, this is {type(function).__name__}")
    answer = function(*arguments)
    if answer is ...:
        raise _Untouched
    return answer
