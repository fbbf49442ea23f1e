"""A JupyterLab with one notebook, for the tests of its tiles and pages."""

import os
import shutil
import signal
from pathlib import Path

import nbformat
import pytest

from tools.browser import Lab
from tools.store import KERNEL

ROOT = Path(__file__).resolve().parent.parent
CELLS = [
    """import helpers
import mlflow, optuna
import tensorflow as tf
from helpers import links, stores

optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    study_name="study of the test", storage=stores.create_optuna_database()
)
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
mlflow.set_tracking_uri(stores.create_mlflow_database())
mlflow.set_experiment("experiment of the test")
with mlflow.start_run(run_name="run-of-the-test") as run:
    mlflow.log_metric("auc_of_the_test", 0.9)
with tf.summary.create_file_writer("mlruns/curve-of-the-test").as_default():
    for epoch in range(5):
        tf.summary.scalar("loss_of_the_test", 1 / (epoch + 1), step=epoch)""",
    "links.to_study(study)",
    "links.to_experiment(run.info.experiment_id)",
    "links.to_run(run)",
    "print('all cells', 'were run')",
]


@pytest.fixture(scope="module", params=["/user/abc/", "/"], ids=["hub", "root"])
def lab(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "helpers", folder / "helpers")
    (folder / "notebooks").mkdir()
    notebook = nbformat.v4.new_notebook(
        metadata=KERNEL, cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS]
    )
    nbformat.write(notebook, folder / "notebooks" / "links.ipynb")
    shutil.copy(ROOT / "notebooks" / "02_learning_rate.ipynb", folder / "notebooks")
    lab = Lab(folder, request.param)
    yield lab
    lab.kill()
    left = lab.servers()
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert left == {}, "killing JupyterLab leaves a server behind"


@pytest.fixture(scope="module")
def empty_pages(lab):
    """What the three pages answer before any notebook has run."""
    return {
        page: lab.get(page)
        for page in (
            "mlflow/?empty",
            "optuna/dashboard",
            "optuna/api/studies",
            "tensorboard/?empty",
        )
    }
