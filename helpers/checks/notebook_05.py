"""Exercises of notebook 05, the record kept by hand."""

import functools
import itertools
from collections.abc import Callable, Iterator

import mlflow
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.dbmodels.models import SqlMetric

from helpers.checks.cases import Case, Check, form, truth
from helpers.checks.verdict import NotYet, exercise, made_run, no_dots, store


def _logged(log_history: Callable, history: dict) -> dict[str, list[tuple]]:
    """Return steps and values of each metric that is logged into an open run."""
    run = mlflow.start_run()
    not_open = NotYet("the run is open, and stays open: neither start nor end one.")
    try:
        no_dots(log_history(history))
        store().shut_down_async_logging()
    except Exception as error:
        raise (not_open if "is already active" in str(error) else error) from None
    if mlflow.active_run() is not run:
        raise not_open
    mlflow.end_run()
    logged = {}
    with store().ManagedSessionMaker() as session:  # one query, not one per metric
        for row in session.query(SqlMetric).filter_by(run_uuid=run.info.run_id):
            one = row.to_mlflow_entity()
            points = logged.setdefault(f"{one.key} as (step, value)", [])
            points.append((one.step, one.value))
    return {name: sorted(points) for name, points in sorted(logged.items())}


_HISTORIES = [
    {"loss": [0.6, 0.5, 0.4], "val_loss": [0.65, 0.56, 0.47]},
    {"loss": [1.6, 0.5, 0.7, *[0.5] * 9], "val_loss": [1.5, 0.6, 0.8, *[0.6] * 8, 0.0]},
    {"auc": [0.7], "loss": [0.6123456789], "val_auc": [0.8], "val_loss": [0.698765432]},
    {"val_loss": [0.7], "loss": [0.8]},
]


@Check([Case(one) for one in _HISTORIES], drive=_logged)
def exercise_5_1(history) -> None:
    """Log `train_loss` and `valid_loss` of a Keras history, one step per epoch."""
    for name, key in (("train_loss", "loss"), ("valid_loss", "val_loss")):
        points = [Metric(name, value, 0, k) for k, value in enumerate(history[key])]
        mlflow.MlflowClient().log_batch(mlflow.active_run().info.run_id, points)


_RUNS = [(auc, "128") for auc in (0.95, 0.85, 0.9, 0.9000000001, 1.0)]
_RUNS += [(0.95, size) for size in "32 12 28 129 1280 1128 128.0 328 118".split()]


@functools.cache
def _make_runs() -> None:
    """Write a run for each AUC and batch size, once per kernel, however it ended."""
    states = itertools.cycle(["FINISHED", "RUNNING", "RUNNING", "FAILED", "KILLED"])
    for k, (auc, size) in enumerate(_RUNS):
        others = {"seed": "1"} if k % 2 else {}
        run = made_run({"batch_size": size, **others}, {"valid_auc": auc})
        mlflow.MlflowClient().update_run(run.info.run_id, next(states))


_MISSES = {
    "params.valid_auc": "valid_auc was measured, it is a metric: metrics.valid_auc.",
    "metrics.batch_size": "batch_size was chosen, a parameter: params.batch_size.",
    "==": "in a filter, equal is one sign: =.",
    "Invalid attribute key": "say what it is: metrics.valid_auc and params.batch_size.",
}


@exercise
def exercise_5_2(filter_string: str) -> str | None:
    """Filter for valid_auc above 0.9 and batch_size 128."""
    form(str, "a filter, a text between quotes,", filter_string)
    _make_runs()
    try:
        data = [r.data for r in mlflow.MlflowClient().search_runs(["0"], filter_string)]
    except MlflowException as error:
        said = f"{filter_string} {error}"
        known = (hint for sign, hint in _MISSES.items() if sign in said)
        return next(known, f"MLflow says: {str(error).splitlines()[0]}")
    found = [(d.metrics.get("valid_auc"), d.params.get("batch_size")) for d in data]
    for auc, size in _RUNS:
        right = auc > 0.9 and size == "128"
        if right != ((auc, size) in found):
            verb = "misses" if right else "also finds"
            return f"it {verb} a run with valid_auc {auc} and batch_size {size}."
    return None


def _runs_to_repeat() -> Iterator[Case]:
    """Runs with and without a seed and a data set, and with what looks alike."""
    right, other = "5eed" * 4 + "0", "0dd"
    others = {"Seed": "1", "split_seed": "1", "note": "seed", "data_sha256": right}
    params_of = [{"seed": "42"}, {}, {"seed": "None"}, others, others | {"seed": "-1"}]
    digests_of = [], [other], [right + "0", right[:-1]], [right.upper()]
    runs = [(params, [right]) for params in params_of]
    runs += [(params_of[-1], [*digests]) for digests in digests_of]
    for params, digests in [*runs, (params_of[-1], [other, right, "a"])]:
        names = {"named": right[:-1]} if digests == [other] else {}
        run = made_run(params, {"seed_of_luck": 1.0}, digests, {"seed": right}, **names)
        says = f"for a run with parameters {params} and data sets {digests}"
        for digest in (right, other, "a"):
            yield Case(run, digest, says=f"{says}, digest={digest!r}")


@Check(_runs_to_repeat, truth)
def exercise_5_3(run, digest: str) -> bool:
    """Tell whether a run has a seed and a data set with the given digest."""
    digests = [used.dataset.digest for used in run.inputs.dataset_inputs]
    return "seed" in run.data.params and digest in digests
