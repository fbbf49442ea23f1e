"""A hostile shell and home, or a wrong kernel: right, or one sentence."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import surroundings
from tools.kernel import kernel, shown

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"

HOSTILE = {
    **dict.fromkeys(surroundings.TAKEN, "hostile"),
    "KERAS_BACKEND": "torch",
    "KERAS_MAX_EPOCHS": "1",
    "MLFLOW_TRACKING_URI": "file:///nowhere",
    "MLFLOW_REGISTRY_URI": "sqlite:////nowhere/registry.db",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "true",
    "MLFLOW_SQLALCHEMYSTORE_ECHO": "true",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "true",
    "MPLBACKEND": "Agg",
    "COLUMNS": "20",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "no_proxy": ".uni-x.de",
    "PYTHONWARNINGS": "error",
    "GIT_TRACE": "1",
    "LC_ALL": "C",
    "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
}
# PYTHONWARNINGS=error and PYTHONIOENCODING would stop Jupyter itself, before us.
NOT_THE_KERNELS = ("PYTHONWARNINGS", "PYTHONIOENCODING")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The variables of a shell, and a home whose files change what libraries do."""
    home = tmp_path_factory.mktemp("home")
    start = home / ".ipython" / "profile_default"
    (start / "startup").mkdir(parents=True)
    (start / "startup" / "00.py").write_text("import math as data\nstudy = None\n")
    (start / "ipython_config.py").write_text(
        "get_config().InteractiveShell.ast_node_interactivity = 'all'\n"
    )
    keras = home / ".keras"
    keras.mkdir()
    (keras / "keras.json").write_text(
        json.dumps({"backend": "jax", "floatx": "float16", "epsilon": 0.1})
    )
    plots = home / ".config" / "matplotlib"
    plots.mkdir(parents=True)
    (plots / "matplotlibrc").write_text("text.usetex: True\nfigure.figsize: 1, 1\n")
    (home / ".netrc").write_text("default login nobody password wrong\n")
    (home / ".gitconfig").write_text("[core]\n\tabbrev = 4\n\tpager = false\n")
    foreign = home / "lib" / "helpers"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("raise SystemExit('foreign')\n")
    return (
        os.environ
        | HOSTILE
        | {
            **{"HOME": str(home), "PYTHONPATH": f"{ROOT}:{home / 'lib'}"},
            **{"IPYTHONDIR": str(home / ".ipython"), "KERAS_HOME": str(keras)},
            **{"MATPLOTLIBRC": str(plots), "XDG_CONFIG_HOME": str(home / ".config")},
        }
    )


def without(environment, *names):
    return {name: environment[name] for name in environment if name not in names}


LOOK = """
import helpers
import json, os, warnings
import keras, matplotlib, matplotlib.pyplot as plt
print(json.dumps({
    "file": helpers.__file__, "backend": keras.config.backend(),
    "floatx": keras.config.floatx(), "tex": matplotlib.rcParams["text.usetex"],
    "canvas": matplotlib.get_backend(), "environment": dict(os.environ),
}))
"""


def test_a_hostile_shell_and_home_change_nothing(hostile):
    with kernel(NOTEBOOKS, without(hostile, *NOT_THE_KERNELS)) as started:
        text = shown(started.run(LOOK))
        assert shown(started.run("1\n2")) == "2"
    found = json.loads(text)
    assert Path(found["file"]) == ROOT / "helpers" / "__init__.py"
    assert (found["backend"], found["floatx"]) == ("tensorflow", "float32")
    assert not found["tex"] and "inline" in found["canvas"]
    after = found["environment"]
    assert not set(surroundings.TAKEN) & set(after)
    assert "MLFLOW_TRACKING_URI" not in after
    for name in ("no_proxy", "NO_PROXY"):
        assert after[name] == ".uni-x.de,localhost,127.0.0.1,::1"


def test_warnings_that_are_errors_do_not_stop_the_start():
    code = "import warnings, helpers; warnings.warn('old', DeprecationWarning, 2)"
    environment = os.environ | {"PYTHONWARNINGS": "error"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT)
    assert done.returncode == 0


def test_a_class_server_is_honoured(monkeypatch):
    for name in surroundings.OF_A_CLASS:
        monkeypatch.setenv(name, "http://lab-pc:5000")
    surroundings.settle(type("Shell", (), {})())
    assert os.environ["MLFLOW_TRACKING_URI"] == "http://lab-pc:5000"


@pytest.mark.parametrize("name", ["02_learning_rate", "05_mlflow_logging"])
def test_a_notebook_passes_in_a_hostile_shell_and_home(hostile, tmp_path, name):
    (tmp_path / "notebooks").mkdir()
    for file in (NOTEBOOKS / "helpers.py", NOTEBOOKS / f"{name}.ipynb"):
        shutil.copy(file, tmp_path / "notebooks")
    for file in ("pyproject.toml", "conftest.py", "tests/sanitize.cfg"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    for file in ("tools", ".git"):
        (tmp_path / file).symlink_to(ROOT / file)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "notebooks"],
        cwd=tmp_path,
        env=without(hostile, *NOT_THE_KERNELS, "PYTHONPATH"),
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_kernel_without_the_libraries_says_which_to_choose():
    code = (
        "import sys, types; sys.modules['IPython'] = types.SimpleNamespace("
        "get_ipython=lambda: types.SimpleNamespace(kernel=1)); import helpers"
    )
    bare = [sys.executable, "-S", "-c", code]  # -S: no site-packages
    done = subprocess.run(bare, cwd=NOTEBOOKS, capture_output=True, text=True)
    said = done.stderr.strip().splitlines()[-1]
    assert "WrongKernelError: this notebook runs in" in said
    assert "missing). Start JupyterLab with `make lab`, or choose the kernel" in said
