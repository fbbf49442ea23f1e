"""Every way in which a store refuses, what it means, and the cure.

`explain` finds the row for an error of SQLite, MLflow, Optuna or the system, however
many other errors have been wrapped around it.
"""

import errno
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

AGAIN = "then run this cell again"
NEW = f"Rename the file to keep it, {AGAIN}: it creates a new one"
ANEW = f"r{NEW[1:]}"
OWN_DISK = (
    "Copy the course to a folder of yours on this machine's own disk, open the copy"
)


@dataclass(frozen=True)
class Trouble:
    """One row: the cause, as SQLite, the system or a library names it, and the cure."""

    sentence: str
    codes: frozenset[int] = field(default_factory=frozenset)  # of SQLite
    numbers: frozenset[int] = field(default_factory=frozenset)  # of the system
    said: tuple[str, ...] = ()  # a part of the text, in small letters


def _row(sentence: str, *said: str, codes: str = "", numbers: str = "") -> Trouble:
    """Make a row; a name that this Python or system does not have is left out."""
    return Trouble(
        sentence,
        frozenset(getattr(sqlite3, f"SQLITE_{c}", -1) for c in codes.split()) - {-1},
        frozenset(getattr(errno, n, -1) for n in numbers.split()) - {-1},
        said,
    )


# The first row that fits is taken: what is special comes before what is general.
# A code without its extension stands for all of its extensions.
TROUBLES = {
    "deleted": _row(
        "the file was deleted or replaced while this notebook was using it. Restart "
        "this kernel (menu Kernel), then run the notebook from its top",
        codes="READONLY_DBMOVED IOERR_VNODE",
    ),
    "no locks": _row(
        "its folder cannot lock files, as on many network and cloud folders. "
        f"{OWN_DISK}",
        "locking protocol",
        "no locks available",
        "does not appear to support flock",
        "function not implemented",
        codes="PROTOCOL NOLFS READONLY_CANTLOCK IOERR_LOCK IOERR_UNLOCK IOERR_RDLOCK "
        "IOERR_BLOCKED IOERR_CHECKRESERVEDLOCK IOERR_SHMLOCK IOERR_SHMOPEN "
        "IOERR_SHMMAP BUSY_TIMEOUT",
        numbers="ENOLCK ENOSYS EOPNOTSUPP EBADRPC",
    ),
    "full": _row(
        "the disk, or your share of it, is full. Free some space (mlruns/ has the "
        f"models of old runs), {AGAIN}",
        "disk is full",
        "no space left on device",
        "disk quota exceeded",
        codes="FULL IOERR_WRITE IOERR_SHMSIZE",
        numbers="ENOSPC EDQUOT EFBIG",
    ),
    "memory": _row(
        "the memory is full. Shut down other kernels (the square symbol Running at "
        f"the left), {AGAIN}",
        "out of memory",
        codes="NOMEM IOERR_NOMEM",
        numbers="ENOMEM",
    ),
    "too many files": _row(
        "this kernel has too many files open. Restart it (menu Kernel), then run the "
        "notebook from its top",
        "too many open files",
        numbers="EMFILE ENFILE",
    ),
    "a folder": _row(
        f"it is a folder, not a file. Rename the folder, {AGAIN}",
        codes="CANTOPEN_ISDIR",
        numbers="EISDIR",
    ),
    "damaged": _row(
        f"it is damaged. {NEW}",
        "disk image is malformed",
        "malformed database schema",
        "not a database",
        "unsupported file format",
        codes="CORRUPT NOTADB FORMAT INTERNAL IOERR_SHORT_READ IOERR_CORRUPTFS "
        "IOERR_DATA",
    ),
    "locked": _row(
        "another program holds it (database is locked). Close that program, or "
        f"restart the other notebook's kernel, {AGAIN}; if there is none, restart "
        "this kernel",
        "database is locked",
        "table is locked",
        "could not be acquired",
        codes="BUSY LOCKED",
        numbers="EAGAIN EDEADLK ETXTBSY",
    ),
    "read-only": _row(
        f"it is read-only. Make the file and its folder writable, {AGAIN}",
        "readonly database",
        codes="READONLY",
    ),
    "not permitted": _row(
        f"its folder is read-only, or not yours. {OWN_DISK}",
        "permission denied",
        "operation not permitted",
        "read-only file system",
        "access permission denied",
        codes="PERM AUTH IOERR_ACCESS IOERR_AUTH",
        numbers="EACCES EPERM EROFS",
    ),
    "not opened": _row(
        "it cannot be opened or made: its folder is missing or read-only. Look where "
        f"the course is; if it stands there, copy it to a folder of yours, {AGAIN}",
        "unable to open database file",
        codes="CANTOPEN",
        numbers="ENOENT ENOTDIR ENAMETOOLONG ELOOP",
    ),
    "disk": _row(
        "the disk did not read or write it: a stick that was taken out, a network "
        f"folder that is gone, or a full disk. Look for these, {AGAIN}",
        "disk i/o error",
        "input/output error",
        "stale file handle",
        "transport endpoint is not connected",
        codes="IOERR",
        numbers="EIO ESTALE ENODEV ENXIO ENOTCONN EREMOTEIO ETIMEDOUT EHOSTDOWN",
    ),
    "half-made": _row(
        f"its tables are not complete; its creation was interrupted, perhaps. {NEW}",
        "_alembic_tmp_",
        "no such table",
        "no such column",
        "has no column named",
        "has no such column",
    ),
    "from a newer MLflow or Optuna": _row(
        "a newer version of the library wrote it. Open it with that version, or "
        f"begin anew: {ANEW}",
        "can't locate revision",
        "try updating optuna",
        "found version (newer)",
    ),
    "from an older MLflow": _row(
        "an older version of MLflow wrote it. To keep its runs: copy the file, then "
        "`mlflow db upgrade sqlite:///mlflow.db` in this folder, in a terminal with "
        f"the environment activated. To begin anew: {ANEW}",
        "found version (older)",
    ),
    "from another MLflow": _row(
        f"another version of MLflow wrote it. {NEW}",
        "out-of-date database schema",
    ),
    "from an older Optuna": _row(
        "an older version of Optuna wrote it. To keep its studies: copy the file, then "
        "`optuna storage upgrade --storage sqlite:///optuna.db` in this folder, in a "
        f"terminal with the environment activated. To begin anew: {ANEW}",
        "optuna storage upgrade",
    ),
    "from another Optuna": _row(
        f"another version of Optuna wrote it. {NEW}",
        "compatible with the table schema",
    ),
    "changed meanwhile": _row(
        "another program changed it in the middle, or the work was interrupted. Run "
        "this cell again",
        "database schema has changed",
        codes="SCHEMA INTERRUPT ABORT",
    ),
    "server away": _row(
        "the server does not answer. Ask whoever runs it and try again; to go on "
        "alone, open JupyterLab without CLASS (the variable MLFLOW_TRACKING_URI)",
        "max retries exceeded with url",
        "failed with exception httpconnectionpool",
        "failed with timeout exception",
        "connection aborted",
        "connection refused",
        "failed to establish a new connection",
        "name or service not known",
    ),
    "server refuses": _row(
        "the server refuses your name or password. Compare NAME and PASSWORD of "
        "`make lab` with your slip (without `make`: MLFLOW_TRACKING_USERNAME and "
        "MLFLOW_TRACKING_PASSWORD), or ask whoever runs it",
        "you are not authenticated",
        "error code 401",
    ),
}
JOURNAL = (
    "one of its lines is cut or is no record of Optuna. Rename the file to keep it, "
    "then run the notebook from the cell that names it: it begins a new one"
)


def explain(error: BaseException) -> str | None:
    """Return what is wrong and the cure, or None if it is no trouble of a store."""
    for one in _chain(error):
        for trouble in TROUBLES.values():
            if _fits(one, trouble):
                return trouble.sentence
    return None


def _fits(error: BaseException, trouble: Trouble) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        if code in trouble.codes:
            return True
        # 5 also stands for 261 and 517: the lower byte is the general code.
        if code & 0xFF in trouble.codes and not any(
            code in other.codes for other in TROUBLES.values()
        ):
            return True
    if isinstance(error, OSError) and error.errno in trouble.numbers:
        return True
    text = _with_age(str(error).lower())
    return any(part in text for part in trouble.said)


def _with_age(text: str) -> str:
    """Mark what MLflow says of another schema: is it older than this MLflow's?"""
    before, found, after = text.partition("found version ")
    version = after.split(",")[0].split(")")[0]
    if not found or "schema" not in before or version == "none":
        return text
    return f"{text} found version ({'older' if is_known(version) else 'newer'})"


def is_known(revision: str) -> bool:
    """Tell whether the installed MLflow has a migration of this name."""
    import mlflow

    # Not a documented place: where it is missing, every version counts as newer,
    # and tests/test_troubles.py says so.
    folder = Path(mlflow.__file__).parent / "store" / "db_migrations" / "versions"
    return any(folder.glob(f"{revision}_*.py"))


def explain_journal(error: BaseException) -> str | None:
    """Return what is wrong with a journal file of Optuna, if that is the error."""
    is_log = isinstance(error, (json.JSONDecodeError, UnicodeDecodeError, KeyError))
    if is_log or str(error) == "Invalid log format.":
        return JOURNAL
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Walk from the error to what caused it, innermost last, each once."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        pending += [one.__context__ if not one.__suppress_context__ else None]
        pending += [getattr(one, "orig", None), one.__cause__]
