"""Links that a notebook shows, to what it has just recorded."""

import html
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import stores

if TYPE_CHECKING:
    import mlflow
    import optuna

SHOW_RUNS = "workflowType=machine_learning"  # else MLflow opens its GenAI view


class Link:
    """A link that the notebook shows; it opens in a new tab of the browser."""

    def __init__(self, text: str, page: str) -> None:
        self.text, self.address = text, _base_url() + page

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return (
            f'<a href="{html.escape(self.address)}" target="_blank">'
            f"{html.escape(self.text)}</a>"
        )


def _base_url() -> str:
    """Find the base URL of the Jupyter server that started this kernel."""
    from jupyter_core.paths import jupyter_runtime_dir

    server = Path(jupyter_runtime_dir(), f"jpserver-{os.environ.get('JPY_PARENT_PID')}")
    try:
        return json.loads(server.with_suffix(".json").read_text())["base_url"]
    except OSError:  # not started by a Jupyter server
        return os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")


def to_study(study: "optuna.Study") -> Link:
    """Return a link to this Optuna study (of `optuna.db`) in Optuna's dashboard."""
    import optuna

    storage = optuna.storages.RDBStorage(stores.create_optuna_database())
    try:
        number = storage.get_study_id_from_name(study.study_name)
    except KeyError:  # a study in memory, or on a journal file
        return Link("This study is not in optuna.db; open those that are", "optuna/")
    finally:
        storage.engine.dispose()
    return Link("Open this study in Optuna's dashboard", f"optuna/#/studies/{number}")


def to_experiment(experiment_id: str) -> Link:
    """Return a link to the list of runs of this experiment in MLflow."""
    page = f"mlflow/#/experiments/{experiment_id}/runs?{SHOW_RUNS}"
    return Link("Open this experiment in MLflow", page)


def to_run(run: "mlflow.entities.Run") -> Link:
    """Return a link to this run in MLflow."""
    page = f"mlflow/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
    return Link("Open this run in MLflow", f"{page}?{SHOW_RUNS}")
