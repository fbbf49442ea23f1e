"""Exercises of notebook 05, the record kept by hand."""

import functools
from collections.abc import Callable

import mlflow
from mlflow.entities import ViewType

from helpers.checks.cases import Case, a, call, compare, short, truth
from helpers.checks.record import close_runs, made_run, new_run, own_experiment, store
from helpers.checks.verdict import NotYet, exercise

_STAYS_OPEN = "the run is open, and stays open: neither start nor end one."


@exercise
def exercise_5_1(log_history: Callable) -> str | None:
    """Log `train_loss` and `valid_loss` of a Keras history, one step per epoch."""
    plain = {"loss": [0.6, 0.5, 0.4], "val_loss": [0.65, 0.56, 0.47]}
    longer = {
        "accuracy": [0.71, 0.72, 0.73, 0.75],
        "loss": [0.6123456789, 0.51, 0.43, 0.44],
        "val_accuracy": [0.68, 0.69, 0.67, 0.70],
        "val_auc": [0.81, 0.82, 0.83, 0.82],
        "val_loss": [0.6987654321, 0.59, 0.62, 0.58],
        "learning_rate": [0.01, 0.01, 0.005, 0.005],
    }
    short_one = {"val_loss": [0.7], "loss": [0.8]}
    for history in (plain, longer, short_one):
        hint = _misses(history, _logged_by(log_history, history))
        if hint:
            return hint
    return None


def _logged_by(function: Callable, history: dict) -> dict[str, list[tuple]]:
    """Call with an open run; return the steps and values of each metric in it."""
    run_id = new_run()
    mlflow.set_experiment(experiment_id=own_experiment())
    mlflow.start_run(run_id=run_id)
    says = f"for a history of {', '.join(history)} with {len(history['loss'])} epoch(s)"
    try:
        _, changed = call(function, Case(history, says=says), procedure=True)
        mlflow.flush_async_logging()
    except NotYet as error:
        if "is already active" in str(error):
            raise NotYet(_STAYS_OPEN) from None
        raise
    finally:
        run = mlflow.active_run()
        left = close_runs()
    if run is None or run.info.run_id != run_id or left != 1:
        raise NotYet(_STAYS_OPEN)
    if changed:
        raise NotYet(changed)
    return {
        name: [
            (point.step, point.value)
            for point in store().get_metric_history(run_id, name)
        ]
        for name in store().get_run(run_id).data.metrics
    }


def _misses(history: dict, logged: dict[str, list[tuple]]) -> str | None:
    """Compare what was logged with the history."""
    if not logged:
        return "nothing was logged into the open run: mlflow.log_metric for each epoch."
    if set(logged) != {"train_loss", "valid_loss"}:
        return (
            "two metrics are asked for, train_loss and valid_loss. For a history of "
            f"{', '.join(history)} yours are {', '.join(sorted(logged))}."
        )
    for name, key in [("train_loss", "loss"), ("valid_loss", "val_loss")]:
        right = list(enumerate(history[key]))
        points = sorted(logged[name])
        steps, values = zip(*points, strict=True)
        if points == right:
            continue
        other = next((k for k, v in history.items() if list(values) == v), None)
        if other not in (None, key):
            return f"{name} holds history['{other}']: it is history['{key}']."
        if len(points) != len(right):
            return f"{name} has {len(points)} value(s) for {len(right)} epoch(s)."
        if len(set(steps)) < len(steps):
            return f"values of {name} stand at the same step: say step=epoch."
        if steps[0] == 1:
            return "the first epoch is step 0, yours is step 1."
        return f"{name} should be {short(right)} (step, value), yours: {short(points)}."
    return None


@functools.cache
def _runs_to_find() -> tuple[str, dict[str, tuple]]:
    """An experiment, and AUC and batch size of each of its runs."""
    experiment = store().create_experiment("exercise 5.2")
    pairs = [
        *((0.95, size) for size in ("32", "12", "28", "129", "1280", "1128", "128.0")),
        *((auc, "128") for auc in (0.85, 0.9, 0.9000000001, 0.95, 1.0, None)),
        (0.89, "64"),
        (0.95, None),
        (0.5, "328"),
        (0.93, "328"),
        (0.93, "118"),
    ]
    runs = {}
    for auc, size in pairs:
        params = {} if size is None else {"batch_size": size}
        metrics = {} if auc is None else {"valid_auc": auc}
        run_id = new_run(params, metrics, experiment=experiment)
        runs[run_id] = (auc, size)
    return experiment, runs


@exercise
def exercise_5_2(filter_string: str) -> str | None:
    """Filter for valid_auc above 0.9 and batch_size 128."""
    if not isinstance(filter_string, str):
        return f"a filter is a text between quotes, this is {a(filter_string)}."
    experiment, runs = _runs_to_find()
    try:
        kept = store().search_runs(
            [experiment], filter_string, ViewType.ACTIVE_ONLY, max_results=100
        )
    except mlflow.exceptions.MlflowException as error:
        return _what_mlflow_misses(str(error), filter_string)
    found = {run.info.run_id for run in kept}
    if not found:
        return (
            "it finds nothing. Are the names spelled valid_auc and batch_size, and is "
            "the AUC above 0.9?"
        )
    for run_id, (auc, size) in runs.items():
        right = auc is not None and auc > 0.9 and size == "128"
        if right != (run_id in found):
            words = " and ".join(
                f"no {name}" if value is None else f"a {name} of {value}"
                for name, value in (("valid_auc", auc), ("batch_size", size))
            )
            return f"it {'misses' if right else 'also finds'} a run with {words}."
    return None


def _what_mlflow_misses(error: str, filter_string: str) -> str:
    if "params.valid_auc" in filter_string:
        return "valid_auc was measured, it is a metric: metrics.valid_auc."
    if "metrics.batch_size" in filter_string:
        return "batch_size was chosen, it is a parameter: params.batch_size."
    if "==" in filter_string:
        return "in a filter, equal is one sign: =."
    if "quoted string value for parameter" in error:
        return "a parameter is kept as text, so its value stands in quotes: '128'."
    if "numeric value type for metric" in error:
        return "a metric is a number: 0.9 without quotes."
    if "Invalid attribute key" in error:
        return "say what it is: metrics.valid_auc and params.batch_size."
    return f"MLflow says: {error.splitlines()[0]}"


@functools.cache
def _runs_to_repeat() -> list[Case]:
    """Runs with and without a seed and a data set, in every mixture."""
    cases = []
    for params, used, digest, says in [
        ({"seed": "1"}, ["5eed"], "5eed", "the parameter seed and this digest"),
        ({"epochs": "5"}, ["5eed"], "5eed", "this digest, but no parameter seed"),
        ({"seed": "1"}, ["0dd"], "5eed", "a seed and another digest"),
        ({"seed": "1"}, ["0dd"], "0dd", "a seed and this digest, another one"),
        ({"seed": "0"}, ["5eed"], "5eed", "a seed of 0 (it is a seed) and this digest"),
        ({"seed": "1"}, [], "5eed", "a seed and no data set at all"),
        ({}, [], "5eed", "neither a parameter nor a data set"),
        ({"split_seed": "1"}, ["5eed"], "5eed", "split_seed, which is not seed,"),
        ({"Seed": "1"}, ["5eed"], "5eed", "Seed, which is not seed,"),
        ({"note": "seed"}, ["5eed"], "5eed", "a parameter whose value is seed"),
        ({"seed": "1"}, ["5eed0"], "5eed", "a seed and the digest 5eed0"),
        ({"seed": "1"}, ["5ee"], "5eed", "a seed and the digest 5ee"),
        ({"seed": "1"}, ["5EED"], "5eed", "a seed and the digest 5EED"),
        ({"seed": "1", "data_sha256": "5eed"}, [], "5eed", "the digest as parameter"),
        *(
            ({"seed": "7"}, [*some], digest, "a seed and three data sets")
            for some in (["5eed", "0dd", "aaa"], ["0dd", "aaa", "5eed"])
            for digest in ("5eed", "0dd", "aaa", "bbb")
        ),
    ]:
        run = made_run(params, {"seed_of_luck": 1.0}, used, {"seed": "5eed"})
        words = f"for a run with {says}, digest={digest!r}"
        cases.append(Case(run, digest, says=words))
    return cases


def _repeatable(run, digest: str) -> bool:
    digests = [used.dataset.digest for used in run.inputs.dataset_inputs]
    return "seed" in run.data.params and digest in digests


@exercise
def exercise_5_3(can_repeat: Callable) -> str | None:
    """Tell whether a run has a seed and a data set with the given digest."""
    return compare(can_repeat, _repeatable, _runs_to_repeat(), fits=truth)
