"""What a cluster's engine costs: its start, each trial, and what more workers bring.

Usage: python -m benchmarks.engines     (Spark where it is, see `make spark`; the same
objectives as in benchmarks/scale.py, which has the storages)
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import helpers  # noqa: F401
import optuna

from benchmarks.common import journal, report
from benchmarks.scale import SPACE
from helpers.launch.service import Service, free_port

ROOT = Path(__file__).resolve().parent.parent
SPARK = ROOT / ".venv" / "spark"
WORKERS = (1, 2, 4)
TRIVIAL, REAL, BATCH = 100, 8, 4  # trials, and how many are asked at once
_trainer = []  # one per worker process


def train(x: float, y: float, real: bool) -> float:
    """Do one trial, on whatever worker: the same as in benchmarks/scale.py."""
    if not real:
        return x + y
    if not _trainer:
        from benchmarks.search import FastTrainer

        _trainer.append(FastTrainer())
    return _trainer[0].accuracy(10 ** (-5 + 3 * x), 1)


@contextlib.contextmanager
def dask(workers: int) -> Iterator[Callable]:
    """Start a scheduler and workers; give the function that computes jobs."""
    from dask.distributed import Client

    with contextlib.ExitStack() as stack:

        def start(*command):
            page = free_port()
            options = ["--host", "127.0.0.1"]
            options += ["--dashboard-address", f"127.0.0.1:{page}"]
            command = ["dask", *command, *options]
            service = Service(command, page, "/health", f"{page}.txt")
            stack.callback(service.stop)

        port = str(free_port())
        start("scheduler", "--port", port)
        for _ in range(workers):
            start("worker", f"127.0.0.1:{port}", "--nthreads", "1", "--no-nanny")
        client = stack.enter_context(Client(f"127.0.0.1:{port}"))
        client.wait_for_workers(workers)
        yield lambda jobs: client.gather(
            [client.submit(train, *job, pure=False) for job in jobs]
        )


@contextlib.contextmanager
def spark(workers: int) -> Iterator[Callable]:
    """Start Spark on this machine; give the function that computes jobs."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{workers}]")
    context = builder.config("spark.ui.enabled", "false").getOrCreate().sparkContext
    yield (
        lambda jobs: (
            context.parallelize(jobs, len(jobs)).map(lambda job: train(*job)).collect()
        )
    )
    context.stop()


def drive(engine: str, workers: int, real: bool) -> None:
    """Ask, have computed, tell, as notebook 09's search.py; print what it took."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    begin = time.perf_counter()
    with {"Dask": dask, "Spark": spark}[engine](workers) as compute:
        compute([(0.5, 0.5, real)] * 4 * workers)  # each worker has loaded all
        ready = time.perf_counter() - begin
        study = optuna.create_study(
            storage=journal(f"{engine} {workers} {real}.log"),
            sampler=optuna.samplers.RandomSampler(),
        )
        begin = time.perf_counter()
        for _ in range((REAL if real else TRIVIAL) // BATCH):
            trials = [study.ask(SPACE) for _ in range(BATCH)]
            jobs = [(*trial.params.values(), real) for trial in trials]
            for trial, value in zip(trials, compute(jobs), strict=True):
                study.tell(trial, value)
        minutes = (time.perf_counter() - begin) / 60
    print(json.dumps([ready, len(study.trials) / minutes]))


def run_driver(engine: str, workers: int, real: bool) -> tuple[float, float]:
    """Run `drive` in a Python of its own; return its start and its speed."""
    call = f"from benchmarks.engines import drive; drive({engine!r}, {workers}, {real})"
    done = subprocess.run(
        [sys.executable, "-c", call],
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(SPARK)]),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "TF_NUM_INTRAOP_THREADS": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(f"the search on {engine} failed, see above")
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def row(engine: str) -> list:
    """Measure one engine."""
    start, speed = run_driver(engine, 1, False)
    trainings = [run_driver(engine, workers, True)[1] for workers in WORKERS]
    return [engine, start, 60_000 / speed, *trainings]


def main() -> None:
    has_spark = shutil.which("java") and (SPARK / "pyspark").is_dir()
    engines = ["Dask", *(["Spark"] if has_spark else [])]
    notes = [] if has_spark else ["Spark: not measured, Java or pyspark is not here"]
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        rows = [row(engine) for engine in engines]
    head = ["engine", "s to start", "ms for one more trial"]
    head += ["trainings per minute, 1 worker", "2 workers", "4 workers"]
    report(__file__, "engines: Dask and Spark on this machine", head, rows, notes)


if __name__ == "__main__":
    main()
