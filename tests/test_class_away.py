"""A class's server that goes away in the middle: one sentence, and soon."""

import io
import os
import signal
import threading
import time

import mlflow
import psutil
import pytest
import requests
from mlflow.utils import rest_utils

from helpers import patience, stores, troubles
from helpers.launch import classroom
from helpers.launch.service import free_port
from tools.kernel import kernel, shown

LIMIT = 30  # s that a cell may hang
SENTENCE = troubles.TROUBLES["server away"].sentence
SET_UP = """
import helpers, time
import matplotlib.pyplot as plt, mlflow, numpy as np
from helpers import stores
mlflow.set_tracking_uri(stores.create_mlflow_database())
client = mlflow.MlflowClient()
experiment = mlflow.set_experiment(stores.new_name("05 logging"))
figure = plt.Figure()
"""
# As in notebook 05: a parent, a child per trial, metrics, a file.
SEARCH = """
end = time.monotonic() + {seconds}
with mlflow.start_run(run_name="search"):
    while time.monotonic() < end:
        with mlflow.start_run(run_name="trial", nested=True):
            for step in range(5):
                mlflow.log_metric("valid_auc", 0.9, step=step)
            mlflow.log_figure(figure, "loss.png")
print("done")
"""
# As in notebook 06: autolog writes by itself while `fit` runs.
AUTOLOG = """
import keras
keras.config.disable_interactive_logging()
mlflow.tensorflow.autolog(checkpoint=False, log_models=False)
model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
model.compile(loss="mse")
x = np.zeros((64, 10))
end = time.monotonic() + {seconds}
with mlflow.start_run(run_name="search"):
    while time.monotonic() < end:
        with mlflow.start_run(run_name="trial", nested=True):
            model.fit(x, x[:, 0], epochs=3, verbose=0)
            mlflow.log_metric("valid_auc", 0.9)
print("done")
"""


class Room:
    """A class's server that can be killed, halted and started again."""

    def __init__(self, folder) -> None:
        self.folder, self.port = folder, free_port()
        self.people = classroom.accounts(folder, ["Ada"])
        self.store = stores.create_mlflow_database(folder / "mlflow.db")
        self.start()

    def start(self) -> None:
        self.server = classroom.start(self.folder, self.port, self.store, self.people)

    def send(self, number: int) -> None:
        guard = psutil.Process(self.server._guard.pid)
        for process in reversed(guard.children(recursive=True)):
            process.send_signal(number)

    def environment(self, before: dict) -> dict:
        return before | {
            "MLFLOW_TRACKING_URI": self.server.url,
            "MLFLOW_TRACKING_USERNAME": "Ada",
            "MLFLOW_TRACKING_PASSWORD": dict(self.people)["Ada"],
        }


@pytest.fixture(scope="module")
def seat(tmp_path_factory):
    """A class's server, and a notebook that records there."""
    before, uri = dict(os.environ), mlflow.get_tracking_uri()
    room = Room(tmp_path_factory.mktemp("class"))
    with kernel(tmp_path_factory.mktemp("Ada"), room.environment(before)) as notebook:
        assert shown(notebook.run(SET_UP)) == ""
        yield room, notebook
    room.server.stop()
    os.environ.clear()
    os.environ.update(before)
    mlflow.set_tracking_uri(uri)


def interfere(room: Room, notebook, cell: str, number: int) -> tuple[str, float]:
    """Send the server a signal while a cell runs: what it shows, and how late."""
    sent = []

    def send() -> None:
        sent.append(time.monotonic())
        room.send(number)

    threading.Timer(4, send).start()
    outputs = notebook.run(cell.format(seconds=120), seconds=200)
    return shown(outputs), time.monotonic() - sent[0]


@pytest.mark.parametrize("cell", [SEARCH, AUTOLOG], ids=["by hand", "autolog"])
def test_a_killed_server_is_one_sentence_and_the_cell_runs_again(seat, cell):
    room, notebook = seat
    said, seconds = interfere(room, notebook, cell, signal.SIGKILL)
    again = notebook.run(SET_UP)  # while it is away
    room.start()
    assert seconds < LIMIT
    *before, last = said.splitlines()
    assert last.endswith(f"cannot be used: {SENTENCE}."), said
    # Autolog may have logged before what it could not send: else nobody would know.
    assert not before or cell == AUTOLOG
    assert len(shown(again).splitlines()) == 1 and SENTENCE in shown(again)
    assert shown(notebook.run(cell.format(seconds=1))).strip() == "done"


def test_a_server_that_does_not_answer_is_the_same_sentence(seat):
    room, notebook = seat
    try:
        said, seconds = interfere(room, notebook, SEARCH, signal.SIGSTOP)
    finally:
        room.send(signal.SIGCONT)
    assert seconds < LIMIT
    assert said.count("\n") == 0 and SENTENCE in said, said
    assert shown(notebook.run(SEARCH.format(seconds=1))).strip() == "done"


def test_a_short_pause_is_not_seen(seat):
    room, notebook = seat
    room.send(signal.SIGSTOP)
    threading.Timer(5, room.send, [signal.SIGCONT]).start()
    assert shown(notebook.run(SEARCH.format(seconds=1))).strip() == "done"


def test_each_run_is_finished_or_can_be_told_as_broken(seat):
    runs = mlflow.search_runs(search_all_experiments=True)
    assert set(runs.status) <= {"FINISHED", "FAILED", "RUNNING"}
    kept = {"FINISHED": 0, "FAILED": 0, "RUNNING": 0} | dict(runs.status.value_counts())
    assert kept["FINISHED"] > 10
    # A parent and a child, at most, for each time that the server went away.
    assert kept["RUNNING"] + kept["FAILED"] <= 6


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def test_a_request_waits_for_a_server_that_comes_back(clock):
    sent = []

    def plain(method, url, retries, *, data, timeout):
        sent.append(data.read())
        if clock.now < patience.WAIT - 1:
            raise requests.ConnectionError
        return "answer"

    ask = patience.Patient(plain)
    assert ask("PUT", "http://class", 7, data=io.BytesIO(b"file")) == "answer"
    assert set(sent) == {b"file"}, "a file is sent whole each time"


def test_only_the_first_request_of_a_cell_waits(clock):
    def plain(method, url, retries, *, timeout):
        clock.sleep(timeout if isinstance(timeout, int) else sum(timeout))
        raise requests.Timeout

    ask = patience.Patient(plain)
    for _ in range(3):  # of the child, and the ends of child and parent
        with pytest.raises(requests.Timeout):
            ask("POST", "http://class", 7)
    assert clock.now < LIMIT + 10
    before = clock.now
    ask.plain = lambda *_, **__: "answer"
    assert ask("POST", "http://class", 7) == "answer" and not ask.away
    assert clock.now == before


def test_mlflow_asks_by_the_function_that_is_replaced():
    patience.install()
    patience.install()
    asks = rest_utils._get_http_response_with_retries
    assert isinstance(asks, patience.Patient)
    assert not isinstance(asks.plain, patience.Patient)
    assert (
        "_get_http_response_with_retries" in rest_utils.http_request.__code__.co_names
    )
