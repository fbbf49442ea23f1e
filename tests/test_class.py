"""A class on one server: two learners at once, what is whose, and who is kept out."""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import mlflow
import pytest

from helpers import stores
from helpers.launch import board, classroom, doorkeeper
from helpers.launch.service import free_port
from tools.browser import NO_PROXY

ROOT = Path(__file__).resolve().parent.parent
LEARNERS = {"Ada": "05_mlflow_logging", "Ben": "07_mlflow_plots"}
COPIED = ("data", "helpers", "notebooks", "tests", "tools")
OWN = shutil.ignore_patterns("*.db*", "mlruns", "__pycache__", "record", "*.pdf")
API, AJAX = "api/2.0/mlflow", "ajax-api/2.0/mlflow"


def open_notebook(learner, folder, address, password):
    """Start nbval on the learner's notebook, in a copy of the course of their own."""
    for part in COPIED:
        shutil.copytree(ROOT / part, folder / part, ignore=OWN)
    for file in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / file, folder)
    named = {
        "MLFLOW_TRACKING_URI": address,
        "MLFLOW_TRACKING_USERNAME": learner,
        "MLFLOW_TRACKING_PASSWORD": password,
    }
    unset = ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    notebook = f"notebooks/{LEARNERS[learner]}.ipynb"
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", notebook],
        cwd=folder,
        env=kept | named,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    """Address and accounts of a server on which two learners have worked at once."""
    folder = tmp_path_factory.mktemp("class")
    people = classroom.accounts(folder, list(LEARNERS))
    store = stores.create_mlflow_database(folder / "mlflow.db")
    before, uri = dict(os.environ), mlflow.get_tracking_uri()
    server = classroom.start(folder, free_port(), store, people)
    passwords = dict(people)
    courses = {name: tmp_path_factory.mktemp(name) for name in LEARNERS}
    started = {
        name: open_notebook(name, course, server.url, passwords[name])
        for name, course in courses.items()
    }
    said = {
        name: process.communicate(timeout=600)[0] for name, process in started.items()
    }
    codes = {name: process.returncode for name, process in started.items()}
    yield server.url, passwords, codes, said, courses | {"class": folder}
    server.stop()
    os.environ.clear()
    os.environ.update(before)
    mlflow.set_tracking_uri(uri)


def ask(url, login=None, method="GET", body=None, kind="application/json"):
    """Return status and text of a request, with a name and password or without."""
    request = urllib.request.Request(url, body, {"Content-Type": kind}, method=method)
    if login:
        token = base64.b64encode(":".join(login).encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    try:
        with NO_PROXY.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


@pytest.fixture(scope="module")
def records(lessons):
    """Experiment and first run of each learner, as the instructor sees them."""
    url, passwords, *_ = lessons
    runs = board.read()
    return {
        name: tuple(runs[runs.learner == name].iloc[0][["experiment_id", "run_id"]])
        for name in LEARNERS
    }


def test_two_learners_run_their_notebooks_unchanged_at_once(lessons):
    _, _, codes, said, _ = lessons
    assert codes == dict.fromkeys(LEARNERS, 0), "\n".join(said.values())[-6000:]


def test_all_of_it_is_on_the_server_and_nothing_beside_the_notebooks(lessons):
    courses, runs = lessons[-1], board.read()
    for name in LEARNERS:
        course = courses[name]
        written = {path.name for path in (course / "notebooks").iterdir()}
        assert not written & {"mlflow.db", "mlruns", "mlartifacts"}
    assert set(runs.status) == {"FINISHED", "FAILED"}
    closed = runs[runs.status == "FAILED"]["tags.mlflow.runName"]
    assert list(closed) == ["killed"], "05 shows one that nobody closed"
    images = mlflow.MlflowClient()
    (first,) = runs[runs["tags.mlflow.runName"] == "first figure"].run_id
    assert [file.path for file in images.list_artifacts(first)] == ["loss.png"]


def test_the_board_shows_both_under_their_names(lessons, records):
    table = board.per_learner(board.read()).set_index("learner")
    assert table.notebooks.to_dict() == {"Ada": "05", "Ben": "07"}
    assert table.loc["Ada", "best validation AUC"] > 0.85
    assert (table.runs > 10).all()
    page = board.page(board.read())
    assert "Ada" in page and "data:image/png" in page


WRITES = [
    ("POST", "runs/delete", {"run_id": "RUN"}),
    ("POST", "runs/update", {"run_id": "RUN", "status": "FAILED"}),
    (
        "POST",
        "runs/log-metric",
        {"run_id": "RUN", "key": "a", "value": 1, "timestamp": 1},
    ),
    (
        "POST",
        "runs/log-batch",
        {"run_id": "RUN", "params": [{"key": "a", "value": "b"}]},
    ),
    ("POST", "runs/set-tag", {"run_id": "RUN", "key": "a", "value": "b"}),
    ("POST", "experiments/delete", {"experiment_id": "EXPERIMENT"}),
    ("POST", "experiments/update", {"experiment_id": "EXPERIMENT", "new_name": "x"}),
    (
        "POST",
        "experiments/set-experiment-tag",
        {"experiment_id": "EXPERIMENT", "key": "a", "value": "b"},
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[w[1] for w in WRITES])
@pytest.mark.parametrize("api", [API, AJAX])
def test_a_learner_changes_nothing_of_another(
    lessons, records, api, method, path, body
):
    url, passwords, *_ = lessons
    experiment, run = records["Ada"]
    text = json.dumps(body).replace("RUN", run).replace("EXPERIMENT", experiment)
    status, said = ask(
        f"{url}/{api}/{path}", ("Ben", passwords["Ben"]), method, text.encode()
    )
    assert status == 403, said


def test_a_learner_reads_another_and_uploads_nothing_to_it(lessons, records):
    url, passwords, *_ = lessons
    experiment, run = records["Ada"]
    ben = ("Ben", passwords["Ben"])
    status, said = ask(f"{url}/{API}/runs/get?run_id={run}", ben)
    assert status == 200 and run in said
    place = (
        f"{url}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/x.txt"
    )
    assert ask(place, ben, "PUT", b"mine")[0] == 403
    assert ask(place, ben, "DELETE")[0] == 403


REGISTRY = [
    ("PATCH", "registered-models/update", {"name": "M", "description": "mine"}),
    ("POST", "registered-models/rename", {"name": "M", "new_name": "mine"}),
    ("POST", "registered-models/set-tag", {"name": "M", "key": "a", "value": "b"}),
    ("POST", "registered-models/alias", {"name": "M", "alias": "a", "version": "1"}),
    ("POST", "model-versions/create", {"name": "M", "source": "models:/x"}),
    ("DELETE", "registered-models/delete", {"name": "M"}),
]


@pytest.mark.parametrize("api", [API, AJAX])
def test_a_learner_changes_no_registered_model_of_another(lessons, api):
    url, passwords, *_ = lessons
    ada, ben = (("Ada", passwords["Ada"]), ("Ben", passwords["Ben"]))
    ask(f"{url}/{API}/registered-models/create", ada, "POST", b'{"name": "M"}')
    for method, path, body in REGISTRY:
        text = json.dumps(body).encode()
        assert ask(f"{url}/{api}/{path}", ben, method, text)[0] == 403, path
    status, said = ask(f"{url}/{api}/registered-models/get?name=M", ben)
    assert status == 200 and "mine" not in said


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b"", b'"run_id"'])
@pytest.mark.parametrize("path", ["runs/delete", "experiments/delete", "runs/set-tag"])
def test_a_malformed_request_changes_nothing(lessons, path, body):
    url, passwords, *_ = lessons
    status, said = ask(f"{url}/{API}/{path}", ("Ben", passwords["Ben"]), "POST", body)
    assert 400 <= status < 500, said


@pytest.mark.parametrize(
    "path",
    [
        "",
        f"{API}/experiments/search?max_results=1",
        f"{AJAX}/experiments/search?max_results=1",
        "api/2.0/mlflow-artifacts/artifacts",
        "ajax-api/2.0/mlflow/registered-models/search",
        "graphql",
        f"{API}/users/get?username=Ada",
        "get-artifact?path=x&run_uuid=x",
        f"{API}//experiments/search?max_results=1",
        f"{API}/../2.0/mlflow/experiments/search?max_results=1",
    ],
)
def test_a_stranger_gets_nothing(lessons, path):
    url, passwords, *_ = lessons
    assert ask(f"{url}/{path}")[0] in (401, 404)
    assert ask(f"{url}/{path}", ("Ada", "wrong"))[0] in (401, 404)
    assert ask(f"{url}/{path}", method="POST", body=b"{")[0] in (400, 401, 404, 405)


def test_the_databases_append_to_a_log(lessons):
    folder = lessons[4]["class"]
    for name in ("mlflow.db", "accounts.db"):
        with closing(sqlite3.connect(folder / name)) as database:
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_tile_with_a_wrong_password_says_so_at_once(lessons, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", lessons[0])
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "Ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "of another class")
    begin = time.monotonic()
    said = doorkeeper.Server("mlflow").ready()
    assert "refuses your name or password" in said
    assert "Compare NAME and PASSWORD of `make lab`" in said
    assert time.monotonic() - begin < 30  # it starts; it does not wait a minute
