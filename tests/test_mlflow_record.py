"""What the notebooks wrote into MLflow's database, read through its client.

`make test` runs each notebook once, in notebooks/, then these tests, and tells them by
RECORD_SINCE when it began: they read only the experiments that it has made, so no
notebook runs twice and yesterday's record does not count. In a plain `pytest`,
tests/conftest.py moves them behind the notebooks of the same session. Where a
notebook did not run (`pytest tests`, `-k`), its tests are skipped and say so.
"""

import hashlib
import os
import time
from pathlib import Path

import keras
import mlflow
import numpy as np
import pytest

import helpers  # noqa: F401  (before TensorFlow, so that it stays quiet)
from helpers import data, metrics

ROOT = Path(__file__).resolve().parent.parent
# In a plain `pytest` this module is imported before the first notebook runs.
START_MS = 1000 * float(os.environ.get("RECORD_SINCE") or time.time())


class Record:
    """The experiments that one notebook has made in this session, and their runs."""

    def __init__(self, number: str):
        self.client = mlflow.MlflowClient()
        self.experiments = [
            experiment.experiment_id
            for experiment in self.client.search_experiments()
            if experiment.name.startswith(f"{number} ")
            and experiment.creation_time >= START_MS
        ]
        assert self.experiments, f"notebook {number} has made no experiment"
        runs = self.client.search_runs(self.experiments, max_results=5000)
        self.runs = {run.info.run_id: run for run in runs}

    def named(self, name: str) -> mlflow.entities.Run:
        (run,) = (run for run in self.runs.values() if run.info.run_name == name)
        return run

    def children(self) -> dict[str, list[mlflow.entities.Run]]:
        """Runs by the id of their parent."""
        found = {}
        for run in self.runs.values():
            if parent := run.data.tags.get("mlflow.parentRunId"):
                found.setdefault(parent, []).append(run)
        return found

    def history(self, run: mlflow.entities.Run, metric: str) -> dict[int, float]:
        """Value by step; a step logged twice is an error."""
        points = self.client.get_metric_history(run.info.run_id, metric)
        values = {point.step: point.value for point in points}
        assert len(values) == len(points), (run.info.run_name, metric)
        return values

    def models(self) -> list[mlflow.entities.LoggedModel]:
        return list(self.client.search_logged_models(self.experiments))


@pytest.fixture(scope="module")
def read(request):
    """Give a function that reads the record of a notebook, or skips the test."""
    in_session = {item.path for item in request.session.items}
    database = ROOT / "notebooks" / "mlflow.db"
    mlflow.set_tracking_uri(f"sqlite:///{database.as_posix()}")
    records = {}

    def record_of(number):
        notebooks = list((ROOT / "notebooks").glob(f"{number}_*.ipynb"))
        if not notebooks:
            pytest.skip(f"there is no notebook {number}")
        if "RECORD_SINCE" not in os.environ and notebooks[0] not in in_session:
            pytest.skip(f"{notebooks[0].name} did not run here: use `make test`")
        if number not in records:
            records[number] = Record(number)
        return records[number]

    yield record_of
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def validation():
    split = data.split_events(data.load_events())
    return split.x_valid, split.y_valid


@pytest.mark.parametrize("number", ["05", "06", "07"])
def test_no_run_is_left_open(read, number):
    runs = read(number).runs.values()
    assert runs
    left = [run.info.run_name for run in runs if run.info.status == "RUNNING"]
    assert left == []


def test_the_search_is_one_parent_with_a_child_per_trial(read):
    record = read("05")
    ((parent_id, children),) = record.children().items()
    parent = record.runs[parent_id]
    count = int(parent.data.params["n_trials"])
    names = sorted(run.info.run_name for run in children)
    assert names == sorted(f"trial {number}" for number in range(count))
    assert len({run.data.params["learning_rate"] for run in children}) == count
    best = max(run.data.metrics["valid_auc"] for run in children)
    assert parent.data.metrics == {"best_valid_auc": best}


def test_every_training_can_be_repeated_from_its_run(read):
    record = read("05")
    (children,) = record.children().values()
    others = [record.named("first network"), record.named("best trial, repeated")]
    digest = hashlib.sha256(data.DATA_FILE.read_bytes()).hexdigest()[:36]
    for run in children + others:
        assert set(run.data.params) == {
            "learning_rate",
            "hidden_units",
            "epochs",
            "batch_size",
            "seed",
            "split_seed",
        }
        assert "code_version" in run.data.tags
        (used,) = run.inputs.dataset_inputs
        assert used.dataset.digest == digest
        train = record.history(run, "train_loss")
        valid = record.history(run, "valid_loss")
        steps = list(range(int(run.data.params["epochs"])))
        assert sorted(train) == sorted(valid) == steps
        assert all(abs(train[step] - valid[step]) > 1e-6 for step in steps)
        assert set(run.data.metrics) == {"train_loss", "valid_loss", "valid_auc"}
        assert 0.3 < run.data.metrics["valid_auc"] < 1


def test_the_repeated_run_has_the_same_score(read):
    record = read("05")
    again = record.named("best trial, repeated")
    original = record.runs[again.data.tags["repeats"]]
    assert again.data.params == original.data.params
    assert again.data.metrics["valid_auc"] == pytest.approx(
        original.data.metrics["valid_auc"], abs=1e-3
    )


def test_models_have_a_run_and_a_signature(read):
    record = read("05")
    models = record.models()
    assert {model.name for model in models} == {"classifier", "timing"}
    for model in models:
        assert model.source_run_id in record.runs
        info = mlflow.models.get_model_info(model.model_uri)
        assert info.signature is not None
        (given,), (returned,) = info.signature.inputs, info.signature.outputs
        assert (given.type, given.shape) == (np.float32, (-1, 10))
        assert (returned.type, returned.shape) == (np.float32, (-1, 1))


def test_the_model_loads_and_predicts_what_its_run_recorded(read, validation):
    record = read("05")
    run = record.named("first network")
    (model,) = (model for model in record.models() if model.name == "classifier")
    assert model.source_run_id == run.info.run_id
    events, labels = validation
    keras.config.disable_interactive_logging()
    scores = mlflow.pyfunc.load_model(model.model_uri).predict(events)
    assert scores.shape == (len(labels), 1)
    auc, _ = metrics.auc_with_error(labels, scores)
    assert run.data.metrics["valid_auc"] == pytest.approx(auc, abs=1e-4)
    likelihood = np.where(labels[:, None] == 1, scores, 1 - scores)
    loss = -np.log(likelihood).mean()
    last = max(record.history(run, "valid_loss").items())[1]
    assert last == pytest.approx(loss, abs=1e-4)
    assert run.data.metrics["train_loss"] != pytest.approx(loss, abs=1e-4)


def test_the_notebook_is_a_file_of_its_run(read):
    record = read("05")
    run = record.named("always gamma")
    files = record.client.list_artifacts(run.info.run_id)
    assert [file.path for file in files] == ["05_mlflow_logging.ipynb"]


def pictures(record, run, folder=None):
    """Return the PNG files of a run, opened, by their path."""
    files = record.client.list_artifacts(run.info.run_id, folder)
    address = f"runs:/{run.info.run_id}/"
    return {
        file.path: mlflow.artifacts.load_image(address + file.path)
        for file in files
        if file.path.endswith(".png")
    }


def test_each_run_has_its_own_figures(read):
    record = read("07")
    trained = [
        run for run in record.runs.values() if run.info.run_name.startswith("rate ")
    ]
    assert len(trained) == 3
    for run in trained:
        found = pictures(record, run)
        assert set(found) == {"loss.png", "roc.png"}
        for image in found.values():
            # Each picture carries the learning rate of the run it was drawn for.
            rate = run.data.params["learning_rate"]
            assert image.text["Description"] == f"learning rate {rate}"


def test_figures_of_the_search_belong_to_the_parent(read):
    record = read("07")
    ((parent_id, children),) = record.children().items()
    assert len(children) >= 5
    assert len(pictures(record, record.runs[parent_id], "optuna")) >= 2
    for child in children:
        assert "valid_auc" in child.data.metrics
        assert record.client.list_artifacts(child.info.run_id) == []
