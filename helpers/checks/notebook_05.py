"""Exercises of notebook 05, the record kept by hand."""

from collections.abc import Callable, Sequence
from unittest.mock import patch

import mlflow
from mlflow.entities import (
    Dataset,
    DatasetInput,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunTag,
)
from mlflow.utils.search_utils import SearchUtils

from helpers.checks.verdict import call, exercise


@exercise
def exercise_5_1(log_history: Callable) -> str | None:
    """Log `train_loss` and `valid_loss` of a Keras history, one step per epoch."""
    history = {"loss": [0.6, 0.5, 0.4], "val_loss": [0.65, 0.56, 0.47]}
    points = _logged_by(log_history, history)
    if points is None:
        return "the run is open, and stays open: neither start nor end one."
    if not points:
        return "nothing was logged: call mlflow.log_metric for each epoch."
    names = {name for name, _, _ in points}
    if names != {"train_loss", "valid_loss"}:
        logged = sorted(names)
        return f"two metrics are asked for, train_loss and valid_loss, not {logged}."
    for name, key in [("train_loss", "loss"), ("valid_loss", "val_loss")]:
        values = [value for logged, value, _ in points if logged == name]
        steps = [step for logged, _, step in points if logged == name]
        other = history["val_loss" if key == "loss" else "loss"]
        if values == other:
            return f"{name} holds the values of the other loss: it is history['{key}']."
        if len(values) != len(history[key]):
            return f"{name} has {len(values)} value(s) for {len(history[key])} epochs."
        if steps == [None] * len(steps) or steps == [0] * len(steps):
            return f"all values of {name} stand at one step: say step=epoch."
        if steps == [1, 2, 3]:
            return "the first epoch is step 0, yours is step 1."
        if dict(zip(steps, values, strict=True)) != dict(enumerate(history[key])):
            return f"{name} is not history['{key}'], with steps 0, 1, 2 in this order."
    return None


def _logged_by(function: Callable, history: dict) -> list | None:
    """Call with MLflow's functions replaced: (name, value, step) for each value."""
    points, opened, ended = [], [], []

    def log_metric(key, value, step=None, **_):
        points.append((key, value, step))

    def log_metrics(metrics, step=None, **_):
        points.extend((key, value, step) for key, value in metrics.items())

    def start_run(*_, **__):
        opened.append(True)
        raise RuntimeError("no second run")

    with (
        patch.object(mlflow, "log_metric", log_metric),
        patch.object(mlflow, "log_metrics", log_metrics),
        patch.object(mlflow, "start_run", start_run),
        patch.object(mlflow, "end_run", lambda *_, **__: ended.append(True)),
    ):
        try:
            call(function, history, may_return_nothing=True)
        except RuntimeError:
            if not opened:
                raise
    return None if opened or ended else points


def made_run(
    params: dict, metrics: dict, digests: Sequence[str] = (), note: str = ""
) -> Run:
    """A run as `mlflow.get_run` returns it, without a database."""
    info = RunInfo("id", "0", "me", "FINISHED", 0, 1, "active", "")
    data = RunData(
        metrics=[Metric(name, value, 0, 0) for name, value in metrics.items()],
        params=[Param(name, value) for name, value in params.items()],
        tags=[RunTag("mlflow.note.content", note)],
    )
    used = [Dataset("MAGIC", digest, "http", "{}") for digest in digests]
    return Run(info, data, RunInputs([DatasetInput(item, []) for item in used]))


@exercise
def exercise_5_2(filter_string: str) -> str | None:
    """Filter for valid_auc above 0.9 and batch_size 128."""
    if not isinstance(filter_string, str):
        return "a filter is a text: put it between quotes."
    runs = {
        (auc, size): made_run({"batch_size": size}, {"valid_auc": auc})
        for auc in (0.85, 0.9, 0.9001, 0.95)
        for size in ("32", "128", "129", "1280")
    }
    try:
        kept = SearchUtils.filter(list(runs.values()), filter_string)
    except mlflow.exceptions.MlflowException as error:
        return _what_mlflow_misses(str(error), filter_string)
    found = {key for key, run in runs.items() if any(run is one for one in kept)}
    if found == {(0.9001, "128"), (0.95, "128")}:
        return None
    if not found:
        return (
            "it finds nothing. Are the names spelled valid_auc and batch_size, and is "
            "the AUC above 0.9?"
        )
    for wrong in ("32", "129", "1280"):
        if any(size == wrong for _, size in found):
            return f"it also finds runs with a batch_size of {wrong}."
    if (0.9001, "128") not in found:
        return "it misses a run with a valid_auc of 0.9001: above 0.9 is > 0.9."
    return (
        f"it also finds runs with a valid_auc of {min(found)[0]}: is it above (>) 0.9?"
    )


def _what_mlflow_misses(error: str, filter_string: str) -> str:
    if "params.valid_auc" in filter_string:
        return "valid_auc was measured, it is a metric: metrics.valid_auc."
    if "quoted string value for parameter" in error:
        return "a parameter is kept as text, so its value stands in quotes: '128'."
    if "numeric value type for metric" in error:
        return "a metric is a number: 0.9 without quotes."
    if "Invalid attribute key" in error:
        return "say what it is: metrics.valid_auc and params.batch_size."
    if "==" in filter_string:
        return "in a filter, equal is one sign: =."
    return f"MLflow says: {error.splitlines()[0]}"


@exercise
def exercise_5_3(can_repeat: Callable) -> str | None:
    """Tell whether a run has a seed and a data set with the given digest."""
    digest = "5eed"
    for params, used, expected, hint in [
        (
            {"seed": "1"},
            [digest],
            True,
            "a run with seed and the right digest is True.",
        ),
        ({"epochs": "5"}, [digest], False, "without the parameter seed it is False."),
        ({"seed": "1"}, ["0dd"], False, "with another digest it is False."),
        (
            {"seed": "0"},
            [digest],
            True,
            "a seed of 0 is a seed: ask `in`, not its value.",
        ),
        ({"seed": "1"}, [], False, "without a data set it is False."),
        ({"split_seed": "1"}, [digest], False, "split_seed is not seed."),
        ({"seed": "1"}, [f"{digest}0"], False, "the whole digest must be the same."),
        (
            {"seed": "1"},
            ["0dd", digest],
            True,
            "a run may have several data sets; here the second one has the digest.",
        ),
    ]:
        try:
            answer = call(can_repeat, made_run(params, {}, used), digest)
        except IndexError:
            return "a run without a data set has an empty list: there is no [0]."
        except KeyError:
            return "a run may lack the parameter: ask `'seed' in run.data.params`."
        if bool(answer) is not expected:
            return hint
    return None
