"""What notebook 09 does to workers and their files: look, and kill."""

import json
import os
import time
from pathlib import Path

PATIENCE = 60  # s that a worker waits for another one's step


class JournalError(OSError):
    """The journal is damaged; the message has the file, the line and the cure."""


def check_journal(path: Path | str) -> None:
    """Find a damaged line before Optuna does, whose errors name no file.

    Parameters
    ----------
    path : Path or str
        Optuna's journal; a file that is not there yet is in order.

    Raises
    ------
    JournalError
        A line is cut, or not of a journal.
    """
    from optuna.storages.journal import JournalFileOpenLock

    lock = JournalFileOpenLock(str(path))
    lock.acquire()  # nobody writes meanwhile
    try:
        lines = Path(path).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return
    finally:
        lock.release()
    for number, line in enumerate(lines, start=1):
        if not _is_whole(line):
            raise JournalError(
                f"{path} is damaged in line {number}. End all workers, delete this "
                "line and those below it, and start again: what stands above is kept. "
                "Or rename the file, and a new search begins."
            )


def _is_whole(line: bytes) -> bool:
    try:
        return line.endswith(b"\n") and "op_code" in json.loads(line)
    except (ValueError, TypeError):
        return False


def take_turns(storage):
    """Let each process that works on an SQLite file wait for the others' step to end.

    SQLite knows no lock of a row: two workers that look at the same moment would both
    take the same waiting trial (Optuna's issue 4002). Here a step locks the file from
    its first look on. A database server locks rows and is left as it is.

    Parameters
    ----------
    storage : optuna.storages.RDBStorage
        The storage, of which nothing is in use yet.

    Returns
    -------
    optuna.storages.RDBStorage
        The same storage.
    """
    from sqlalchemy import event

    if storage.engine.dialect.name == "sqlite":

        def connect(connection, _) -> None:
            connection.isolation_level = None  # Python begins nothing of itself
            connection.execute(f"PRAGMA busy_timeout = {1000 * PATIENCE}")

        event.listen(storage.engine, "connect", connect)
        event.listen(
            storage.engine, "begin", lambda one: one.exec_driver_sql("BEGIN IMMEDIATE")
        )
        storage.engine.dispose()  # what is open was opened without this
    return storage


def kill_in_a_trial(
    storage, name: str, tracking: str, first: int = 6, patience: float = 120
) -> int:
    """Kill a worker that has just opened a trial's run; return the trial's number.

    Parameters
    ----------
    storage, name, tracking
        The study, whose trials say in `user_attrs["process"]` who runs; the record.
    first, patience
        The first number whose worker may be killed; for how many seconds.

    Raises
    ------
    TimeoutError
        No such trial was seen.
    """
    import mlflow
    import optuna
    import psutil

    study = optuna.load_study(study_name=name, storage=storage)
    client = mlflow.MlflowClient(tracking)
    experiment, seen = client.get_experiment_by_name(name).experiment_id, None
    end = time.monotonic() + patience
    while time.monotonic() < end:
        runs = client.search_runs([experiment], "attributes.status = 'RUNNING'")
        begun = {int(run.data.tags["trial"]) for run in runs}
        # A run that was not there a moment ago has its training still before it.
        new = {n for n in begun if seen is not None and n >= first and n not in seen}
        trials = study.get_trials(deepcopy=False)
        for trial in trials if new else ():
            if trial.state.name == "RUNNING" and trial.user_attrs.get("asked") in new:
                psutil.Process(trial.user_attrs["process"]).kill()
                return trial.number
        if {"WAITING", "RUNNING"}.isdisjoint(trial.state.name for trial in trials):
            break  # all is done
        seen = begun
        time.sleep(0.01)
    raise TimeoutError(f"no worker of the study {name!r} was seen at work")


def kill_busy(scheduler: str, storage, name: str, patience: float = 120) -> None:
    """Kill a Dask worker that is at work, once some trials are complete.

    Parameters
    ----------
    scheduler : str
        Dask's scheduler, such as `tcp://127.0.0.1:8786`.
    storage : optuna.storages.BaseStorage
        Where the study is.
    name : str
        The study; it need not exist yet.
    patience : float
        Seconds after which nobody is killed.

    Raises
    ------
    TimeoutError
        The search did not come so far.
    """
    import psutil
    from dask.distributed import Client

    wait_for_trials(storage, name, 6, patience)
    with Client(scheduler) as cluster:
        processes = cluster.run(os.getpid)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for worker, tasks in cluster.processing().items():
                if tasks:
                    psutil.Process(processes[worker]).kill()
                    return
            time.sleep(0.01)
    raise TimeoutError("no worker of the cluster was seen at work")


def wait_for_trials(storage, name: str, complete: int, patience: float = 120) -> None:
    """Wait until a study, which need not exist yet, has some complete trials."""
    import optuna

    end = time.monotonic() + patience
    while time.monotonic() < end:
        if name in optuna.get_all_study_names(storage):
            study = optuna.load_study(study_name=name, storage=storage)
            states = [t.state.name for t in study.get_trials(deepcopy=False)]
            if states.count("COMPLETE") >= complete:
                return
        time.sleep(0.05)
    raise TimeoutError(f"the study {name!r} has not come to {complete} trials")
