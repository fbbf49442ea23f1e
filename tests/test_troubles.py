"""Each way in which a store refuses has its sentence and its cure: row by row."""

import errno
import os
import re
import sqlite3

import mlflow
import optuna
import pytest
import sqlalchemy

import helpers  # noqa: F401
from helpers import troubles

# Codes that are no refusal of a store: mistakes of a program, and signs of success.
NO_TROUBLE = {
    *("OK", "ROW", "DONE", "NOTICE", "WARNING", "ERROR", "CONSTRAINT", "MISMATCH"),
    *("MISUSE", "RANGE", "TOOBIG", "NOTFOUND", "EMPTY"),
}
RESULT_CODES = {
    name.removeprefix("SQLITE_"): getattr(sqlite3, name)
    for name in dir(sqlite3)
    if re.fullmatch(r"SQLITE_[A-Z]+(_[A-Z]+)?", name)
    and name.split("_")[1]
    in "ABORT AUTH BUSY CANTOPEN CORRUPT ERROR FORMAT FULL INTERNAL INTERRUPT IOERR "
    "LOCKED NOLFS NOMEM NOTADB PERM PROTOCOL READONLY SCHEMA".split()
}


def raised(code: int, text: str = "something") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("name", RESULT_CODES)
def test_each_result_code_of_sqlite_has_a_sentence(name):
    explained = troubles.explain(raised(RESULT_CODES[name]))
    assert bool(explained) is (name.split("_")[0] not in NO_TROUBLE), name


ROWS = [
    (name, kind, value)
    for name, trouble in troubles.TROUBLES.items()
    for kind in ("codes", "numbers", "said")
    for value in sorted(getattr(trouble, kind))
]


@pytest.mark.parametrize(("name", "kind", "value"), ROWS)
def test_each_cause_of_a_row_leads_to_its_sentence(name, kind, value):
    if kind == "codes":
        error = raised(value)
    elif kind == "numbers":
        error = OSError(value, os.strerror(value))
    else:
        error = RuntimeError(f"(library) {value}: more words")
    explained = troubles.explain(error)
    assert explained, value
    if kind != "numbers":  # a number may have a text that fits an earlier row
        assert explained == troubles.TROUBLES[name].sentence


@pytest.mark.parametrize("name", troubles.TROUBLES)
def test_a_sentence_says_what_is_wrong_and_what_to_do(name):
    sentence = troubles.TROUBLES[name].sentence
    wrong, _, cure = sentence.partition(". ")
    assert wrong and cure and "\n" not in sentence
    assert re.search(
        r"[Rr]estart|[Rr]ename|[Cc]opy|[Rr]un this|[Ff]ree|[Ss]hut|[Cc]lose|[Mm]ake"
        r"|[Ll]ook|[Aa]sk",
        cure,
    )


def wrapped_by_mlflow(error):
    try:
        try:
            try:
                raise error
            except Exception as inner:
                raise sqlalchemy.exc.OperationalError("SELECT", {}, inner) from inner
        except Exception as middle:
            raise mlflow.exceptions.MlflowException("x") from middle
    except mlflow.exceptions.MlflowException as outer:
        return outer


def test_it_is_found_under_the_errors_of_other_libraries():
    error = wrapped_by_mlflow(raised(sqlite3.SQLITE_FULL))
    assert troubles.explain(error) == troubles.TROUBLES["full"].sentence


@pytest.mark.parametrize(
    "error",
    [
        ValueError("invalid literal for int()"),
        KeyError("valid_auc"),
        raised(sqlite3.SQLITE_CONSTRAINT, "UNIQUE constraint failed: studies.name"),
        optuna.exceptions.DuplicatedStudyError("Another study exists"),
        mlflow.exceptions.MlflowException("Run 'a' not found"),
    ],
)
def test_other_errors_are_left_alone(error):
    assert troubles.explain(error) is None


def out_of_date(found):
    return mlflow.exceptions.MlflowException(
        f"Detected out-of-date database schema (found version {found}, but expected x)"
    )


def test_the_schema_of_mlflow_is_older_or_newer():
    older = troubles.explain(out_of_date("451aebb31d03"))
    assert "older version of MLflow" in older, "MLflow's migrations are elsewhere now"
    assert "mlflow db upgrade" in older
    newer = troubles.explain(out_of_date("ffffffffffff"))
    assert "newer version" in newer and "rename the file" in newer


def test_the_schema_of_optuna_is_older_or_newer():
    text = "The runtime optuna version 5 is no longer compatible with the table schema"
    upgrade = "Please execute `$ optuna storage upgrade --storage $STORAGE_URL`"
    update = "Please try updating optuna to the latest version"
    assert "older version of Optuna" in troubles.explain(RuntimeError(text + upgrade))
    assert "newer version" in troubles.explain(RuntimeError(text + update))


def test_a_number_of_another_system_is_no_error():
    assert troubles._row("a. b", numbers="ENOSUCHNUMBER").numbers == frozenset()
    assert troubles.explain(OSError(errno.EPIPE, "Broken pipe")) is None
