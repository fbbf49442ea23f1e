"""The files that notebook 09 prints, run: processes, Dask and Spark.

PostgreSQL is in test_postgres.py. Spark needs Java and pyspark, see .ci/run.
"""

import ast
import contextlib
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import optuna
import psutil
import pytest
from optuna.trial import TrialState

from helpers import workers
from tests.printed import NOTEBOOK, PATIENCE, SPARK, Room, dask, in_the_background
from tests.printed import logged, nobody_left, opened, printed  # noqa: F401
from tools import engines

needs_spark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java: Spark needs it"),
    pytest.mark.skipif(
        not (SPARK / "pyspark").is_dir(), reason="no pyspark in .venv/spark: make spark"
    ),
]

# Which files each engine's tests run; every printed file is in one of the rows.
SHARED = {"training.py", "storage.py"}
FILES = {
    "journal": SHARED | {"prepare.py", "worker.py", "take_back.py"},
    "database": SHARED | {"prepare.py", "worker.py"},
    "postgres": SHARED | {"prepare.py", "worker.py", "server.sh"},
    "dask": SHARED | {"search.py", "dask_search.py"},
    "spark": SHARED | {"search.py", "spark_search.py"},
}
LEFT_OUT = {
    "direction": ("prepare.py", ', direction="maximize"', ""),
    "retry": ("storage.py", ", heartbeat_stale_trial_callback=Retry(3)", ""),
    "the same run": ("training.py", "None if runs.empty else runs.run_id[0]", "None"),
}
NO_ADDRESS = ("training.py", "    mlflow.set_tracking_uri(tracking)", "    #")
RAISES = ("training.py", "    runs = ", "    assert rate < 0.3, 'steep'\n    runs = ")


def test_each_printed_file_is_one_that_a_test_runs():
    assert set(printed()) == set().union(*FILES.values())


def test_no_trial_is_taken_twice_from_sqlite(tmp_path):
    """Two who ask at once for forty waiting trials got 32 to 35 without turns."""
    address = f"sqlite:///{(tmp_path / 'optuna.db').as_posix()}"
    study = optuna.create_study(storage=address)
    for _ in range(40):
        study.enqueue_trial({})

    def take(_) -> list[int]:
        storage = workers.take_turns(optuna.storages.RDBStorage(address))
        mine = optuna.load_study(study_name=study.study_name, storage=storage)
        return [mine.ask().number for _ in range(20)]

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(take, range(2))
    assert sorted(one + other) == list(range(40))


def test_no_code_is_printed_that_is_no_file():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert not any("```" in text for text in prose)
    for text in (text for name, text in printed().items() if name.endswith(".py")):
        ast.parse(text)


def test_the_notebook_shows_what_the_benchmark_measured():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert any(engines.table() in cell.source for cell in cells), "run make docs"


def two_workers(room, address):
    assert room.run("prepare.py", address, room.name, room.tracking) == 0, room.said
    start = "worker.py", address, room.name, room.tracking
    return [room.start(*start) for _ in range(2)]


def one_is_killed(room, address):
    """Start two workers and kill one in the middle; return how the other ended."""
    for attempt in range(3):  # on a busy machine all is done before one looks
        room.name = f"search {attempt}"
        both = two_workers(room, address)
        try:
            workers.kill_in_a_trial(opened_storage(address), room.name, room.tracking)
        except TimeoutError as error:
            room.said.append(str(error))
        codes = [room.end(worker) for worker in both]
        if min(codes) < 0 or os.name == "nt":
            return max(codes)
    raise AssertionError(room.said)


def opened_storage(address):
    return optuna.storages.get_storage(opened(address))


def test_journal_with_a_worker_killed(tmp_path):
    room = Room(tmp_path)
    assert one_is_killed(room, room.journal) == 0, room.said
    with pytest.raises(AssertionError):  # its trial runs for ever
        room.check(room.journal)
    assert room.run("take_back.py", room.journal, room.name) == 0, room.said
    again = "worker.py", room.journal, room.name, room.tracking
    assert room.run(*again) == 0, room.said
    room.check(room.journal, failed=1)
    trials = room.study(room.journal).trials
    assert len({trial.user_attrs.get("process") for trial in trials} - {None}) == 3
    assert room.executed() == FILES["journal"]


def test_database_with_a_worker_killed(tmp_path):
    room = Room(tmp_path)
    assert one_is_killed(room, room.database) == 0, room.said
    room.check(room.database, failed=1)
    assert room.executed() == FILES["database"]


@pytest.mark.parametrize("left_out", LEFT_OUT)
def test_a_database_search_without_it_is_found_out(tmp_path, left_out):
    room = Room(tmp_path, LEFT_OUT[left_out])
    one_is_killed(room, room.database)
    with pytest.raises((AssertionError, AttributeError, KeyError)):
        room.check(room.database, failed=1)


def test_a_worker_without_the_records_address_is_found_out(tmp_path):
    room = Room(tmp_path, NO_ADDRESS)
    arguments = room.database, room.name, room.tracking
    assert room.run("prepare.py", *arguments) == 0, room.said
    assert room.run("worker.py", *arguments) == 0, room.said
    done = room.study(room.database).get_trials(states=[TrialState.COMPLETE])
    assert len(done) == 20  # the study lacks nothing; only the record does
    assert logged(room.tracking, room.name) == {}
    with pytest.raises(AssertionError):
        room.check(room.database)


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [*lines[:-1], lines[-1][:10]],
        lambda lines: [*lines[:5], b"rubbish\n", *lines[5:]],
        lambda lines: [*lines[:5], b"\xff\x00\n", *lines[5:]],
        lambda lines: [*lines, b"42\n"],
        lambda lines: [*lines[:5], lines[5][:10] + lines[6], *lines[7:]],
    ],
)
def test_a_damaged_journal_is_named_with_its_cure(tmp_path, damage):
    path = tmp_path / "study.log"
    storage = opened_storage(str(path))
    study = optuna.create_study(study_name="search", storage=storage)
    for _ in range(10):
        study.enqueue_trial({})
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(workers.JournalError, match="study.log is damaged in") as error:
        workers.check_journal(path)
    number = int(str(error.value).partition("in line ")[2].partition(".")[0])
    kept = path.read_bytes().splitlines(keepends=True)[: number - 1]
    path.write_bytes(b"".join(kept))  # the cure
    workers.check_journal(path)
    again = opened_storage(str(path))
    assert optuna.load_study(study_name="search", storage=again).trials


def test_a_worker_says_that_its_journal_is_damaged(tmp_path):
    room = Room(tmp_path)
    Path(room.journal).write_bytes(b"rubbish\n")
    assert room.run("worker.py", room.journal, room.name, room.tracking) == 1
    said = room.said[-1].splitlines()[-1]
    assert "study.log is damaged in line 1." in said and "delete this line" in said


def search_on_dask(room, kill, failures=3):
    """Run the search on a cluster of two; return the driver's exit code."""
    with dask(room, failures) as scheduler:
        arguments = scheduler, room.journal, room.name, room.tracking
        driver = room.start("dask_search.py", *arguments)
        if kill:
            workers.kill_busy(scheduler, opened_storage(room.journal), room.name)
        return room.end(driver)


def test_dask_with_a_worker_killed(tmp_path):
    room = Room(tmp_path)
    assert search_on_dask(room, kill=True) == 0, room.said
    room.check(room.journal)  # the cluster is gone
    assert room.executed() == FILES["dask"]


def test_dask_without_a_second_try_is_found_out(tmp_path):
    room = Room(tmp_path)
    assert search_on_dask(room, kill=True, failures=0) != 0
    assert "KilledWorker" in room.said[-1]


def test_dask_says_what_an_objective_raises(tmp_path):
    room = Room(tmp_path, RAISES)
    assert search_on_dask(room, kill=False) != 0
    assert "steep" in room.said[-1].splitlines()[-1]


def test_wait_instead_of_gather_is_found_out(tmp_path):
    room = Room(tmp_path, RAISES)
    path = room.folder / "dask_search.py"
    text = path.read_text(encoding="utf-8")
    assert "return cluster.gather(tasks)" in text
    waits = "wait(tasks)\n            return [0] * len(tasks)"
    text = text.replace("import Client", "import Client, wait")
    text = text.replace("return cluster.gather(tasks)", waits)
    path.write_text(text, encoding="utf-8")
    code = search_on_dask(room, kill=False)
    assert code == 0 and "steep" not in room.said[-1]
    with pytest.raises((AssertionError, AttributeError, KeyError)):
        room.check(room.journal)


def on_spark(room, master, *words):
    """Start the search on Spark."""
    env = {"PYTHONPATH": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1"}
    arguments = master, room.journal, room.name, room.tracking, *words
    return room.start("spark_search.py", *arguments, env=env)


def kill_spark_worker(room, driver):
    """Kill a Python worker of Spark that is at work."""
    workers.wait_for_trials(opened_storage(room.journal), room.name, 6)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for process in psutil.Process(driver.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                if "pyspark.daemon" not in " ".join(process.cmdline()):
                    continue
                if process.cpu_percent(0.05) > 20:
                    process.kill()
                    return
    raise TimeoutError("no Python worker of Spark was seen at work")


@pytest.mark.parametrize("_", [pytest.param(None, marks=needs_spark)])
def test_spark_with_a_worker_killed_then_resumed_on_purpose(tmp_path, _):
    room = Room(tmp_path)
    driver = on_spark(room, "local[2,4]")
    killer = in_the_background(kill_spark_worker, room, driver)
    assert room.end(driver) == 0, room.said
    killer.result(PATIENCE)
    room.check(room.journal)
    assert room.executed() == FILES["spark"]
    # The same name by mistake is an error and adds nothing; on purpose it goes on.
    assert room.end(on_spark(room, "local[2]")) != 0
    assert "DuplicatedStudyError" in room.said[-1]
    assert room.end(on_spark(room, "local[2]", "resume")) == 0
    room.check(room.journal)
