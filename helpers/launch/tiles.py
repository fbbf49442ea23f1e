"""The tiles MLflow, Optuna and TensorBoard of JupyterLab's launcher.

JupyterLab finds them by entry points (pyproject.toml) and starts each server of
`helpers.launch.doorkeeper` at the first click, behind Jupyter's own address and token.
"""

import os
import sys
from functools import partial
from pathlib import Path

from helpers.launch import saving
from helpers.links import SHOW_RUNS


def _tile(name: str, title: str, page: str) -> dict:
    """Describe one tile as jupyter-server-proxy wants it."""
    saving.attach()  # we are in the Jupyter server here, however it was started
    # Behind a Hub the browser's host is foreign to the servers, which refuse it;
    # the Hub has checked it. On a laptop nothing is overridden, all checks hold.
    hub = "JUPYTERHUB_SERVICE_PREFIX" in os.environ
    local = {"Host": "127.0.0.1:{port}", "Origin": "http://127.0.0.1:{port}"}
    serve = [sys.executable, "-m", "helpers.launch.doorkeeper", name]
    return {
        "command": [*serve, "{port}", str(os.getpid())],
        "timeout": 60,
        "new_browser_tab": True,
        "request_headers_override": local if hub else {},
        "launcher_entry": {
            "title": title,
            "icon_path": str(Path(__file__).parent / "icons" / f"{name}.svg"),
            "path_info": page,
        },
    }


# Jupyter calls these, by the entry points of pyproject.toml.
mlflow_tile = partial(_tile, "mlflow", "MLflow", f"mlflow/#/experiments?{SHOW_RUNS}")
optuna_tile = partial(_tile, "optuna", "Optuna", "optuna/")
tensorboard_tile = partial(_tile, "tensorboard", "TensorBoard", "tensorboard/")
