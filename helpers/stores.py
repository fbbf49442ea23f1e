"""Create the two databases once: whole or not at all, also by two kernels together.

Optuna and MLflow each create their tables at first use, and neither expects to be
interrupted or to have company. So a database is made under another name, under a
lock, and gets its own name when it is whole.
"""

import errno
import os
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from helpers import patience, session, troubles

NOTEBOOKS = session.NOTEBOOKS
# MLflow's tables as its own migrations make them, in 0.1 s instead of 6 s. It belongs
# to one version of MLflow: `python -m tools.schema` writes it, a test compares it.
SCHEMA = Path(__file__).with_name("mlflow_schema.sql")
LOCK_SECONDS = 60
WRITE_SECONDS = 10  # for other writers, such as the workers of an interrupted cell
CHECKED_SIZE = 2e7  # bytes: a larger file takes seconds to look through


class DatabaseError(OSError):
    """The database cannot be used; the message has the cure."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython what a notebook shows: one line instead of a trace."""
        return [f"{type(self).__name__}: {self}"]


def new_name(what: str) -> str:
    """Return a name for an experiment or a study that no earlier one has.

    Parameters
    ----------
    what : str
        What it is, such as "05 logging".

    Returns
    -------
    str
        "05 logging, 2026-11-26 10:15:00.123456"; on a class's server, whose page shows
        everybody's, with the learner's name and a colon before it.
    """
    learner = os.environ.get("MLFLOW_TRACKING_USERNAME") if class_server() else None
    name = f"{what}, {datetime.now():%Y-%m-%d %H:%M:%S.%f}"
    return f"{learner}: {name}" if learner else name


def class_server() -> str:
    """Return the address of the class's server, or "" where the record is local."""
    address = os.environ.get("MLFLOW_TRACKING_URI", "")
    return address.rstrip("/") if address.startswith(("http://", "https://")) else ""


def share_verdict(exercise: str, right: bool) -> None:
    """Tell a class's server, if the learner has agreed: the number, not the answer.

    Parameters
    ----------
    exercise : str
        Its number, such as "2.1"; helpers/launch/board.py counts them.
    right : bool
        The verdict.
    """
    server = class_server()
    if os.environ.get("COURSE_SHARE_VERDICTS") != "yes" or not server:
        return
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(server)
    name = f"{os.environ.get('MLFLOW_TRACKING_USERNAME', 'somebody')}: exercises"
    tags = {"exercise": exercise, "verdict": "right" if right else "not yet"}
    with suppress(MlflowException):  # the verdict stands; the board can wait
        known = client.get_experiment_by_name(name)
        number = known.experiment_id if known else client.create_experiment(name)
        client.set_terminated(client.create_run(number, tags=tags).info.run_id)


def create_optuna_database(path: Path | str = "optuna.db") -> str:
    """Create Optuna's SQLite database unless it is there.

    Parameters
    ----------
    path : Path or str
        The file, beside the notebooks by default.

    Returns
    -------
    str
        Its address, `sqlite:///optuna.db`, as `optuna.create_study` takes it.

    Raises
    ------
    DatabaseError
        The file is locked, read-only, damaged, or from another Optuna.
    """

    def fill(address: str) -> None:
        import optuna

        storage = optuna.storages.RDBStorage(address)
        storage.remove_session()
        storage.engine.dispose()

    return _usable(path, fill, fill)


def create_mlflow_database(path: Path | str = "mlflow.db") -> str:
    """Create MLflow's SQLite database unless it is there, or find the class's server.

    Parameters
    ----------
    path : Path or str
        The file, beside the notebooks by default.

    Returns
    -------
    str
        Its address, `sqlite:///mlflow.db`, as `mlflow.set_tracking_uri` takes it.
        If the variable `MLFLOW_TRACKING_URI` names a server, that server's address.

    Raises
    ------
    DatabaseError
        The file is locked, read-only, damaged, or from another MLflow; or the
        server does not answer.
    """

    def look(address: str) -> None:
        import mlflow

        mlflow.MlflowClient(tracking_uri=address).search_experiments(max_results=1)

    def fill(address: str) -> None:
        if not write_mlflow_tables(address.removeprefix("sqlite:///")):
            look(address)  # MLflow's migrations: slower, and of its own version

    if path == "mlflow.db" and (server := class_server()):
        return _server(server, look)
    return _usable(path, fill, look)


def write_mlflow_tables(path: Path | str) -> bool:
    """Make MLflow's tables in a new file, if they are known for its version.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    bool
        Whether they are; if not, MLflow makes them at its first use.
    """
    import mlflow

    first, _, script = SCHEMA.read_text(encoding="utf-8").partition("\n")
    if known := first == f"-- MLflow {mlflow.__version__}":
        with closing(sqlite3.connect(path)) as database:
            database.executescript(script)
    return known


def _usable(path: Path | str, fill: Callable, look: Callable) -> str:
    """Make the file if need be, look whether it is usable; or say the cure."""
    with session.without_interrupt():
        session.watch()
    path = _place(path)
    try:
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            if _is_missing(path):
                with session.without_interrupt():
                    _build(path, fill)
            _try_to_write(path)
            with session.without_interrupt():
                look(_address(path))
    except Exception as error:
        if sentence := troubles.explain(error):
            raise DatabaseError(f"{path} cannot be used: {sentence}.") from None
        raise
    return _address(path)


def _place(path: Path | str) -> Path | str:
    """Put a bare name beside the notebooks, wherever in the course one stands."""
    here, course = Path.cwd(), NOTEBOOKS.parent
    if Path(path).is_absolute() or here.is_relative_to(NOTEBOOKS):
        return path
    if not here.is_relative_to(course) or not NOTEBOOKS.is_dir():
        return path
    return os.path.relpath(NOTEBOOKS / path)


def _address(path: Path | str) -> str:
    return f"sqlite:///{Path(path).as_posix()}"


def _build(path: Path | str, fill: Callable[[str], None]) -> None:
    """Make the database under another name; only a whole one gets its own."""
    new = f"{path}.new"
    for leftover in (new, f"{new}-journal", f"{path}-journal", f"{path}-wal"):
        Path(leftover).unlink(missing_ok=True)  # of an interrupted or a deleted one
    try:
        fill(_address(new))
        session.let_go(new)
        session.let_go(path)  # this kernel's connections to the file before
        os.replace(new, path)
    finally:
        Path(new).unlink(missing_ok=True)


def _is_missing(path: Path | str) -> bool:
    """Tell whether there is no database, or only the ruin of one without any run.

    Before version 1.0 of the course, MLflow's tables were made in place: an interrupt
    in these seconds left a file that neither MLflow nor its migrations could use.
    """
    if Path(path).is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not Path(path).exists() or not os.path.getsize(path):
        return True
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in database.execute(query)}
        if not tables or tables == {"alembic_version"}:
            return True
        if "experiments" not in tables:  # not MLflow's; Optuna completes its own
            return False
        half = any(name.startswith("_alembic_tmp_") for name in tables)
        if not half:
            versions = "SELECT version_num FROM alembic_version"
            version = [row[0] for row in database.execute(versions)]
            head = SCHEMA.read_text(encoding="utf-8")
            half = version and version[0] not in head and troubles.is_known(*version)
        return bool(half) and not _has_rows(database, tables)


def _has_rows(database: sqlite3.Connection, tables: set[str]) -> bool:
    """Tell whether a learner's work is in MLflow's tables."""
    work = {"runs": 0, "registered_models": 0, "experiments": 1}  # 1: Default
    return any(
        database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] > rows
        for name, rows in work.items()
        if name in tables
    )


def _try_to_write(path: Path | str) -> None:
    """Find out now, not in the middle of a run, whether SQLite reads and writes."""
    writer = sqlite3.connect(path, timeout=WRITE_SECONDS, isolation_level=None)
    with closing(writer) as database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("CREATE TABLE written_and_taken_back (a)")
        database.execute("ROLLBACK")
        if os.path.getsize(path) < CHECKED_SIZE:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if said != "ok":
                raise sqlite3.DatabaseError("database disk image is malformed")


def _server(address: str, look: Callable[[str], None]) -> str:
    """Return the server's address if it answers, and lets this learner in."""
    try:
        urllib.request.urlopen(f"{address}/health", timeout=10).close()
        with session.without_interrupt():
            patience.install()
        look(address)
    except Exception as error:
        reason = troubles.explain(error) or (
            "it does not answer as MLflow does. Ask whoever runs it; to record on "
            "this machine, restart this kernel without the variable"
        )
        if isinstance(error, (urllib.error.URLError, TimeoutError)):
            reason = troubles.TROUBLES["server away"].sentence
        raise DatabaseError(
            f"MLFLOW_TRACKING_URI names {address}, which cannot be used: {reason}."
        ) from None
    return address
