"""Create the two databases once, also when two kernels start at the same time.

Optuna and MLflow each create their tables at first use, and neither expects a
second process to do the same at that moment: one of the two then fails. Under
a lock the second waits, and finds the tables made.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

# A part of what SQLite, MLflow or the system says; what it means, and the cure.
_TROUBLES = {
    "database is locked": "another program holds it. Close that program, or restart "
    "the other notebook's kernel, then run this cell again.",
    "readonly database": "it is read-only. Make the file and its folder writable, "
    "then run this cell again.",
    "permission denied": "its folder is read-only. Copy the course to a folder of "
    "yours and work there.",
    "out-of-date database schema": "another version of MLflow wrote it. Rename the "
    "file to keep it, then run this cell again: it creates a new one.",
    "compatible with the table schema": "another version of Optuna wrote it. Rename "
    "the file to keep it, then run this cell again: it creates a new one.",
    "not a database": "it is damaged. Rename the file, then run this cell again: it "
    "creates a new one.",
}


class DatabaseError(OSError):
    """The database cannot be used; the message has the cure."""


def create_optuna_database(path: Path | str = "optuna.db") -> str:
    """Create Optuna's SQLite database unless it is there.

    Parameters
    ----------
    path : Path or str
        The file, beside the notebook by default.

    Returns
    -------
    str
        Its address, `sqlite:///optuna.db`, as `optuna.create_study` takes it.

    Raises
    ------
    DatabaseError
        The file is locked, read-only, damaged, or from another Optuna.
    """
    import optuna

    with _usable(path) as uri:
        optuna.storages.RDBStorage(uri)
    return uri


def create_mlflow_database(path: Path | str = "mlflow.db") -> str:
    """Create MLflow's SQLite database unless it is there; some seconds, once.

    Parameters
    ----------
    path : Path or str
        The file, beside the notebook by default.

    Returns
    -------
    str
        Its address, `sqlite:///mlflow.db`, as `mlflow.set_tracking_uri` takes it.

    Raises
    ------
    DatabaseError
        The file is locked, read-only, damaged, or from another MLflow.
    """
    import mlflow

    with _usable(path) as uri:
        mlflow.MlflowClient(tracking_uri=uri).search_experiments(max_results=1)
    return uri


@contextmanager
def _usable(path: Path | str) -> Iterator[str]:
    """Hold the lock and give the address; name what is wrong, and the cure."""
    try:
        with FileLock(f"{path}.lock"):
            _try_to_write(path)
            yield f"sqlite:///{Path(path).as_posix()}"
    except Exception as error:
        for said, cure in _TROUBLES.items():
            if said in str(error).lower():
                raise DatabaseError(f"{path} cannot be used: {cure}") from None
        raise


def _try_to_write(path: Path | str) -> None:
    """Find out now, not in the middle of a run, whether SQLite lets us write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN")
        database.execute("CREATE TABLE written_and_taken_back (a)")
        database.execute("ROLLBACK")
