"""Reads what a notebook has written into MLflow's database, and trains it again."""

import os
import time
from pathlib import Path

import helpers  # noqa: F401  (before TensorFlow, so that it stays quiet)
import keras
import mlflow
import numpy as np
import pytest

from helpers import data, metrics, models

ROOT = Path(__file__).resolve().parents[2]
# In a plain `pytest` this module is imported before the first notebook runs.
START_MS = 1000 * float(os.environ.get("RECORD_SINCE") or time.time())
PARTS = ("train", "valid", "test")


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


def pictures(record, run, folder=None):
    """Return the PNG files of a run, opened, by their path."""
    files = record.client.list_artifacts(run.info.run_id, folder)
    address = f"runs:/{run.info.run_id}/"
    return {
        file.path: mlflow.artifacts.load_image(address + file.path)
        for file in files
        if file.path.endswith(".png")
    }


def train_again(split, rate, epochs, units=(64,), seed=1) -> keras.Model:
    """Train as the notebooks do, by a code of its own."""
    keras.utils.set_random_seed(seed)
    model = models.build_classifier(units, rate)
    model.fit(split.x_train, split.y_train, epochs=epochs, batch_size=128, verbose=0)
    return model


def part_of(score: float, model: keras.Model, split: data.EventSplit) -> str:
    """Tell from which part of the events a recorded AUC of a model comes."""
    found = []
    for part in PARTS:
        events, labels = (getattr(split, f"{axis}_{part}") for axis in "xy")
        auc, _ = metrics.auc_with_error(labels, model.predict(events, verbose=0))
        if score == pytest.approx(auc, abs=5e-4):
            found.append(part)
    return " or ".join(found) or "none"


def loss_of(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the binary cross-entropy of scores."""
    scores = np.clip(np.ravel(scores).astype(float), 1e-7, 1 - 1e-7)
    return float(-np.log(np.where(labels == 1, scores, 1 - scores)).mean())


def last_of(record: Record, run: mlflow.entities.Run, metric: str) -> float:
    """Return the value of the last step."""
    return max(record.history(run, metric).items())[1]


def tame(runs, name):
    """Leave out trainings with so large steps that each rounding counts."""
    return [run for run in runs if 1e-3 < float(run.data.params[name]) < 0.1]
