"""Where one machine ends: workers, storages, and what a long record costs.

Usage: python -m benchmarks.scale     (PostgreSQL if COURSE_POSTGRES is set, to the
address of a server to throw away, such as postgresql://course@127.0.0.1:5433)
"""

import contextlib
import os
import subprocess
import sys
import time
from multiprocessing import get_context
from tempfile import TemporaryDirectory

import helpers  # noqa: F401
import numpy as np
import optuna
from optuna.distributions import FloatDistribution

from benchmarks.common import journal, report
from helpers import stores

POSTGRES = (
    os.environ.get("COURSE_POSTGRES", "")
    .rstrip("/")
    .replace("postgresql://", "postgresql+psycopg2://")
)
SPACE = {"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)}


def open_storage(kind: str):
    """Open one of the three storages in the current folder."""
    if kind == "journal":
        return journal("scale.log")
    return f"{POSTGRES}/postgres" if kind == "PostgreSQL" else "sqlite:///optuna.db"


def work(kind: str, name: str, trials: int, real: bool) -> None:
    """Run as one worker: wait for the start, then run its trials."""
    if real:
        from benchmarks.search import FastTrainer

        trainer = FastTrainer()
        trainer.accuracy(0.001, 1)  # traces the network, once per process

    def objective(trial):
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        return trainer.accuracy(10 ** (-5 + 3 * x), 1) if real else x + y

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.RandomSampler()
    study = optuna.load_study(
        study_name=name, storage=open_storage(kind), sampler=sampler
    )
    print("ready", flush=True)
    sys.stdin.readline()
    study.optimize(objective, n_trials=trials)


def run_workers(kind: str, workers: int, trials: int, real: bool) -> tuple:
    """Run a search on one storage by workers that start their trials together.

    Returns
    -------
    tuple of float, float, bool
        Seconds to readiness, trials per minute after that, none lost or done twice.
    """
    name = f"{real} {workers} {time.time()}"
    study = optuna.create_study(study_name=name, storage=open_storage(kind))
    each, what = str(trials // workers), "real" if real else "trivial"
    begin = time.perf_counter()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.scale", kind, name, each, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"TF_NUM_INTRAOP_THREADS": "1"},
            text=True,
        )
        for _ in range(workers)
    ]
    try:
        if any(one.stdout.readline() != "ready\n" for one in processes):
            sys.exit(f"a worker on {kind} did not start, see above")
        ready = time.perf_counter() - begin
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        if any(process.wait() for process in processes):
            sys.exit(f"a worker on {kind} failed, see above")
    finally:
        for process in processes:
            process.kill()
    done = study.get_trials()
    start = min(trial.datetime_start for trial in done)
    end = max(trial.datetime_complete for trial in done)
    minutes = (end - start).total_seconds() / 60
    numbers = sorted(trial.number for trial in done)
    return ready, len(done) / minutes, numbers == list(range(int(each) * workers))


def workers_table(kinds: list[str]) -> list[list]:
    """Measure trials per minute with 1, 2 and 4 workers that start together."""
    rows = []
    for real, trials in ((False, 200), (True, 8)):
        for kind in kinds:
            for workers in (1, 2, 4):
                _, speed, whole = run_workers(kind, workers, trials, real)
                rows.append(
                    [kind, "real" if real else "trivial", workers, speed, whole]
                )
    return rows


def fill(study, points: list[list[float]]) -> None:
    """Add finished trials."""
    study.add_trials(
        optuna.trial.create_trial(
            params={"x": x, "y": y}, distributions=SPACE, value=x + y
        )
        for x, y in points
    )


def fill_stored(kind: str, name: str, points: list[list[float]]) -> None:
    """Add finished trials to a study in a storage, from a process of its own."""
    fill(optuna.load_study(study_name=name, storage=open_storage(kind)), points)


def growth_table(kinds: list[str]) -> list[list]:
    """Measure one more trial when a study already has 0, 1,000 and 10,000."""
    rows = []
    generator = np.random.default_rng(0)
    for kind in ("memory", *kinds):
        samplers = {
            "random": optuna.samplers.RandomSampler(seed=0),
            "TPE": optuna.samplers.TPESampler(seed=0),
        }
        storage = None if kind == "memory" else open_storage(kind)
        name = f"growth {time.time()}"
        study = optuna.create_study(study_name=name, storage=storage)
        costs = {sampler: [] for sampler in samplers}
        for size in (0, 1_000, 10_000):
            missing = size - len(study.get_trials(deepcopy=False))
            points = generator.uniform(size=(max(0, missing), 2)).tolist()
            if kind == "memory":
                fill(study, points)
            else:  # a relational storage takes 10 ms per trial
                jobs = [(kind, name, points[half::2]) for half in (0, 1)]
                with get_context("spawn").Pool(2) as pool:
                    pool.starmap(fill_stored, jobs)
            for sampler in samplers:
                study.sampler = samplers[sampler]
                study.tell(study.ask(SPACE), 0)  # reads what the study has got
                start = time.perf_counter()
                for _ in range(5):
                    trial = study.ask(SPACE)
                    study.tell(trial, sum(trial.params.values()))
                costs[sampler].append((time.perf_counter() - start) / 5 * 1000)
        rows += [[kind, sampler, *costs[sampler]] for sampler in samplers]
    return rows


def search_runs_table() -> list[list]:
    """Measure MLflow's `search_runs` over 100, 1,000 and 10,000 runs."""
    import mlflow
    from mlflow.entities import Metric, Param

    mlflow.set_tracking_uri(stores.create_mlflow_database())
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("scale")
    rows, runs = [], 0
    for size in (100, 1_000, 10_000):
        start = time.perf_counter()
        for number in range(runs, size):
            run = client.create_run(experiment)
            metric = Metric("auc", number / size, 0, 0)
            client.log_batch(
                run.info.run_id,
                [metric],
                [Param("rate", str(number))],
                synchronous=True,
            )
        written, runs = size - runs, size
        per_run = (time.perf_counter() - start) / written * 1000
        start = time.perf_counter()
        found = client.search_runs(
            [experiment],
            "metrics.auc > 0.5",
            order_by=["metrics.auc DESC"],
            max_results=5,
        )
        best = (time.perf_counter() - start) * 1000
        start = time.perf_counter()
        table = mlflow.search_runs([experiment], max_results=size)
        rows.append([size, per_run, best, (time.perf_counter() - start) * 1000])
        if len(found) != 5 or len(table) != size:
            sys.exit(f"{len(table)} of {size} runs were found")
    return rows


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    kinds = ["journal", "SQLite", *(["PostgreSQL"] if POSTGRES else [])]
    notes = [] if POSTGRES else ["PostgreSQL: not measured, COURSE_POSTGRES is not set"]
    root = os.getcwd()
    with TemporaryDirectory() as folder:
        os.environ["PYTHONPATH"] = root
        with contextlib.chdir(folder):
            stores.create_optuna_database()
            speed, growth = workers_table(kinds), growth_table(kinds)
            runs = search_runs_table()
    head = [
        "storage",
        "objective",
        "workers",
        "trials per minute",
        "none lost or twice",
    ]
    report(__file__, "scale: workers on one study", head, speed, notes)
    name = __file__.replace(".py", "_growth.py")
    head = ["storage", "sampler", "ms at 0 trials", "at 1,000", "at 10,000"]
    report(name, "scale: one more trial in a growing study", head, growth, notes)
    name = __file__.replace(".py", "_runs.py")
    head = [
        "runs",
        "ms to write one",
        "ms to find the best 5",
        "ms for the whole table",
    ]
    report(name, "scale: MLflow's search_runs on SQLite", head, runs)


if __name__ == "__main__":
    if len(sys.argv) == 5:
        work(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "real")
    else:
        main()
