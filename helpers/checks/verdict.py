"""How an answer becomes a verdict: one line, and no trace of the check."""

import contextlib
import functools
import io
import os
import random
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import matplotlib.pyplot as plt
import mlflow
import numpy as np
from matplotlib._pylab_helpers import Gcf
from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking import fluent
from mlflow.tracking._tracking_service import utils
from mlflow.utils.thread_utils import ThreadLocalVariable
from optuna import logging
from sqlalchemy import event

from helpers import stores

RIGHT, NOT_YET, UNTOUCHED = "✔", "✘", "…"
_STUB = "Replace the dots in the cell above, run it, then run this cell."


class Untouched(BaseException):
    """The answer is still the stub's dots; no `except Exception` is to keep this."""


class NotYet(Exception):
    """The answer is wrong; the message is the hint."""


def demand(good, hint: str) -> None:
    """Leave the check with a hint if the answer is not as it should be."""
    if not good:
        raise NotYet(hint)


def no_dots(answer) -> None:
    """Leave the check if something in an answer is still the stub's dots."""
    if "Ellipsis" in repr(answer):  # what Python writes for dots
        raise Untouched


def exercise(look: Callable, named: Callable | None = None) -> Callable:
    """Make a check, named as `exercise_N_k`, of what raises if the answer is wrong."""
    named = named or look
    number = named.__name__.removeprefix("exercise_").replace("_", ".")

    def check(*answers) -> None:
        with no_trace():
            mark, said = _judge(look, answers)
        print(f"{mark} Exercise {number}: {said}")
        if mark != UNTOUCHED:
            stores.share_verdict(number, mark == RIGHT)

    check.__name__, check.__doc__ = named.__name__, named.__doc__
    return check


def _judge(look: Callable, answers: tuple) -> tuple[str, str]:
    """Return the mark and what is said beside it."""
    try:
        no_dots(answers)
        look(*answers)
        return RIGHT, "right."
    except Untouched:
        return UNTOUCHED, f"not attempted yet. {_STUB}"
    except (Exception, SystemExit) as error:
        said = str(error).partition("\n")[0]
        if not isinstance(error, NotYet):
            said = f"your answer ends in {type(error).__name__}: {said}"
        hint = "".join([*getattr(error, "__notes__", []), said])  # notes: which case
    if hint.split()[0].strip(".:,").isalpha():  # names keep their case
        hint = hint[0].upper() + hint[1:]
    return NOT_YET, f"not yet. {hint}"


@functools.cache
def store() -> SqlAlchemyStore:
    """Return the checks' own store: one per kernel, gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="checks-", ignore_cleanup_errors=True)
    database = Path(folder.name, "checks.db")
    stores.write_mlflow_tables(database)
    made = SqlAlchemyStore(f"sqlite:///{database.as_posix()}", database.parent.as_uri())
    made.folder = folder
    # Waiting for the disk took seconds, and what is written need not last.
    quick = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY"
    event.listen(made.engine, "connect", lambda one, _: one.executescript(quick))
    made.engine.dispose()
    return made


@contextlib.contextmanager
def no_trace() -> Iterator[None]:
    """Put back what an answer may move, and leave out what its many calls print."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.chdir(os.getcwd()),
        warnings.catch_warnings(action="ignore"),
        # No run of the reader is open, and every call of MLflow goes to the checks'
        # store, whatever address is asked for, also by a client made before.
        patch.object(fluent, "_active_run_stack", ThreadLocalVariable(list)),
        patch.object(fluent, "_last_active_run_id", ThreadLocalVariable(str)),
        patch.object(fluent, "_active_experiment_id", "0"),
        patch.object(utils._tracking_store_registry, "get_store", lambda *_: store()),
        patch.object(utils, "_tracking_uri", utils._tracking_uri),
        # All variables are put back. Else MLflow waits whenever it is asked to finish.
        patch.dict(os.environ, MLFLOW_ASYNC_LOGGING_BUFFERING_SECONDS="1"),
        patch.dict(Gcf.figs, clear=True),  # the reader's open figures
        plt.rc_context(),
        # As in a notebook, where a figure that was shown is closed.
        patch.object(plt, "show", lambda *_, **__: plt.close("all")),
        contextlib.ExitStack() as then,
    ):
        then.callback(lambda: [mlflow.end_run() for _ in iter(mlflow.active_run, None)])
        then.callback(plt.close, "all")
        then.callback(random.setstate, random.getstate())
        then.callback(np.random.set_state, np.random.get_state())
        then.callback(logging.set_verbosity, logging.get_verbosity())
        logging.set_verbosity(logging.ERROR)
        yield


def made_run(params: dict, metrics: dict, digests=(), tags=None, named="set") -> Run:
    """Write a run into the checks' store, and return it as `client.get_run` does."""
    client = mlflow.MlflowClient()
    run_id = client.create_run("0", tags=tags).info.run_id
    numbers = [Metric(name, value, 0, 0) for name, value in metrics.items()]
    client.log_batch(run_id, numbers, [Param(*one) for one in params.items()])
    sets = [Dataset(f"{named}{k}", one, "http", "{}") for k, one in enumerate(digests)]
    client.log_inputs(run_id, [DatasetInput(one, []) for one in sets])
    return client.get_run(run_id)
