"""How an answer becomes a verdict: one line, and no trace of the check."""

import contextlib
import io
import os
import random
import warnings
from collections.abc import Callable, Iterator
from unittest.mock import patch

import matplotlib.pyplot as plt
import numpy as np
from matplotlib._pylab_helpers import Gcf
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from optuna import logging

from helpers import stores
from helpers.checks import record

RIGHT, NOT_YET, UNTOUCHED = "✔", "✘", "…"
_STUB = "Replace the dots in the cell above, run it, then run this cell."


class Untouched(BaseException):
    """The answer is still the stub's dots; no `except Exception` is to keep this."""


class NotYet(Exception):
    """The answer is wrong; the message is the hint."""


def no_dots(answer) -> None:
    """Leave the check if something in an answer is still the stub's dots."""
    if "Ellipsis" in repr(answer):  # what Python writes for dots
        raise Untouched


def exercise(find_hint: Callable, named: Callable | None = None) -> Callable:
    """Make a check, named as `exercise_N_k`, of what returns a hint or None."""
    named = named or find_hint
    number = named.__name__.removeprefix("exercise_").replace("_", ".")

    def check(*answers) -> None:
        with no_trace():
            mark, said = _judge(find_hint, answers)
        print(f"{mark} Exercise {number}: {said}")
        if mark != UNTOUCHED:
            _share(number, mark == RIGHT)

    check.__name__, check.__doc__ = named.__name__, named.__doc__
    return check


def _judge(find_hint: Callable, answers: tuple) -> tuple[str, str]:
    """Return the mark and what is said beside it."""
    try:
        no_dots(answers)
        hint = find_hint(*answers)
    except Untouched:
        return UNTOUCHED, f"not attempted yet. {_STUB}"
    except (Exception, SystemExit) as error:
        said = str(error).partition("\n")[0]
        if not isinstance(error, NotYet):
            said = f"your answer ends in {type(error).__name__}: {said}"
        hint = "".join([*getattr(error, "__notes__", []), said])  # notes: which case
    if hint is None:
        return RIGHT, "right."
    if hint.split()[0].strip(".:,").isalpha():  # names keep their case
        hint = hint[0].upper() + hint[1:]
    return NOT_YET, f"not yet. {hint}"


def _share(exercise: str, right: bool) -> None:
    """Tell a class's server, if the learner has agreed: the number, not the answer."""
    server = stores.class_server()
    if os.environ.get("COURSE_SHARE_VERDICTS") != "yes" or not server:
        return
    client = MlflowClient(server)
    name = f"{os.environ.get('MLFLOW_TRACKING_USERNAME', 'somebody')}: exercises"
    tags = {"exercise": exercise, "verdict": "right" if right else "not yet"}
    with contextlib.suppress(MlflowException):  # the verdict stands; the board can wait
        known = client.get_experiment_by_name(name)
        number = known.experiment_id if known else client.create_experiment(name)
        client.set_terminated(client.create_run(number, tags=tags).info.run_id)


@contextlib.contextmanager
def no_trace() -> Iterator[None]:
    """Put back what an answer may move, and leave out what its many calls print."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.chdir(os.getcwd()),
        warnings.catch_warnings(action="ignore"),
        record.aside(),
        patch.dict(Gcf.figs, clear=True),  # the reader's open figures
        plt.rc_context(),
        # As in a notebook, where a figure that was shown is closed.
        patch.object(plt, "show", lambda *_, **__: plt.close("all")),
        contextlib.ExitStack() as stack,
    ):
        stack.callback(plt.close, "all")
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        stack.callback(logging.set_verbosity, logging.get_verbosity())
        logging.set_verbosity(logging.ERROR)
        yield
