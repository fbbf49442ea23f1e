"""Answers of the last readers: wrong ones that had passed, one or two of a kind."""

import json

import mlflow
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from helpers import data
from tests.check_cases.notebook_04 import RateLogger
from tests.check_cases.notebook_07 import NAME, RATE
from tests.check_cases.others_07_to_09 import draw
from tests.check_cases.others_mixed import bootstrapped


def spread(of):
    def error(labels, *scores):
        rng, found = np.random.default_rng(0), []
        for _ in range(200):
            drawn = rng.integers(len(labels), size=len(labels))
            found.append(of(labels, *scores, drawn))
        return np.std(found)

    return error


def undrawn_labels(labels, one, two, drawn):
    return roc_auc_score(labels, one[drawn]) - roc_auc_score(labels, two[drawn])


def precision(labels, one, two, drawn):
    labels = labels[drawn]
    return average_precision_score(labels, one[drawn]) - average_precision_score(
        labels, two[drawn]
    )


def of_the_same_size(trials, error):
    limit = max(trial.values[0] for trial in trials) - error
    least = min(trial.values[1] for trial in trials if trial.values[0] >= limit)
    return trials[[trial.values[1] for trial in trials].index(least)]


class RateOfTheVariable(RateLogger):
    def rate(self):
        return float(self.model.optimizer.learning_rate.value)


class SetsTheRate(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        self.model.optimizer.learning_rate = 0.5


def unless_zero(history):
    for epoch, pair in enumerate(
        zip(history["loss"], history["val_loss"], strict=True)
    ):
        if all(pair):
            mlflow.log_metric("train_loss", pair[0], step=epoch)
            mlflow.log_metric("valid_loss", pair[1], step=epoch)


def with_a_number_as_seed(run):
    params, metrics = run.data.params, run.data.metrics
    missing = [] if params.get("seed", "").lstrip("-").isdigit() else ["seed"]
    missing += [] if "data_sha256" in params else ["data_sha256"]
    return missing + ([] if "valid_auc" in metrics else ["valid_auc"])


def first_rise(history):
    points = sorted(history, key=lambda point: point.step)
    for one, other in zip(points, points[1:], strict=False):
        if other.value > one.value:
            return one.step
    return points[-1].step


def unless_best_is_zero(history):
    best = None
    for point in history:
        if not best or point.value < best.value or not best.value:
            best = point
    return best.step


def begun_at_0_and_1(history):
    figure = draw()({"loss": history["loss"]})
    (axes,) = figure.axes
    if "val_loss" in history:
        values = history["val_loss"]
        axes.plot(range(1, len(values) + 1), values, label="val_loss")
        axes.legend()
    return figure


def body(**more):
    def as_request(events):
        inner = events[list(data.FEATURES)].to_dict(orient="split")
        return json.dumps({"dataframe_split": inner | more})

    return as_request


def tight(events):
    inner = events[list(data.FEATURES)].to_dict(orient="tight")
    return json.dumps({"dataframe_split": inner})


def with_any_attribute(study):
    asked = {t.user_attrs.get("asked") for t in study.trials if t.user_attrs}
    done = {
        t.user_attrs.get("asked") for t in study.trials if t.state.name == "COMPLETE"
    }
    return sorted(asked - done)


WRONG = {
    "3.1": [of_the_same_size],
    "3.3": [
        spread(undrawn_labels),
        spread(precision),
        bootstrapped(lambda found: np.std(np.abs(found))),
    ],
    "4.1": [SetsTheRate],
    "5.1": [unless_zero],
    "6.2": [with_a_number_as_seed],
    "6.3": [first_rise, unless_best_is_zero],
    "7.1": [
        begun_at_0_and_1,
        draw(ylabel="accuracy"),
        lambda history: draw()({"val_loss": [np.nan]} | history),
    ],
    "7.3": [
        lambda t: t.loc[t.filter(like="metrics.eff").max(axis=1).idxmax(), NAME],
        lambda t: t.loc[t[t["status"] == "FINISHED"][RATE].idxmax(), NAME],
        lambda t: t.loc[t[RATE].ffill().bfill().idxmax(), NAME],
        lambda t: t.loc[t.dropna(subset="metrics.eff_at_20")[RATE].idxmax(), NAME],
    ],
    "8.1": [tight, body(dtypes={}), body(name="events"), body(index=[0])],
    "9.1": [with_any_attribute],
}
RIGHT = {
    "4.1": [RateOfTheVariable],
    "7.3": [lambda table: pd.Series(table[RATE].values, table[NAME]).idxmax()],
    "8.1": [
        lambda events: json.dumps(
            {
                "dataframe_split": {
                    "data": events[list(data.FEATURES)].to_numpy().tolist(),
                    "columns": list(data.FEATURES),
                }
            }
        )
    ],
}
