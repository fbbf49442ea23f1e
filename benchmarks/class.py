"""Thirty learners on one class server: what it carries, and whether it loses anything.

Usage: python -m benchmarks.class [SECONDS]

Each learner is a thread that sends what notebooks 05 and 06 send: runs with parameters,
a metric per epoch, the input's digest, a figure, a model, a search with children, and
questions. Once one request every half second, as people do, and once without a pause.
"""

import contextlib
import os
import statistics
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests

from benchmarks.common import report
from helpers import stores
from helpers.launch import classroom
from helpers.launch.service import free_port

LEARNERS, EPOCHS, CHILDREN = 30, 10, 8
FIGURE, MODEL = os.urandom(20_000), os.urandom(60_000)
AIM = 0.5  # s, p95 of log_metric at a human pace


class Learner(threading.Thread):
    """One client with its own account, until the time is over and its run is closed."""

    def __init__(self, server: str, account: classroom.Account, pause: float) -> None:
        super().__init__(daemon=True)
        self.server, self.name, self.pause = server, account.name, pause
        self.session = requests.Session()
        self.session.auth = tuple(account)
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors, self.sent, self.until = 0, 0, 0.0
        self.runs: list[tuple[str, int]] = []  # each with its number of metrics

    def ask(self, kind: str, path: str, method: str = "POST", **body) -> dict:
        """Send one request, keep its time, and wait as a learner would."""
        start = time.perf_counter()
        try:
            answer = self.session.request(
                method, f"{self.server}/api/2.0/{path}", timeout=60, **body
            )
            answer.raise_for_status()
            return answer.json() if answer.content else {}
        except requests.RequestException:
            self.errors += 1
            return {}
        finally:
            self.seconds[kind].append(time.perf_counter() - start)
            time.sleep(max(0.0, self.pause - (time.perf_counter() - start)))

    def run(self) -> None:
        made = self.ask(
            "create_experiment",
            "mlflow/experiments/create",
            json={"name": f"{self.name}: 05 logging, {time.time()}"},
        )
        self.experiment = made["experiment_id"]
        while time.monotonic() < self.until:
            self.train()
            self.search()

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
        self.runs.append((run, metrics))

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
        place = f"mlflow-artifacts/artifacts/{self.experiment}/{run}/artifacts"
        self.ask("log_figure", f"{place}/loss.png", "PUT", data=FIGURE)
        self.ask("log_model", f"{place}/model/model.keras", "PUT", data=MODEL)
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

    def lost(self) -> int:
        """Return how many runs or metrics that were confirmed cannot be read back."""
        missing, self.pause = 0, 0
        for run, metrics in self.runs[-5:]:
            got = self.ask("get_run", f"mlflow/runs/get?run_id={run}", "GET")
            info = got.get("run", {}).get("info", {})
            missing += info.get("status") != "FINISHED"
            if metrics:
                page = "mlflow/metrics/get-history?metric_key=valid_auc&run_id="
                kept = self.ask("get_history", page + run, "GET").get("metrics", [])
                missing += metrics - len(kept)
        return missing


def load(folder: Path, store: str, pause: float, seconds: float) -> tuple[list, float]:
    """Start a server, let the class work, and return the rows and the p95."""
    names = [f"learner{number:02}" for number in range(1, LEARNERS + 1)]
    people = classroom.accounts(folder, names)
    server = classroom.start(folder, free_port(), store, people)
    try:
        class_ = [Learner(server.url, account, pause) for account in people[1:]]
        begin = time.monotonic()
        for learner in class_:
            learner.until = begin + seconds
            learner.start()
        for learner in class_:
            learner.join()
        took = time.monotonic() - begin
        memory = sum(
            process.memory_info().rss
            for process in psutil.process_iter()
            if "mlflow.server" in " ".join(process.cmdline())
        )
        kinds = defaultdict(list)
        for learner in class_:
            for kind, times in learner.seconds.items():
                kinds[kind] += times
        errors = sum(learner.errors for learner in class_)
        lost = sum(learner.lost() for learner in class_)
    finally:
        server.stop()
    pace = "one request every half second" if pause else "as fast as they can"
    name = store.partition(":")[0].partition("+")[0]
    total = sum(map(len, kinds.values()))
    rows = []
    for kind, times in sorted(kinds.items()):
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        rows.append([name, pace, kind, len(times), statistics.median(times), p95])
    p95 = next(row[5] for row in rows if row[2] == "log_metric")
    rows.append([name, pace, f"all: {errors} errors, {lost} lost", total, "", ""])
    rows.append([name, pace, "requests per second", total / took, "", ""])
    rows.append([name, pace, "memory of the server in GB", memory / 1e9, "", ""])
    return rows, p95


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30
    rows, slowest = [], 0.0
    for pause in (0.5, 0.0):
        with TemporaryDirectory() as folder, contextlib.chdir(folder):
            store = stores.create_mlflow_database(Path(folder, "mlflow.db"))
            found, p95 = load(Path(folder), store, pause, seconds)
        rows += found
        slowest = p95 if pause else slowest
    met = "met" if slowest < AIM else "missed"
    report(
        __file__,
        f"class: {LEARNERS} learners on one server, {seconds:g} s each",
        ["store", "pace", "request", "number", "p50 s", "p95 s"],
        rows,
        [f"p95 of log_metric at a human pace, aim under {AIM:g} s: {met}"],
    )


if __name__ == "__main__":
    main()
