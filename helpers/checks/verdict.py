"""How an answer becomes a verdict: one line, and no trace of the check."""

import contextlib
import io
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from unittest.mock import patch

import numpy as np

from helpers import stores

RIGHT, NOT_YET, UNTOUCHED = "✔", "✘", "…"


class Untouched(Exception):
    """The answer is still the stub's dots."""


class NotYet(Exception):
    """The answer is wrong; the message is the hint."""


def exercise(find_hint: Callable, named: Callable | None = None) -> Callable:
    """Make a check, named as `exercise_N_k`, of what returns a hint or None."""
    named = named or find_hint
    number = named.__name__.removeprefix("exercise_").replace("_", ".")

    def check(*answers) -> None:
        with no_trace():
            mark, words = _judge(find_hint, answers)
        print(f"{mark} Exercise {number}: {words}")
        if mark != UNTOUCHED:
            _share(number, mark == RIGHT)

    check.__name__, check.__doc__ = named.__name__, named.__doc__
    return check


def _judge(find_hint: Callable, answers: tuple) -> tuple[str, str]:
    """Return the mark and what is said beside it."""
    try:
        for answer in answers:
            parts = answer if isinstance(answer, (tuple, list)) else [answer]
            if any(part is ... for part in parts):
                raise Untouched
        hint = find_hint(*answers)
    except Untouched:
        return UNTOUCHED, (
            "not attempted yet. Replace the dots in the cell above, run it, then run "
            "this cell."
        )
    except NotYet as error:
        hint = str(error)
    except (Exception, SystemExit) as error:
        hint = f"your answer ends in {type(error).__name__}: {error}"
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
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(server)
    name = f"{os.environ.get('MLFLOW_TRACKING_USERNAME', 'somebody')}: exercises"
    tags = {"exercise": exercise, "verdict": "right" if right else "not yet"}
    try:
        known = client.get_experiment_by_name(name)
        number = known.experiment_id if known else client.create_experiment(name)
        client.set_terminated(client.create_run(number, tags=tags).info.run_id)
    except MlflowException:
        pass  # the verdict stands; the board can wait


@contextlib.contextmanager
def no_trace() -> Iterator[None]:
    """Put back what an answer may move: seeds, folder, figures, records, and more.

    What the answer prints is left out: it is called many times.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        stack.callback(os.chdir, os.getcwd())
        stack.enter_context(patch.dict(os.environ))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        # A library that the reader has not imported has nothing to put back.
        if "optuna" in sys.modules:
            from optuna import logging

            stack.callback(logging.set_verbosity, logging.get_verbosity())
            logging.set_verbosity(logging.ERROR)
        if "matplotlib.pyplot" in sys.modules:
            _figures_aside(stack)
        if "mlflow" in sys.modules:
            from helpers.checks import record

            stack.enter_context(record.aside())
        yield


def _figures_aside(stack: contextlib.ExitStack) -> None:
    """Let the answer neither draw into the reader's open figures nor show its own."""
    import matplotlib.pyplot as plt
    from matplotlib._pylab_helpers import Gcf

    stack.callback(Gcf.figs.update, dict(Gcf.figs))
    stack.callback(plt.close, "all")
    Gcf.figs.clear()
    stack.enter_context(plt.rc_context())
    # As in a notebook, where a figure that was shown is closed.
    stack.enter_context(patch.object(plt, "show", lambda *_, **__: plt.close("all")))
