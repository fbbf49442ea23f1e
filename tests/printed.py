"""The files that notebook 09 prints, and how they are run: for its tests."""

import contextlib
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import mlflow
import nbformat
import optuna
import pytest
from optuna.trial import TrialState

from helpers import stores
from helpers.launch.service import Service, free_port

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "09_many_workers.ipynb"
SPARK = ROOT / ".venv" / "spark"  # pyspark, outside the learners' lock
FOLDER = "many_workers/"
ASKED = list(range(20))
PATIENCE = 100  # seconds for any one process or search


def printed() -> dict[str, str]:
    """Return {name: text} of the files that the notebook writes."""
    found = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        magic, _, text = cell.source.partition("\n")
        if cell.cell_type == "code" and magic.startswith("%%writefile"):
            name = magic.split()[1]
            assert name.startswith(FOLDER) and name not in found
            found[name.removeprefix(FOLDER)] = text.rstrip("\n") + "\n"
    return found


class Room:
    """A folder with the printed files, as they are or with one break, and a record.

    Parameters
    ----------
    folder : Path
        Where the files go; the record lies beside it, out of reach by chance.
    change : tuple of str, optional
        A file, a part of it, and what stands there instead.
    """

    name = "search"
    started = []  # every process of any room, for `nobody_left`

    def __init__(self, folder: Path, change: tuple[str, str, str] | None = None):
        self.folder = folder / "files"
        self.folder.mkdir()
        for name, text in printed().items():
            if change and change[0] == name:
                assert change[1] in text
                text = text.replace(change[1], change[2])
            (self.folder / name).write_text(text, encoding="utf-8")
        self.tracking = stores.create_mlflow_database(folder / "record.db")
        self.journal = str(self.folder / "study.log")
        self.database = stores.create_optuna_database(folder / "study.db")
        self.ran, self.said = set(), []

    def start(self, file: str, *arguments: str, env=()) -> subprocess.Popen:
        """Start one of the files as the notebook does; note which were run."""
        self.ran.add(file)
        command = [sys.executable, file, *arguments]
        settings = os.environ | {"OMP_NUM_THREADS": "1"} | dict(env)
        settings.pop("PYTHONDONTWRITEBYTECODE", None)  # `executed` looks for it
        settings.pop("MLFLOW_TRACKING_URI", None)  # another test has left its own
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(
            command, cwd=self.folder, env=settings, text=True, **pipes
        )
        self.started.append(process)
        return process

    def run(self, file: str, *arguments: str, env=()) -> int:
        """Run one of the files to its end; keep what it says."""
        return self.end(self.start(file, *arguments, env=env))

    def end(self, process: subprocess.Popen) -> int:
        """Wait for a process and keep what it says; kill it when it takes too long."""
        try:
            self.said.append(process.communicate(timeout=PATIENCE)[0])
        except subprocess.TimeoutExpired:
            process.kill()
            words = " ".join(process.args[1:])
            pytest.fail(
                f"{words} has not ended after {PATIENCE} s; before: {self.said}"
            )
        return process.returncode

    def executed(self) -> set[str]:
        """Return the files that were run here, or imported by one that was."""
        cached = (self.folder / "__pycache__").glob("*.pyc")
        return self.ran | {f"{path.name.partition('.')[0]}.py" for path in cached}

    def study(self, address: str) -> optuna.Study:
        return optuna.load_study(study_name=self.name, storage=opened(address))

    def check(self, address: str, failed: int = 0) -> None:
        """Assert that all is there: 20 trials, the right best, 20 runs."""
        study = self.study(address)
        states = [trial.state for trial in study.trials]
        done = study.get_trials(states=[TrialState.COMPLETE])
        numbers = sorted(trial.user_attrs.get("asked", trial.number) for trial in done)
        assert numbers == ASKED, self.said
        # A worker that found the queue empty a moment too late leaves a pruned one.
        assert set(states) - {TrialState.COMPLETE, TrialState.PRUNED} <= {
            TrialState.FAIL
        }
        assert states.count(TrialState.FAIL) == failed
        assert study.best_value == max(trial.value for trial in done)
        runs = logged(self.tracking, self.name)
        assert sorted(runs) == ASKED
        for trial in done:
            assert runs[trial.user_attrs.get("asked", trial.number)] == trial.value


def opened(address: str):
    """Open a storage as the tests look at it, without a heartbeat."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    if "://" in address:
        return address
    return JournalStorage(JournalFileBackend(address, JournalFileOpenLock(address)))


def logged(tracking: str, experiment: str) -> dict[int, float]:
    """Return {trial number: logged AUC} of all runs; fail if a number is twice."""
    client = mlflow.MlflowClient(tracking_uri=tracking)
    found = client.get_experiment_by_name(experiment)
    runs = client.search_runs([found.experiment_id])
    assert all(run.info.status == "FINISHED" for run in runs)
    auc = {int(run.data.tags["trial"]): run.data.metrics["auc"] for run in runs}
    assert len(auc) == len(runs)
    return auc


@contextlib.contextmanager
def dask(room: Room, failures: int = 3):
    """Start a scheduler and two workers, as the notebook does; give the address."""
    with contextlib.ExitStack() as stack:

        def start(*command):
            page, env = free_port(), {"OMP_NUM_THREADS": "1"}
            env["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = str(failures)
            options = ["--host", "127.0.0.1"]
            options += ["--dashboard-address", f"127.0.0.1:{page}"]
            log = room.folder.parent / f"{command[0]} {page}.txt"
            service = Service(["dask", *command, *options], page, "/health", log, env)
            stack.callback(service.stop)

        port = str(free_port())
        address = f"tcp://127.0.0.1:{port}"
        start("scheduler", "--port", port)
        for _ in range(2):
            start("worker", address, "--nthreads", "1", "--no-nanny")
        yield address


def in_the_background(function, *arguments) -> Future:
    """Run a function beside the test; `result` raises what it raised."""
    threads = ThreadPoolExecutor(1)
    future = threads.submit(function, *arguments)
    threads.shutdown(wait=False)
    return future


@pytest.fixture(autouse=True)
def nobody_left():
    """End what a failed test has left running."""
    yield
    while Room.started:
        process = Room.started.pop()
        process.kill()
        process.wait(timeout=30)
