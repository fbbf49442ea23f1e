"""Thirty learners on one class server: what it carries, and whether it loses anything.

Usage: python -m benchmarks.class [SECONDS]

Each learner is a thread that sends what notebooks 05 and 06 send: runs with parameters,
a metric per epoch, the input's digest, a figure, a model, a search with children, and
questions. Once one request every half second, as people do at most, and once without a
pause; on SQLite, and on PostgreSQL if COURSE_POSTGRES names one. At the end the server
is killed and started again in the middle. What is lost is looked up in the database.
"""

import contextlib
import os
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests
import sqlalchemy

from benchmarks.common import report
from helpers import patience, stores
from helpers.launch import classroom
from helpers.launch.service import free_port

LEARNERS, EPOCHS, CHILDREN = 30, 10, 8
FIGURE, MODEL = os.urandom(20_000), os.urandom(60_000)
AIM = 0.5  # s, p95 of log_metric at a human pace
HANG = 30  # s that a learner may wait for a server that was killed
PEOPLE, MACHINES = "one request every half second", "as fast as they can"


class Learner(threading.Thread):
    """One client with its own account, until the time is over and its run is closed."""

    def __init__(self, server: str, account: classroom.Account, pause: float) -> None:
        super().__init__(daemon=True)
        self.server, self.name, self.pause = server, account.name, pause
        self.session = requests.Session()
        self.session.auth = tuple(account)
        self.send = patience.Patient(
            lambda method, url, _, **body: self.session.request(method, url, **body)
        )
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors, self.until, self.experiment = 0, 0.0, ""
        self.runs: dict[str, int] = {}  # those confirmed, with their metrics
        self.files: dict[str, int] = {}  # the same for files, with their size

    def ask(self, kind: str, path: str, method: str = "POST", **body) -> dict:
        """Send one request, keep its time, and wait as a learner would."""
        start = time.perf_counter()
        try:
            answer = self.send(method, f"{self.server}/api/2.0/{path}", 0, **body)
            answer.raise_for_status()
            return answer.json() if answer.content else {}
        except requests.RequestException:
            self.errors += 1
            raise
        finally:
            self.seconds[kind].append(time.perf_counter() - start)
            time.sleep(max(0.0, self.pause - (time.perf_counter() - start)))

    def run(self) -> None:
        time.sleep(random.uniform(0, 2))  # nobody starts in the same instant
        while time.monotonic() < self.until:
            with contextlib.suppress(requests.RequestException):  # the cell, again
                self.experiment = self.experiment or self.create_experiment()
                self.train()
                self.search()

    def create_experiment(self) -> str:
        body = {"name": f"{self.name}: 05 logging, {time.time()}"}
        made = self.ask("create_experiment", "mlflow/experiments/create", json=body)
        return made["experiment_id"]

    def open_run(self, parent: str = "") -> str:
        tags = [{"key": "mlflow.parentRunId", "value": parent}] if parent else []
        body = {"experiment_id": self.experiment, "tags": tags}
        body["start_time"] = int(1000 * time.time())
        made = self.ask("create_run", "mlflow/runs/create", json=body)
        return made["run"]["info"]["run_id"]

    def close_run(self, run: str, metrics: int) -> None:
        body = {
            "run_id": run,
            "status": "FINISHED",
            "end_time": int(1000 * time.time()),
        }
        self.ask("end_run", "mlflow/runs/update", json=body)
        self.runs[run] = metrics

    def log_metric(self, run: str, key: str, step: int) -> None:
        body = {"run_id": run, "key": key, "value": 0.9, "step": step}
        body["timestamp"] = int(1000 * time.time())
        self.ask("log_metric", "mlflow/runs/log-metric", json=body)

    def train(self) -> None:
        """Do what a recorded training of notebook 05 does."""
        run = self.open_run()
        params = [{"key": f"parameter {n}", "value": str(n)} for n in range(12)]
        body = {"run_id": run, "params": params}
        self.ask("log_batch", "mlflow/runs/log-batch", json=body)
        dataset = {"name": "MAGIC", "digest": "ed9c3c74", "source_type": "local"}
        inputs = [{"tags": [], "dataset": dataset | {"source": "{}"}}]
        body = {"run_id": run, "datasets": inputs}
        self.ask("log_inputs", "mlflow/runs/log-inputs", json=body)
        for epoch in range(EPOCHS):
            self.log_metric(run, "valid_auc", epoch)
        folder = f"{self.experiment}/{run}/artifacts"
        for kind, name, content in (
            ("log_figure", "loss.png", FIGURE),
            ("log_model", "model/model.keras", MODEL),
        ):
            place = f"mlflow-artifacts/artifacts/{folder}/{name}"
            self.ask(kind, place, "PUT", data=content)
            self.files[f"{folder}/{name}"] = len(content)
        self.close_run(run, EPOCHS)

    def search(self) -> None:
        """Do what a recorded search does: children, then a question about them."""
        parent = self.open_run()
        for _ in range(CHILDREN):
            child = self.open_run(parent)
            self.log_metric(child, "valid_auc", 0)
            self.close_run(child, 1)
        self.close_run(parent, 0)
        body = {"experiment_ids": [self.experiment], "max_results": 20}
        body["order_by"] = ["metrics.valid_auc DESC"]
        self.ask("search_runs", "mlflow/runs/search", json=body)


def lost(folder: Path, store: str, class_: list[Learner]) -> tuple[int, int]:
    """Return how much of what was confirmed is not there, and the runs left open."""
    engine = sqlalchemy.create_engine(store)
    with engine.connect() as database:
        ask = "SELECT run_uuid, status FROM runs"
        status = {run: state for run, state in database.execute(sqlalchemy.text(ask))}
        ask = "SELECT run_uuid, count(*) FROM metrics GROUP BY run_uuid"
        counts = {run: count for run, count in database.execute(sqlalchemy.text(ask))}
    engine.dispose()
    missing = 0
    for learner in class_:
        for run, metrics in learner.runs.items():
            missing += status.pop(run, None) != "FINISHED"
            missing += max(0, metrics - counts.get(run, 0))
        for name, size in learner.files.items():
            path = folder / "artifacts" / name
            missing += not path.exists() or path.stat().st_size != size
    return missing, sum(state == "RUNNING" for state in status.values())


def memory(server: classroom.Service) -> float:
    """Return the server's memory in GB, what its processes share counted once."""
    guard = psutil.Process(server._guard.pid)
    found = [one.memory_full_info() for one in guard.children(recursive=True)]
    return sum(getattr(one, "pss", one.rss) for one in found) / 1e9


def kill(server: classroom.Service) -> None:
    """End the server as a power cut does."""
    for process in psutil.Process(server._guard.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    server.wait()


def load(store: str, pause: float, seconds: float, killed: bool = False) -> list[list]:
    """Start a server, let the class work, and return the rows of the table."""
    names = [f"learner{number:02}" for number in range(1, LEARNERS + 1)]
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        people = classroom.accounts(folder, names)
        store = store or stores.create_mlflow_database(folder / "mlflow.db")
        server = classroom.start(folder, port, store, people)
        class_ = [Learner(server.url, account, pause) for account in people[1:]]
        try:
            begin = time.monotonic()
            for learner in class_:
                learner.until = begin + seconds
                learner.start()
            if killed:
                time.sleep(seconds / 2)
                kill(server)
                server = classroom.start(folder, port, store, people)
            for learner in class_:
                learner.join()
            took, used = time.monotonic() - begin, memory(server)
        finally:
            server.stop()
        gone, left_open = lost(folder, store, class_)
    label = store.partition(":")[0].partition("+")[0]
    pace = PEOPLE if pause else MACHINES
    first = [label, f"{pace}, server killed" if killed else pace]
    return table(first, class_, took, used, gone, left_open)


def table(first: list, class_: list[Learner], took, used, gone, left_open) -> list:
    """Return a row per kind of request, and what holds for all of them."""
    kinds = defaultdict(list)
    for learner in class_:
        for kind, times in learner.seconds.items():
            kinds[kind] += times
    rows = []
    for kind, times in sorted(kinds.items()):
        p95 = statistics.quantiles(times, n=20)[-1]
        row = [len(times), statistics.median(times), p95, max(times)]
        rows.append([*first, kind, *row])
    number = sum(map(len, kinds.values()))
    for what, value in {
        "requests per second": number / took,
        "requests failed": sum(learner.errors for learner in class_),
        "runs": sum(len(learner.runs) for learner in class_),
        "lost": gone,
        "runs left open": left_open,
        "memory of the server in GB": used,
    }.items():
        rows.append([*first, what, value, "", "", ""])
    return rows


def value(rows: list[list], pace: str, kind: str, column: int) -> float:
    """Return one figure of SQLite's rows."""
    (found,) = [row[column] for row in rows if row[:3] == ["sqlite", pace, kind]]
    return found


def notes(rows: list[list]) -> list[str]:
    """Say which aims were met."""
    p95 = value(rows, PEOPLE, "log_metric", 5)
    longest = max(row[6] for row in rows if "killed" in row[1] and row[6])
    gone = sum(row[3] for row in rows if row[2] == "lost")
    yes = {True: "met", False: "missed"}
    aim = f"p95 of log_metric at a human pace on SQLite, under {AIM:g} s"
    return [
        f"{aim}: {yes[p95 < AIM]}",
        f"nothing that was confirmed is lost: {yes[gone == 0]}",
        f"server killed: nobody waits for more than {HANG} s: {yes[longest < HANG]}",
        "the learners' clients run on the same cores as the server",
    ]


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    postgres = os.environ.get("COURSE_POSTGRES", "")
    rows = []
    for store in ("", *filter(None, [postgres])):
        for pause in (0.5, 0.0):
            rows += load(own(store), pause, seconds)
    rows += load("", 0.5, seconds, killed=True)
    report(
        __file__,
        f"class: {LEARNERS} learners on one server, {seconds:g} s each",
        ["store", "pace", "request", "number", "p50 s", "p95 s", "longest s"],
        rows,
        notes(rows),
    )


def own(address: str) -> str:
    """Return the address of a new database on this server, if it is one."""
    if not address:
        return ""
    name = f"class{time.time_ns()}"
    address = classroom.with_driver(address)
    engine = sqlalchemy.create_engine(f"{address}/postgres")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        server.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{address}/{name}"


if __name__ == "__main__":
    main()
