"""Exercises of notebook 05, the record kept by hand."""

import functools
from collections.abc import Callable, Iterator

import mlflow
from mlflow.entities import Metric, ViewType

from helpers.checks.cases import Case, Check, form, truth
from helpers.checks.record import close_runs, made_run, store
from helpers.checks.verdict import NotYet, exercise

_STAYS_OPEN = "the run is open, and stays open: neither start nor end one."


def _logged(log_history: Callable, history: dict) -> dict[str, list[tuple]]:
    """Return steps and values of each metric that is logged into an open run."""
    run_id = made_run().info.run_id
    mlflow.set_experiment(experiment_id="0")
    mlflow.start_run(run_id=run_id)
    try:
        log_history(history)
        store().shut_down_async_logging()
    except Exception as error:
        if "is already active" in str(error):
            raise NotYet(_STAYS_OPEN) from None
        raise
    finally:
        run = mlflow.active_run()
        left = close_runs()
    if run is None or run.info.run_id != run_id or left != 1:
        raise NotYet(_STAYS_OPEN)
    logged = {}
    for name in store().get_run(run_id).data.metrics:
        points = store().get_metric_history(run_id, name)
        logged[name] = sorted((point.step, point.value) for point in points)
    return logged


_PLAIN = {"loss": [0.6, 0.5, 0.4], "val_loss": [0.65, 0.56, 0.47]}
_MORE = {"accuracy": [0.7123456789, 0.72], "loss": [0.6123456789, 0.51]}
_MORE |= {"val_accuracy": [0.68, 0.69], "val_auc": [0.81, 0.82]}
_MORE |= {"val_loss": [0.6987654321, 0.7]}


@Check(
    [Case(_PLAIN), Case(_MORE), Case({"val_loss": [0.7], "loss": [0.8]})],
    drive=_logged,
    returns=False,
    slips={
        "values stand at the same step: say step=epoch.": {"step": 0},
        "the first epoch is step 0, yours is step 1.": {"first": 1},
    },
)
def exercise_5_1(history, first=0, step=1) -> None:
    """Log `train_loss` and `valid_loss` of a Keras history, one step per epoch."""
    points = [
        Metric(name, value, 0, first + step * epoch)
        for name, key in (("train_loss", "loss"), ("valid_loss", "val_loss"))
        for epoch, value in enumerate(history[key])
    ]
    mlflow.MlflowClient().log_batch(mlflow.active_run().info.run_id, points)


_AUCS = (0.85, 0.9, 0.9000000001, 0.95, 1.0, None)
_SIZES = ("32", "12", "28", "129", "1280", "1128", "128.0", "328", "118", None)
_PAIRS = [(auc, "128") for auc in _AUCS] + [(0.95, size) for size in _SIZES]


@functools.cache
def _runs_to_find() -> tuple[str, dict[str, tuple]]:
    """Return an experiment, and AUC and batch size of each of its runs."""
    experiment, runs = store().create_experiment("exercise 5.2"), {}
    for auc, size in [*_PAIRS, (0.89, "64")]:
        params = {"batch_size": size} if size else {}
        metrics = {"valid_auc": auc} if auc else {}
        run = made_run(params, metrics, experiment=experiment)
        runs[run.info.run_id] = (auc, size)
    return experiment, runs


_MISSES = {
    "params.valid_auc": "valid_auc was measured, it is a metric: metrics.valid_auc.",
    "metrics.batch_size": "batch_size was chosen, a parameter: params.batch_size.",
    "==": "in a filter, equal is one sign: =.",
    "Got value 128": "a parameter is kept as text: its value in quotes, '128'.",
    "numeric value type for metric": "a metric is a number: 0.9 without quotes.",
    "Invalid attribute key": "say what it is: metrics.valid_auc and params.batch_size.",
}


@exercise
def exercise_5_2(filter_string: str) -> str | None:
    """Filter for valid_auc above 0.9 and batch_size 128."""
    form(str, "a filter, a text between quotes,")(filter_string)
    experiment, runs = _runs_to_find()
    try:
        found = store().search_runs([experiment], filter_string, ViewType.ACTIVE_ONLY)
    except mlflow.exceptions.MlflowException as error:
        said = f"{filter_string} {error}"
        known = (hint for sign, hint in _MISSES.items() if sign in said)
        return next(known, f"MLflow says: {str(error).splitlines()[0]}")
    found = {run.info.run_id for run in found}
    if not found:
        return "it finds nothing. Is it valid_auc above 0.9, and batch_size?"
    for run_id, (auc, size) in runs.items():
        right = auc is not None and auc > 0.9 and size == "128"
        if right != (run_id in found):
            verb = "misses" if right else "also finds"
            return f"it {verb} a run with valid_auc {auc} and batch_size {size}."
    return None


def _runs_to_repeat() -> Iterator[Case]:
    """Runs with and without a seed and a data set, in every mixture."""
    alone = [{}, {"seed": "0"}, {"Seed": "1"}, {"split_seed": "1"}, {"note": "seed"}]
    runs = [(params, ["5eed"]) for params in [{"seed": "1"}, *alone]]
    for digests in ([], ["0dd"], ["5eed0"], ["5ee"], ["5EED"], ["0dd", "5eed", "aaa"]):
        runs.append(({"seed": "1"}, digests))
    runs.append(({"seed": "1", "data_sha256": "5eed"}, []))
    for params, digests in runs:
        run = made_run(params, {"seed_of_luck": 1.0}, digests, {"seed": "5eed"})
        for digest in ("5eed", "0dd", "aaa"):
            says = f"for a run with parameters {params} and data sets {digests}"
            yield Case(run, digest, says=f"{says}, digest={digest!r}")


@Check(_runs_to_repeat, truth)
def exercise_5_3(run, digest: str) -> bool:
    """Tell whether a run has a seed and a data set with the given digest."""
    digests = [used.dataset.digest for used in run.inputs.dataset_inputs]
    return "seed" in run.data.params and digest in digests
