"""Each switch of the quiet start does what it is for, and can be overruled."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# MLflow sends no usage reports from CI either: there it would be silent anyway.
CI = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "DO_NOT_TRACK")
SWITCHES = {
    "KERAS_BACKEND": "tensorflow",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def python(code: str, **environment: str) -> subprocess.CompletedProcess:
    """Run code in a Python that was started without any of the switches."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in (*SWITCHES, *THREADS, *CI, "CPU_LIMIT")
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


SHOW = "import json, os, helpers; print(json.dumps(dict(os.environ)))"


@pytest.mark.parametrize("name", SWITCHES)
def test_each_switch_is_set(name):
    assert json.loads(python(SHOW).stdout)[name] == SWITCHES[name]


# Not Keras' backend: the environment has only one (helpers/surroundings.py).
@pytest.mark.parametrize("name", sorted(set(SWITCHES) - {"KERAS_BACKEND"}))
def test_each_switch_can_be_overruled(name):
    done = python(SHOW, **{name: "something else"})
    assert json.loads(done.stdout)[name] == "something else"


@pytest.mark.parametrize(
    ("cores", "threads"), [("2.0", "2"), ("1.5", "2"), ("0.4", "1"), ("", None)]
)
def test_a_hub_that_lends_cores_gets_as_many_threads(cores, threads):
    found = json.loads(python(SHOW, CPU_LIMIT=cores).stdout)
    assert {name: found.get(name) for name in THREADS} == dict.fromkeys(
        THREADS, threads
    )


TELEMETRY = """
{first}import mlflow
from mlflow.telemetry import get_telemetry_client
from mlflow.telemetry.utils import is_telemetry_disabled
print(is_telemetry_disabled(), get_telemetry_client() is None)
"""


def test_mlflow_sends_no_usage_reports():
    assert python(TELEMETRY.format(first="import helpers; ")).stdout == "True True\n"
    # The test can tell: without the course MLflow would send them.
    assert python(TELEMETRY.format(first="")).stdout.startswith("False")


TRAIN = """
{first}import numpy as np, keras
network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
network.compile("adam", "mse")
for _ in range(6):
    keras.Sequential([keras.Input((2,)), network]).predict(np.ones((9, 2)), verbose=0)
print(keras.backend.backend())
"""


@pytest.mark.parametrize("at", ["", "import sys; sys.ps1 = 'as in a notebook'; "])
def test_tensorflow_starts_and_trains_in_silence(at):
    done = python(TRAIN.format(first=f"{at}import helpers; "))
    assert (done.stdout, done.stderr) == ("tensorflow\n", "")
    assert "oneDNN" in python(TRAIN.format(first="")).stderr


def test_no_log_line_about_a_new_database(tmp_path):
    code = (
        "import helpers, mlflow; from helpers import stores; import os; "
        f"os.chdir({str(tmp_path)!r}); "
        "mlflow.set_tracking_uri(stores.create_mlflow_database()); "
        "mlflow.set_experiment('quiet')"
    )
    done = python(code, PYTHONPATH=str(ROOT))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
