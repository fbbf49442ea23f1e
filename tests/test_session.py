"""In a real kernel: one line for a store's trouble, and no lock after an interrupt."""

import os
import shutil

import pytest

from helpers import stores
from tools.kernel import kernel, shown

START = """
import json, os, shutil, sqlite3, time, warnings
import helpers, mlflow, optuna
from helpers import stores
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore")
tracking = stores.create_mlflow_database()
mlflow.set_tracking_uri(tracking)
experiment = mlflow.set_experiment("session")
storage = stores.create_optuna_database()
study = optuna.create_study(storage=storage, study_name="session")
for name in ("mlflow.db", "optuna.db"):
    shutil.copy(name, f"{name}.good")

def objective(trial):
    return trial.suggest_float("x", 0, 1)

def spoil(name, content=b"no database " * 200):
    with open(name, "r+b") as file:
        file.write(content)

def mend(name):
    with open(f"{name}.good", "rb") as good, open(name, "r+b") as file:
        file.write(good.read())
"""
LOG = "with mlflow.start_run(): mlflow.log_metric('auc', 0.9)"
SEARCH = "study.optimize(objective, n_trials=1)"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    folder = tmp_path_factory.mktemp("session")
    (folder / "a.ipynb").touch()  # the folder of a notebook
    with kernel(folder) as started:
        assert shown(started.run(START)) == ""
        yield started


def only_line(outputs):
    """Return the single line that a reader sees of an error, and nothing beside it."""
    assert [output["output_type"] for output in outputs] == ["error"], outputs
    (line,) = outputs[0]["traceback"]
    assert "\n" not in line
    return line


JOURNAL = """
backend = JournalFileBackend("parallel.log", JournalFileOpenLock("parallel.log"))
journal = optuna.storages.JournalStorage(backend)
shared = optuna.create_study(storage=journal, study_name="a", load_if_exists=True)
shared.optimize(objective, n_trials=2)
"""
RUBBISH = "with open('parallel.log', 'a') as file: file.write('rubbish\\n{}\\n')"
CUT = "with open('parallel.log', 'r+') as file: file.truncate(150); file.seek(0, 2); file.write('\\n{}\\n')"  # noqa: E501
FILL = "for _ in range(400):\n    with mlflow.start_run(): pass"
FULL = """
from sqlalchemy import event, pool
full = lambda connection, *_: connection.execute("PRAGMA max_page_count = 1")
event.listen(pool.Pool, "checkout", full)
"""


@pytest.mark.parametrize(
    ("cause", "cell", "said", "cure"),
    [
        ("spoil('mlflow.db')", LOG, "mlflow.db", "damaged. Rename"),
        ("spoil('optuna.db')", SEARCH, "optuna.db", "damaged. Rename"),
        (FULL, FILL, "mlflow.db", "full. Free"),
        (JOURNAL + RUBBISH, JOURNAL, "parallel.log", "no record of Optuna. Rename"),
        (JOURNAL + CUT, JOURNAL, "parallel.log", "no record of Optuna. Rename"),
    ],
    ids=["mlflow damaged", "optuna damaged", "full", "journal rubbish", "journal cut"],
)
def test_a_trouble_later_in_a_notebook_is_one_line(session, cause, cell, said, cure):
    assert shown(session.run(cause)) == ""
    try:
        line = only_line(session.run(cell))
    finally:
        for name in ("mlflow.db", "optuna.db"):
            session.run(f"mend('{name}')")
        session.run("if 'full' in globals(): event.remove(pool.Pool, 'checkout', full)")
        session.run("shutil.rmtree('parallel.log', True); os.path.exists("
                    "'parallel.log') and os.remove('parallel.log')")  # fmt: skip
    assert f"{said} cannot be used: " in line and cure in line


def test_a_trouble_of_mlflow_in_a_search_is_one_line(session):
    session.run("spoil('mlflow.db')")
    cell = "def logs(trial):\n    with mlflow.start_run(): return 1\n"
    *said, error = session.run(cell + "study.optimize(logs, n_trials=1)")
    assert len(shown(said).splitlines()) <= 1  # Optuna's "Trial 1 failed"
    line = only_line([error])
    session.run("mend('mlflow.db')")
    assert "mlflow.db cannot be used: it is damaged" in line
    assert shown(session.run(LOG)) == ""  # and after the cure it goes on


def test_a_database_error_at_the_start_is_one_line(session):
    session.run("spoil('mlflow.db')")
    line = only_line(session.run("stores.create_mlflow_database()"))
    session.run("mend('mlflow.db')")
    assert line.startswith("DatabaseError: mlflow.db cannot be used: ")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("open('not there')", "FileNotFoundError"),
        ("study.optimize(lambda trial: open('not there'), n_trials=1)", "FileNot"),
        ("{}['auc']", "KeyError"),
        ("int('a')", "ValueError"),
        ("mlflow.get_run('not there')", "MlflowException"),
        ("mlflow.log_artifact('not there')", "FileNotFoundError"),
        ("optuna.create_study(storage=storage, study_name='session')", "Duplicated"),
        ("sqlite3.connect('mlflow.db').execute('SELECT a FROM b')", "OperationalError"),
        ("raise RuntimeError('database is locked')", "RuntimeError"),
    ],
)
def test_other_errors_keep_their_trace(session, cell, name):
    outputs = session.run(cell)
    session.run("while mlflow.active_run(): mlflow.end_run()")
    (error,) = [output for output in outputs if output["output_type"] == "error"]
    assert error["ename"].startswith(name)
    assert len(error["traceback"]) > 2
    assert "Traceback (most recent call last)" in error["traceback"][1]


HANGING = """
from sqlalchemy import create_engine, text
engines = [create_engine(tracking), create_engine(storage)]
hanging = [engine.connect() for engine in engines]
hanging[0].execute(text("UPDATE experiments SET name = 'a' WHERE name = 'nothing'"))
hanging[1].execute(text("UPDATE studies SET study_name = 'a' WHERE study_name = 'b'"))
"""
WAITING = 'print("waits", flush=True); time.sleep(60)'


def test_an_interrupt_leaves_no_lock_and_no_open_run(session):
    """The interrupt comes when a transaction is open, as it did in notebook 06."""
    outputs = session.run(HANGING + WAITING, interrupt="waits")
    assert outputs[-1]["ename"] == "KeyboardInterrupt"
    writer = "sqlite3.connect('{}', timeout=0.1).execute('BEGIN IMMEDIATE').close()"
    for name in ("mlflow.db", "optuna.db"):
        assert shown(session.run(writer.format(name))) == ""
    outputs = session.run(
        "mlflow.start_run(run_name='left')\n" + WAITING, interrupt="waits"
    )
    assert outputs[-1]["ename"] == "KeyboardInterrupt"
    assert shown(session.run("print(mlflow.active_run())")).strip() == "None"
    left = "print(mlflow.search_runs().set_index('tags.mlflow.runName').status['left'])"
    assert shown(session.run(left)).strip() == "KILLED"
    assert shown(session.run(LOG + "\n" + SEARCH)) == ""


@pytest.mark.parametrize("moment", [0.3, 1.0, 1.8])
def test_an_interrupted_first_creation_is_repeated(session, moment, tmp_path):
    """In a new kernel, where the libraries are imported at this moment."""
    (tmp_path / "a.ipynb").touch()
    with kernel(tmp_path) as started:
        started.run("import helpers; from helpers import stores")
        create = "stores.create_mlflow_database(), stores.create_optuna_database()"
        outputs = started.run(create, interrupt=moment)
        assert outputs[-1].get("ename", "KeyboardInterrupt") == "KeyboardInterrupt"
        assert "sqlite:///mlflow.db" in shown(started.run(create))


def test_an_interrupt_in_an_import_says_to_restart(session):
    write = f"import pathlib; pathlib.Path('slow.py').write_text({WAITING!r})"
    session.run(write.replace("print", "import time; print"))
    outputs = session.run("import slow", interrupt="waits")
    assert "Restart this kernel (menu Kernel)" in shown(outputs)


def test_a_notebook_run_from_the_root_works_in_its_own_folder(tmp_path):
    root = stores.NOTEBOOKS.parent
    shutil.copytree(root / "helpers", tmp_path / "helpers")
    (tmp_path / "notebooks").mkdir()
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    where = "import helpers, os; from helpers import stores; print(os.getcwd())"
    make = "print(stores.create_optuna_database())"
    with kernel(tmp_path, environment) as started:
        outputs = started.run(where)
        assert shown(outputs).strip() == str(tmp_path / "notebooks")
        assert shown(started.run(make)).strip() == "sqlite:///optuna.db"
    assert (tmp_path / "notebooks" / "optuna.db").exists()
    assert not (tmp_path / "optuna.db").exists()
