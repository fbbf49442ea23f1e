"""A database is there whole or not at all, whatever interrupts its creation.

`COURSE_KILLS=40 pytest tests/test_creation.py -k killed` is the long form.
"""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import mlflow
import optuna
import pytest

from helpers import stores
from tools import schema

posix = pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL")
KILLS = int(os.environ.get("COURSE_KILLS", "6"))


@pytest.fixture(scope="module")
def migrated():
    return schema.migrated()


def words(text: str) -> list[str]:
    """Leave out the first line, and the order: MLflow's changes from time to time."""
    return sorted(text.partition("\n")[2].replace(",", " , ").split())


def test_the_tables_are_those_of_mlflows_own_migrations(migrated):
    stored = stores.SCHEMA.read_text(encoding="utf-8")
    assert words(stored) == words(migrated), "another MLflow: python -m tools.schema"
    assert stored.partition("\n")[0] == f"-- MLflow {mlflow.__version__}", (
        "creation is slow with this MLflow: python -m tools.schema"
    )


def test_a_created_database_is_the_migrated_one_and_quick(tmp_path, migrated):
    mlflow.MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'import.db'}")
    begin = time.monotonic()
    stores.create_mlflow_database(tmp_path / "mlflow.db")
    assert time.monotonic() - begin < 2
    assert words("\n" + schema.text_of(tmp_path / "mlflow.db")) == words(migrated)


def test_another_mlflow_makes_its_own_tables(tmp_path, monkeypatch, migrated):
    other = tmp_path / "other.sql"
    other.write_text("-- MLflow 0.0.1\nCREATE TABLE old (a);")
    monkeypatch.setattr(stores, "SCHEMA", other)
    stores.create_mlflow_database(tmp_path / "mlflow.db")
    assert words("\n" + schema.text_of(tmp_path / "mlflow.db")) == words(migrated)
    assert not list(tmp_path.glob("*.new*"))


CREATOR = """
import os, sys, helpers, mlflow, optuna
from helpers import stores

def create(folder):
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    client = mlflow.MlflowClient(stores.create_mlflow_database())
    if not client.get_experiment_by_name("first"):
        client.create_experiment("first")
    storage = stores.create_optuna_database()
    optuna.create_study(storage=storage, study_name="first", load_if_exists=True)

optuna.logging.set_verbosity(optuna.logging.ERROR)
create("imports")  # everything is imported now; a child is quick
os.chdir("..")
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            create(line.strip())
            os._exit(0)
        finally:
            os._exit(1)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


@pytest.fixture
def creator(tmp_path):
    """A Python that has imported all, and creates in a fork of itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CREATOR)],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.wait(timeout=60)


def create(creator, folder, after=None) -> int:
    """Create both databases in a folder; kill the creator after some seconds."""
    print(folder, file=creator.stdin, flush=True)
    child = int(creator.stdout.readline())
    if after is not None:
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):  # it was faster
            os.kill(child, signal.SIGKILL)
    return int(creator.stdout.readline())


@posix
def test_a_killed_creation_does_not_harm_the_next(creator, tmp_path):
    begin = time.monotonic()
    assert create(creator, "whole") == 0
    longest = time.monotonic() - begin
    moments = random.Random(1)
    killed = 0
    for number in range(KILLS):
        moment = moments.uniform(0, longest)
        killed += create(creator, f"try-{number}", moment) == signal.SIGKILL
        assert create(creator, f"try-{number}") == 0
        assert not list((tmp_path / f"try-{number}").glob("*.new*"))
    assert killed >= KILLS / 2, "the moments come too late to say anything"


def ruin(path: Path, version: str = "451aebb31d03", runs: bool = False) -> None:
    """Leave what an interrupt of MLflow's own migrations leaves."""
    script = stores.SCHEMA.read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
        database.execute("CREATE TABLE _alembic_tmp_metrics (a)")
        if runs:
            database.execute("INSERT INTO runs (run_uuid) VALUES ('a')")
        database.commit()


def test_what_an_earlier_interrupt_left_is_made_anew(tmp_path):
    path = tmp_path / "mlflow.db"
    ruin(path)
    uri = stores.create_mlflow_database(path)
    assert mlflow.MlflowClient(uri).search_experiments()
    with closing(sqlite3.connect(path)) as database:
        names = str(database.execute("SELECT name FROM sqlite_master").fetchall())
    assert "_alembic_tmp_" not in names


def test_a_ruin_that_holds_runs_is_kept_and_told(tmp_path):
    path = tmp_path / "mlflow.db"
    ruin(path, runs=True)
    before = path.read_bytes()
    with pytest.raises(stores.DatabaseError, match="cannot be used: .* wrote it"):
        stores.create_mlflow_database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["mlflow", "optuna"])
def test_an_empty_file_is_no_database_yet(tmp_path, name):
    path = tmp_path / f"{name}.db"
    path.touch()
    getattr(stores, f"create_{name}_database")(path)
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize("name", ["mlflow", "optuna"])
def test_a_full_disk_leaves_nothing_and_says_so(tmp_path, monkeypatch, name):
    def full(path, script):
        Path(path).write_bytes(b"half")
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    path = tmp_path / f"{name}.db"
    if name == "mlflow":
        monkeypatch.setattr(stores, "write_mlflow_tables", lambda path: full(path, ""))
    else:
        monkeypatch.setattr(optuna.storages, "RDBStorage", lambda a: full(a[10:], ""))
    with pytest.raises(stores.DatabaseError, match="is full. Free some space"):
        getattr(stores, f"create_{name}_database")(path)
    monkeypatch.undo()
    assert {file.name for file in tmp_path.iterdir()} <= {f"{name}.db.lock"}
    getattr(stores, f"create_{name}_database")(path)


def test_the_same_kernel_goes_on_after_its_file_was_deleted(tmp_path):
    path = tmp_path / "mlflow.db"
    client = mlflow.MlflowClient(stores.create_mlflow_database(path))
    client.create_experiment("before")
    path.unlink()
    stores.create_mlflow_database(path)
    client.create_experiment("after")
    names = {one.name for one in client.search_experiments()}
    assert "after" in names and "before" not in names


def test_an_old_journal_does_not_spoil_a_new_database(tmp_path):
    path = tmp_path / "optuna.db"
    Path(f"{path}-journal").write_bytes(
        b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"x" * 900
    )
    uri = stores.create_optuna_database(path)
    optuna.create_study(storage=uri, study_name="first")


def test_both_stand_beside_the_notebooks_wherever_one_stands(monkeypatch):
    notebooks = stores.NOTEBOOKS
    monkeypatch.chdir(notebooks.parent)
    assert stores._place("mlflow.db") == os.path.join("notebooks", "mlflow.db")
    monkeypatch.chdir(notebooks.parent / "helpers")
    assert Path(stores._place("mlflow.db")).resolve() == notebooks / "mlflow.db"
    monkeypatch.chdir(notebooks)
    assert stores._place("mlflow.db") == "mlflow.db"
