"""The commands of notebook 08 and of the instructor's page for PostgreSQL, run.

Set COURSE_POSTGRES to the server's address, for example
postgresql://course@127.0.0.1:5433; its user must be allowed to create databases.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import optuna
import pytest

from helpers.launch.service import Service, ServiceError, free_port

SERVER = os.environ.get("COURSE_POSTGRES", "").rstrip("/")
DRIVER = SERVER.replace("postgresql://", "postgresql+psycopg2://")
ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "08_closing_the_loop.ipynb"
TRIALS = 5  # per worker, as the notebook says

# What the worker of the notebook leaves out: its imports and its objective.
HEAD = """
import os, helpers, mlflow, optuna
optuna.logging.set_verbosity(optuna.logging.WARNING)

def objective(trial):
    trial.set_user_attr("worker", os.getpid())
    x = trial.suggest_float("x", -1, 1)
    with mlflow.start_run(run_name=f"trial {trial.number}"):
        mlflow.log_param("trial", trial.number)
        mlflow.log_metric("value", -x * x)
    return -x * x
"""

pytestmark = [
    pytest.mark.skipif(
        not SERVER,
        reason="no PostgreSQL: COURSE_POSTGRES does not name a server",
    ),
    pytest.mark.skipif(
        shutil.which("createdb") is None, reason="PostgreSQL's createdb is missing"
    ),
]


def block(language, text):
    """Return the notebook's fenced block of that language that holds `text`."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    blocks = [
        found
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for found in re.findall(rf"```{language}\n(.*?)```", cell.source, re.DOTALL)
        if text in found
    ]
    assert len(blocks) == 1
    return blocks[0]


@pytest.fixture
def server_environment():
    address = urlsplit(SERVER)
    return os.environ | {
        "PGHOST": address.hostname,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": address.password or "",
    }


@pytest.fixture
def names(server_environment):
    """The notebook's two databases, under names of this test's own, dropped after."""
    suffix = uuid.uuid4().hex[:8]
    names = {name: f"{name}_{suffix}" for name in ("study", "tracking")}
    yield names
    for name in names.values():
        subprocess.run(
            ["dropdb", "--if-exists", "--force", name],
            env=server_environment,
            timeout=60,
            check=True,
        )


def adapted(text, names):
    """Put the real server and the test's database names into the notebook's text."""
    for name, own in names.items():
        address = f"postgresql+psycopg2://user:secret@dbhost/{name}"
        text = text.replace(address, f"{DRIVER}/{own}")
        text = text.replace(f"createdb {name}\n", f"createdb {own}\n")
    assert "dbhost" not in text
    return text


def test_two_workers_share_one_study_and_one_tracking_store(
    tmp_path, monkeypatch, server_environment, names
):
    monkeypatch.chdir(tmp_path)
    script = adapted(block("sh", "createdb"), names)
    setup, start = re.fullmatch(r"(.*\n)(mlflow server .*)\n", script, re.S).groups()
    # The last line starts the server: it runs beside the rest, on a free port.
    port = free_port()
    assert start.endswith("--port 5000")
    start = start.replace("5000", str(port))
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])

    def shell(lines):
        return subprocess.run(
            ["bash", "-euc", lines],
            env=server_environment | {"PATH": path},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        ).stdout

    command = shell(f'{setup}echo "{start}"').splitlines()[-1].split()
    command += ["--workers", "1"]  # enough here, and spares the memory of three more
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    tracking = Service(command, port, "/health", "tracking.log", quiet)
    try:
        shell(block("sh", "experiments create").replace("5000", str(port)))
        worker = HEAD + adapted(block("python", "many workers"), names)
        worker = worker.replace("127.0.0.1:5000", f"127.0.0.1:{port}")
        Path("worker.py").write_text(worker, encoding="utf-8")
        run = [sys.executable, "worker.py"]
        workers = [subprocess.Popen(run, stderr=subprocess.PIPE) for _ in range(2)]
        try:
            said = [worker.communicate(timeout=120)[1].decode() for worker in workers]
        finally:
            for worker in workers:
                worker.kill()
        assert [worker.returncode for worker in workers] == [0, 0], said
        runs = logged_trials(tracking.url)
    finally:
        tracking.stop()

    study = optuna.load_study(
        study_name="workers", storage=f"{DRIVER}/{names['study']}"
    )
    expected = list(range(2 * TRIALS))
    assert sorted(trial.number for trial in study.trials) == expected
    assert all(trial.state.name == "COMPLETE" for trial in study.trials)
    assert len({trial.user_attrs["worker"] for trial in study.trials}) == 2
    assert sorted(runs) == expected
    for trial in study.trials:
        assert runs[trial.number] == pytest.approx(trial.value)


def logged_trials(url):
    """Return {trial number: logged value} of all runs; fail if a number is twice."""
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=url)
    experiment = client.get_experiment_by_name("many workers")
    runs = client.search_runs([experiment.experiment_id])
    assert all(run.info.status == "FINISHED" for run in runs)
    logged = {int(run.data.params["trial"]): run.data.metrics["value"] for run in runs}
    assert len(logged) == len(runs)
    return logged


def test_one_database_for_both_fails_as_the_notebook_says(
    tmp_path, monkeypatch, server_environment, names
):
    monkeypatch.chdir(tmp_path)
    database = names["study"]
    subprocess.run(["createdb", database], env=server_environment, check=True)
    optuna.create_study(storage=f"{DRIVER}/{database}")
    port = free_port()
    command = ["mlflow", "server", "--backend-store-uri", f"{DRIVER}/{database}"]
    with pytest.raises(ServiceError, match="(?s)ended before it was up"):
        Service(
            [*command, "--port", str(port)], port, "/health", "tracking.log"
        )
    assert "Can't locate revision" in Path("tracking.log").read_text(encoding="utf-8")


def test_the_class_server_of_the_instructors_page(
    tmp_path, monkeypatch, server_environment, names
):
    """A learner's browser, which names HOST, gets the list of runs; others do not."""
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    (command,) = re.findall(
        r"^mlflow server .*?[^\\]\n", page, re.DOTALL | re.MULTILINE
    )
    subprocess.run(["createdb", names["tracking"]], env=server_environment, check=True)
    port, host = free_port(), "classroom.example"
    address = "postgresql+psycopg2://USER:PASSWORD@localhost/course"
    assert address in command and "--port 5000" in command
    command = command.replace(address, f"{DRIVER}/{names['tracking']}")
    command = command.replace("5000", str(port)).replace("HOST", host)
    # From this machine alone, while it is only a test.
    command = command.replace("0.0.0.0", "127.0.0.1").replace("\\\n", "")
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    name = f"{host}:{port}"
    server = Service(
        [*shlex.split(command), "--workers", "1"], port, "/health", "log", quiet
    )

    def status(host, origin):
        request = urllib.request.Request(
            f"{server.url}/ajax-api/2.0/mlflow/runs/search",
            b'{"experiment_ids": ["0"]}',
            {"Host": host, "Origin": origin, "Content-Type": "application/json"},
        )
        try:
            return urllib.request.urlopen(request, timeout=60).status
        except urllib.error.HTTPError as error:
            return error.code

    try:
        assert status(name, f"http://{name}") == 200
        assert status(name, "http://evil.example") == 403
        assert status("evil.example", f"http://{name}") == 403
    finally:
        server.stop()
