"""Exercises of notebook 05, the record kept by hand."""

import functools
from collections.abc import Callable, Iterator

import mlflow
from mlflow.entities import Metric

from helpers.checks.cases import Case, Check, form, truth
from helpers.checks.verdict import NotYet, demand, exercise, made_run, no_dots, store

_HISTORIES = [
    {"loss": [0.6, 0.5, 0.4], "val_loss": [0.65, 0.56, 0.47]},
    {"loss": [1.6, 0.5, 0.7, *[0.5] * 9], "val_loss": [1.5, 0.6, 0.8, *[0.6] * 8, 0.0]},
    {"auc": [0.7], "loss": [0.6123456789], "val_auc": [0.8], "val_loss": [0.698765432]},
    {"val_loss": [0.7], "loss": [0.8]},
]
_MISSES = {
    "params.valid_auc": "valid_auc was measured, it is a metric: metrics.valid_auc.",
    "metrics.batch_size": "batch_size was chosen, a parameter: params.batch_size.",
    "==": "in a filter, equal is one sign: =.",
    "Invalid attribute key": "say what it is: metrics.valid_auc and params.batch_size.",
}


def _logged(log_history: Callable, history: dict) -> dict[str, list[tuple]]:
    """Return steps and values of each metric that is logged into an open run."""
    not_open = "the run is open, and stays open: neither start nor end one."
    with mlflow.start_run() as run:
        try:
            no_dots(log_history(history))
            store().shut_down_async_logging()
        except Exception as error:
            demand("is already active" not in str(error), not_open)
            raise
        demand(mlflow.active_run() is run, not_open)
    logged = {}
    for name in store().get_run(run.info.run_id).data.metrics:
        points = store().get_metric_history(run.info.run_id, name)
        logged[f"{name} as (step, value)"] = sorted((p.step, p.value) for p in points)
    return logged


@Check([Case(one) for one in _HISTORIES], drive=_logged)
def exercise_5_1(history) -> None:
    """Log `train_loss` and `valid_loss` of a Keras history, one step per epoch."""
    for name, key in (("train_loss", "loss"), ("valid_loss", "val_loss")):
        points = [Metric(name, value, 0, k) for k, value in enumerate(history[key])]
        mlflow.MlflowClient().log_batch(mlflow.active_run().info.run_id, points)


@functools.cache
def _runs() -> list[tuple[float, str]]:
    """Write a run for each AUC and batch size, once per kernel, however it ended."""
    runs = [(auc, "128") for auc in (0.95, 0.85, 0.9, 0.9000000001, 1.0)]
    runs += [(0.95, size) for size in "32 12 28 129 1280 1128 128.0 328 118".split()]
    states = ["FINISHED", "RUNNING", "RUNNING", "FAILED", "KILLED"]
    for k, (auc, size) in enumerate(runs):
        others = {"seed": "1"} if k % 2 else {}
        run = made_run({"batch_size": size, **others}, {"valid_auc": auc})
        mlflow.MlflowClient().update_run(run.info.run_id, states[k % 5])
    return runs


@exercise
def exercise_5_2(filter_string: str) -> None:
    """Filter for valid_auc above 0.9 and batch_size 128."""
    form(str, "a filter, a text between quotes,", filter_string)
    runs, client = _runs(), mlflow.MlflowClient()
    try:
        data = [run.data for run in client.search_runs(["0"], filter_string)]
    except mlflow.MlflowException as error:
        said = f"{filter_string} {error}"
        known = (hint for sign, hint in _MISSES.items() if sign in said)
        raise NotYet(next(known, f"MLflow says: {error}")) from None
    found = [(d.metrics.get("valid_auc"), d.params.get("batch_size")) for d in data]
    for auc, size in runs:
        right = auc > 0.9 and size == "128"
        verb = "misses" if right else "also finds"
        hint = f"it {verb} a run with valid_auc {auc} and batch_size {size}."
        demand(right == ((auc, size) in found), hint)


def _runs_to_repeat() -> Iterator[Case]:
    """Runs with and without a seed and a data set, and with what looks alike."""
    right, other = "5eed" * 4 + "0", "0dd"
    others = {"Seed": "1", "split_seed": "1", "note": "seed", "data_sha256": right}
    params_of = [{"seed": "42"}, {}, {"seed": "None"}, others, others | {"seed": "-1"}]
    runs = [(params, [right]) for params in params_of]
    alike = [right + "0", right[:-1]], [right.upper()], [other, right, "a"]
    runs += [(params_of[-1], digests) for digests in ([], [other], *alike)]
    for params, digests in runs:
        named = right[:-1] if digests == [other] else "set"
        run = made_run(params, {"seed_of_luck": 1.0}, digests, {"seed": right}, named)
        says = f"for a run with parameters {params} and data sets {digests}"
        for digest in (right, other, "a"):
            yield Case(run, digest, says=f"{says}, digest={digest!r}")


@Check(_runs_to_repeat, truth)
def exercise_5_3(run, digest: str) -> bool:
    """Tell whether a run has a seed and a data set with the given digest."""
    digests = [used.dataset.digest for used in run.inputs.dataset_inputs]
    return "seed" in run.data.params and digest in digests
