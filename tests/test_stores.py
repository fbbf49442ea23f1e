"""MLflow's database: many writers lose nothing, and each trouble has its cure."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import mlflow
import pytest

import helpers  # noqa: F401  (before MLflow, so that it stays quiet)
from helpers import stores

ROOT = Path(__file__).resolve().parent.parent

WRITER = """
import sys, helpers, mlflow
from helpers import stores

mlflow.set_tracking_uri(stores.create_mlflow_database())
# By its number: the slower of two that create an experiment has none set (see below).
shared = mlflow.set_experiment("shared").experiment_id
for number in range(20):
    with mlflow.start_run(experiment_id=shared, run_name=f"{sys.argv[1]}-{number}"):
        mlflow.log_param("number", number)
        for epoch in range(3):
            mlflow.log_metric("valid_loss", 1 / (epoch + 1), step=epoch)
"""


def test_four_processes_on_a_new_database_lose_no_run(tmp_path):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, name],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in "abcd"
    ]
    try:
        said = [writer.communicate(timeout=300)[0] for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
    assert [writer.returncode for writer in writers] == [0, 0, 0, 0], said
    assert said == ["", "", "", ""]
    client = mlflow.MlflowClient(f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}")
    experiment = client.get_experiment_by_name("shared")
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    expected = {f"{name}-{number}" for name in "abcd" for number in range(20)}
    assert len(runs) == 80
    assert {run.info.run_name for run in runs} == expected
    assert {run.info.status for run in runs} == {"FINISHED"}
    for run in runs:
        assert run.info.run_name.endswith(f"-{run.data.params['number']}")
        history = client.get_metric_history(run.info.run_id, "valid_loss")
        assert sorted(point.step for point in history) == [0, 1, 2]


SLOWER = """
import helpers, mlflow
from mlflow.tracking import fluent
from helpers import stores

class Overtaken(fluent.TrackingServiceClient):
    def create_experiment(self, name, *arguments, **named):
        mlflow.MlflowClient().create_experiment(name)  # the other worker was faster
        return super().create_experiment(name, *arguments, **named)

mlflow.set_tracking_uri(stores.create_mlflow_database())
fluent.TrackingServiceClient = Overtaken
returned = mlflow.set_experiment("many workers")
with mlflow.start_run() as run:
    pass
print(returned.name, "/", mlflow.get_experiment(run.info.experiment_id).name)
"""


def test_the_slower_creator_of_an_experiment_logs_into_default(tmp_path):
    """As notebook 08 says; if MLflow mends it, notebook and workers get simpler."""
    said = subprocess.run(
        [sys.executable, "-c", SLOWER],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    assert said == "many workers / Default\n"


CREATE = {
    "mlflow.db": stores.create_mlflow_database,
    "optuna.db": stores.create_optuna_database,
}


@pytest.fixture(scope="module")
def sound_databases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    for name, create in CREATE.items():
        create(folder / name)
    return folder


def lock(path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def make_read_only(path):
    # Byte 18 of the file is the version needed to write it. Unlike permissions,
    # this stops the administrator too, whom a container runs as.
    content = bytearray(path.read_bytes())
    content[18] = 3
    path.write_bytes(content)


def set_version(path, version):
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
        # A learner's work: without it an old MLflow database is simply made anew.
        if "mlflow" in path.name:
            database.execute("INSERT INTO runs (run_uuid) VALUES ('a')")
        database.commit()


def make_newer(path):
    set_version(path, "ffffffffffff")


def make_older(path):
    set_version(path, "451aebb31d03" if "mlflow" in path.name else "v2.4.0.a")


def damage(path):
    path.write_text("no database " * 100)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])


def spoil_a_page(path):
    content = bytearray(path.read_bytes())
    content[8192:12288] = os.urandom(4096)
    path.write_bytes(content)


def make_a_folder(path):
    path.unlink()
    path.mkdir()


# How to make it, and what the reader is told.
TROUBLES = [
    (lock, "another program holds it (database is locked). Close"),
    (make_read_only, "it is read-only. Make the file and"),
    (make_newer, "a newer version of the library wrote it."),
    (make_older, "an older version of "),
    (damage, "it is damaged. Rename the file"),
    (cut, "it is damaged. Rename the file"),
    (spoil_a_page, "it is damaged. Rename the file"),
    (make_a_folder, "it is a folder"),
]


@pytest.mark.parametrize("name", CREATE)
@pytest.mark.parametrize(("cause", "cure"), TROUBLES)
def test_a_trouble_at_the_start_is_one_line_with_file_and_cure(
    sound_databases, tmp_path, monkeypatch, name, cause, cure
):
    monkeypatch.setattr(stores, "WRITE_SECONDS", 0.1)
    path = tmp_path / name
    shutil.copy(sound_databases / name, path)
    holder = cause(path)
    with pytest.raises(stores.DatabaseError) as caught:
        CREATE[name](path)
    message = str(caught.value)
    assert message.startswith(f"{path} cannot be used: ")
    assert cure in message
    assert "\n" not in message
    # What the reader sees in a notebook: no chain of library errors above it.
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    if holder:
        holder.close()
        CREATE[name](path)  # the cure helps


def test_a_read_only_folder_is_the_same_kind_of_error(tmp_path, monkeypatch):
    def refuse(path, timeout):
        # No permissions stop the administrator, so the refusal is played.
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(stores, "FileLock", refuse)
    for name, create in CREATE.items():
        with pytest.raises(
            stores.DatabaseError, match="its folder is read-only, or not yours. Copy"
        ):
            create(tmp_path / name)
