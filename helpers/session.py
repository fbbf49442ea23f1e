"""What a kernel does for its reader when a store refuses or a cell is interrupted.

In a notebook, an error of a store is shown as one line with its cure, and after an
interrupt nothing keeps hold of a database. Elsewhere this module does nothing more
than remember which files are open.
"""

import contextlib
import logging
import os
import signal
import sqlite3
import sys
import threading
import traceback
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from helpers import troubles

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
# Where Optuna and MLflow read and write; an error from elsewhere is not a store's.
STORES = (
    "optuna.storages",
    "mlflow.store.db",
    "mlflow.store.tracking",
    "mlflow.store.model_registry",
    "mlflow.utils.rest_utils",
)
NOISY = ("mlflow.store.db.utils", "optuna.study._optimize")  # they log whole traces

HALF_IMPORTED = (
    "The interrupt came in the middle of an import. Restart this kernel (menu Kernel), "
    "then run the notebook from its top."
)

_records: weakref.WeakSet = weakref.WeakSet()  # SQLAlchemy's open connections
_watching = False
_shown: tuple[type[BaseException], ...] = ()  # the errors that IPython asks about
_run_before: str | None = None


def attach() -> None:
    """In a notebook: show a store's errors in one line, and clear up interrupts."""
    shell = _shell()
    if not shell:
        return
    # Databases, models and logs of all notebooks stand beside them, in one place,
    # also when an editor or papermill starts the kernel somewhere else.
    if NOTEBOOKS.is_dir() and not any(Path.cwd().glob("*.ipynb")):
        os.chdir(NOTEBOOKS)
    if _before_cell not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", _before_cell)
        shell.events.register("post_run_cell", _after_cell)
        for name in NOISY:
            logging.getLogger(name).addFilter(_is_news)


def watch() -> None:
    """Remember which connections are open, and on which thread; once."""
    global _watching
    if not _watching:
        from sqlalchemy import event, pool

        event.listen(pool.Pool, "connect", _remember)
        event.listen(pool.Pool, "checkout", _lend)
        event.listen(pool.Pool, "checkin", _take_back)
        _watching = True
    if shell := _shell():
        _watch_errors(shell)


@contextlib.contextmanager
def without_interrupt() -> Iterator[None]:
    """Let an interrupt wait: a library that is half imported is broken for good."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def let_go(path: os.PathLike | str) -> None:
    """Close this process's idle connections to a file, for it is to be replaced."""
    for record in list(_records):
        if record.info.get("file") == os.path.realpath(path):
            with contextlib.suppress(Exception):
                record.invalidate()


def release() -> None:
    """Give up each lock on a database that an interrupted cell has left behind."""
    from sqlalchemy import orm

    mine = threading.get_ident()
    lent = [record for record in list(_records) if record.info.get("thread")]
    if all(record.info["thread"] == mine for record in lent):
        orm.close_all_sessions()  # a search with threads may still use its own
    for record in lent:
        connection = record.dbapi_connection
        if record.info.get("thread") == mine and connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.rollback()


def _shell() -> Any:
    """Return this kernel's shell, or None outside of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None


def _remember(connection: Any, record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        file = connection.execute("PRAGMA database_list").fetchone()[2]
        record.info["file"] = os.path.realpath(file) if file else None
        _records.add(record)


def _lend(connection: Any, record: Any, proxy: Any) -> None:
    record.info["thread"] = threading.get_ident()


def _take_back(connection: Any, record: Any) -> None:
    record.info["thread"] = None


def _before_cell(info: Any) -> None:
    global _run_before
    if "sqlalchemy" in sys.modules:  # Optuna and MLflow import it when they need it
        watch()
    elif shell := _shell():
        _watch_errors(shell)
    _run_before = _active_run()


def _after_cell(result: Any) -> None:
    if not isinstance(result.error_in_exec, KeyboardInterrupt):
        return
    release()
    trace = traceback.walk_tb(result.error_in_exec.__traceback__)
    bodies = [f.f_globals for f, _ in trace if f.f_code.co_name == "<module>"]
    if any(body.get("__name__") != "__main__" for body in bodies):
        print(HALF_IMPORTED, file=sys.stderr)
    # The interrupt may have come before `with` knew of its run.
    with contextlib.suppress(Exception):
        while (run := _active_run()) and run != _run_before:
            sys.modules["mlflow"].end_run("KILLED")


def _active_run() -> str | None:
    mlflow = sys.modules.get("mlflow")
    run = mlflow.active_run() if hasattr(mlflow, "active_run") else None
    return run.info.run_id if run else None


def _is_news(record: logging.LogRecord) -> bool:
    """Keep back a trace in the log whose error the notebook shows as one line."""
    if not (record.exc_info and record.exc_info[1] and _shell()):
        return True
    return not in_one_line(record.exc_info[1], record.exc_info[2])


def _watch_errors(shell: Any) -> None:
    """Have IPython ask `_show` how to show an error that a store may have raised."""
    global _shown
    kinds = [sqlite3.Error, OSError, RuntimeError, KeyError, ValueError]
    for module, name in (
        ("mlflow.exceptions", "MlflowException"),
        ("sqlalchemy.exc", "SQLAlchemyError"),
        ("optuna.exceptions", "OptunaError"),
    ):
        if module in sys.modules:
            kinds.append(getattr(sys.modules[module], name))
    # Somebody's own handler, of a start-up file perhaps, is left alone.
    if shell.custom_exceptions in ((), _shown) and _shown != tuple(kinds):
        _shown = tuple(kinds)
        shell.set_custom_exc(_shown, _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> list[str]:
    """Show one line for a store's trouble, and any other error as IPython does."""
    with contextlib.suppress(Exception):  # never let the cure hide the error
        if not hasattr(error, "_render_traceback_"):
            line = in_one_line(error, trace)
            if line:
                error._render_traceback_ = lambda: [line]  # IPython asks for it
    shell.showtraceback(
        (kind, error, trace), tb_offset=tb_offset, running_compiled_code=True
    )
    return []


def in_one_line(error: BaseException, trace: TracebackType) -> str | None:
    """Return file, trouble and cure if a store has raised this error, else None."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    names = [frame.f_globals.get("__name__", "") for frame in frames]
    # What the reader's own function raises inside a search is the reader's.
    last = max((i for i, n in enumerate(names) if _is_own(n)), default=-1)
    inside = [
        (frame, name)
        for frame, name in list(zip(frames, names, strict=True))[last + 1 :]
        if name.startswith(STORES)
    ]
    if not inside:
        return None
    sentence = troubles.explain(error)
    if any(name.startswith("optuna.storages.journal") for _, name in inside):
        sentence = sentence or troubles.explain_journal(error)
    if not sentence:
        return None
    return f"{type(error).__name__}: {_name_of(inside)} cannot be used: {sentence}."


def _is_own(module: str) -> bool:
    return module == "__main__" or module.startswith("helpers")


def _name_of(frames: list) -> str:
    """Name the store of these frames: a file, a server, or at least its kind."""
    for frame, _ in frames:
        store = frame.f_locals.get("self")
        for name in ("url", "db_uri", "_file_path"):
            address = getattr(store, name, None)
            if isinstance(address, str):
                return address.removeprefix("sqlite:///")
    if frames[0][1].startswith("mlflow"):
        return sys.modules["mlflow"].get_tracking_uri().removeprefix("sqlite:///")
    return "Optuna's store"
