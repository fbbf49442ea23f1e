"""The record of notebooks 05 and 06: trainings, searches and models."""

import hashlib

import mlflow
import numpy as np
import pytest

from helpers import data, metrics
from tests.record.reading import last_of, loss_of, part_of, tame, train_again


@pytest.mark.parametrize("number", ["05", "06", "07", "08"])
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
        assert (used.dataset.name, used.dataset.digest) == ("MAGIC", digest)
        assert "10.24432/C52C8B" in used.dataset.source
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
    assert {model.name for model in models} == {"classifier", "unstated"}
    for model in models:
        assert model.source_run_id in record.runs
        info = mlflow.models.get_model_info(model.model_uri)
        assert info.signature is not None
        (given,), (returned,) = info.signature.inputs, info.signature.outputs
        assert (given.type, given.shape) == (np.float32, (-1, 10))
        assert (returned.type, returned.shape) == (np.float32, (-1, 1))


def test_the_model_loads_and_predicts_what_its_run_recorded(read, split):
    record = read("05")
    run = record.named("first network")
    (model,) = (model for model in record.models() if model.name == "classifier")
    assert model.source_run_id == run.info.run_id
    scores = mlflow.pyfunc.load_model(model.model_uri).predict(split.x_valid)
    assert scores.shape == (len(split.y_valid), 1)
    auc, _ = metrics.auc_with_error(split.y_valid, scores)
    assert run.data.metrics["valid_auc"] == pytest.approx(auc, abs=1e-4)
    loss = loss_of(split.y_valid, scores)
    assert last_of(record, run, "valid_loss") == pytest.approx(loss, abs=1e-4)
    assert run.data.metrics["train_loss"] != pytest.approx(loss, abs=1e-4)


def test_05_each_score_of_the_search_is_of_the_validation_part(read, split):
    record = read("05")
    (children,) = record.children().values()
    for run in tame(children, "learning_rate"):
        params = run.data.params
        units, rate = (int(params["hidden_units"]),), float(params["learning_rate"])
        model = train_again(
            split, rate, int(params["epochs"]), units, int(params["seed"])
        )
        assert "valid" in part_of(run.data.metrics["valid_auc"], model, split)


def test_the_notebook_is_a_file_of_its_run(read):
    record = read("05")
    run = record.named("always gamma")
    files = record.client.list_artifacts(run.info.run_id)
    assert [file.path for file in files] == ["05_mlflow_logging.ipynb"]


def test_06_autolog_and_the_author_write_into_one_run(read, split):
    record = read("06")
    both = record.named("by both")
    assert both.data.params["seed"] == "1"
    assert both.data.params["data_sha256"] == data.DATA_SHA256
    assert {"epochs", "batch_size", "opt_learning_rate"} <= set(both.data.params)
    rate = float(both.data.params["opt_learning_rate"])
    model = train_again(split, rate, int(both.data.params["epochs"]))
    assert "valid" in part_of(both.data.metrics["valid_auc"], model, split)
    loss = loss_of(split.y_valid, model.predict(split.x_valid))
    assert last_of(record, both, "val_loss") == pytest.approx(loss, abs=1e-3)


def test_06_the_search_has_scores_and_curves_of_each_trial(read, split):
    record = read("06")
    parent = record.named("search")
    children = record.children()[parent.info.run_id]
    count = int(parent.data.params["n_trials"])
    names = sorted(run.info.run_name for run in children)
    assert names == sorted(f"trial {number}" for number in range(count))
    best = max(run.data.metrics["valid_auc"] for run in children)
    assert parent.data.metrics == {"best_valid_auc": best}
    for run in children:
        epochs = int(run.data.params["epochs"])
        assert sorted(record.history(run, "val_loss")) == list(range(epochs))
        assert run.data.params["data_sha256"] == data.DATA_SHA256
        files = record.client.list_artifacts(run.info.run_id)
        assert not any("checkpoint" in file.path for file in files)
    for run in tame(children, "opt_learning_rate"):
        rate = float(run.data.params["opt_learning_rate"])
        model = train_again(split, rate, int(run.data.params["epochs"]))
        assert "valid" in part_of(run.data.metrics["valid_auc"], model, split)


def test_06_the_winner_is_stored_once_and_predicts_its_score(read, split):
    record = read("06")
    children = record.children()[record.named("search").info.run_id]
    best = max(children, key=lambda run: run.data.metrics["valid_auc"])
    (winner,) = (model for model in record.models() if model.name == "best_trial")
    assert winner.source_run_id == best.info.run_id
    info = mlflow.models.get_model_info(winner.model_uri)
    (given,) = info.signature.inputs
    assert given.shape == (-1, 10)
    scores = mlflow.pyfunc.load_model(winner.model_uri).predict(split.x_valid)
    auc, _ = metrics.auc_with_error(split.y_valid, scores)
    assert best.data.metrics["valid_auc"] == pytest.approx(auc, abs=1e-4)
    others = {run.info.run_id for run in children} - {best.info.run_id}
    assert not any(model.source_run_id in others for model in record.models())
