"""Exercises of notebook 06, autologging."""

import functools
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from mlflow.entities import Metric

from helpers.checks.cases import Case, a, compare, number_of
from helpers.checks.record import made_run
from helpers.checks.verdict import exercise

_SWITCHES = {
    "log_models": "200 models are still stored: look at log_models.",
    "checkpoint": "checkpoints are still written: look at checkpoint.",
}


@exercise
def exercise_6_1(options: dict) -> str | None:
    """Arguments of autolog for a search: numbers only."""
    if not isinstance(options, dict):
        return f'a dictionary is asked for, {{"log_models": …}}, this is {a(options)}.'
    if any(value is ... for value in options.values()):
        return "some dots are left: each switch wants True or False."
    if options.get("disable"):
        return "disable=True switches the numbers off too."
    if "silent" in options:
        return "leave silent out: it hides MLflow's warnings, and not the files."
    unknown = sorted(str(name) for name in set(options) - set(_SWITCHES))
    if unknown:
        return f"leave {', '.join(unknown)} out: the two named switches suffice."
    for name, hint in _SWITCHES.items():
        value = options.get(name, True)
        if not isinstance(value, (bool, np.bool_)):
            return f"{name} wants True or False, this is {a(value)}."
        if value:
            return hint
    return None


_NAMES = ("seed", "data_sha256", "valid_auc")


def _missing(run) -> list[str]:
    missing = [name for name in _NAMES[:2] if name not in run.data.params]
    return missing + ([] if "valid_auc" in run.data.metrics else ["valid_auc"])


@functools.cache
def _runs_that_lack() -> list[Case]:
    """Runs with each subset of the three; then the same names in the wrong place."""
    runs = [
        ({name: "1" for name in some if name != "valid_auc"}, "valid_auc" in some, {})
        for many in (0, 3, 1, 2)
        for some in combinations(_NAMES, many)
    ]
    runs += [
        ({"seed": "0", "data_sha256": "0"}, True, {"valid_auc": 0.0}),
        ({"valid_auc": "0.9"}, False, {"seed": 1.0, "data_sha256": 1.0}),
        ({"split_seed": "1", "data_sha256_old": "1"}, False, {"valid_auc_old": 0.9}),
        ({"Seed": "1", "data": "1", "note": "seed"}, False, {"auc": 0.9}),
        ({"epochs": "5", "seed": "3"}, True, {"loss": 0.3, "train_auc": 0.9}),
    ]
    cases = []
    for params, auc, metrics in runs:
        metrics = ({"valid_auc": 0.9} if auc else {}) | metrics
        # Their names stand in a tag as well, which is neither.
        run = made_run(params, metrics, tags=dict.fromkeys(_NAMES, "valid_auc seed"))
        says = f"for a run with the parameters {[*params]} and metrics {[*metrics]}"
        cases.append(Case(run, says=says))
    return cases


@exercise
def exercise_6_2(lacks: Callable) -> str | None:
    """Name what a run lacks: seed, data_sha256, valid_auc."""
    return compare(
        lacks,
        _missing,
        _runs_that_lack(),
        fits=lambda answer: (
            None
            if isinstance(answer, list)
            else "a list of names is asked for, also if it is empty or has one name, "
            f"this is {a(answer)}."
        ),
        same=lambda expected, answer: sorted(map(str, answer)) == sorted(expected),
        slips={
            "your list names what is there; name what is missing.": (
                lambda run: [name for name in _NAMES if name not in _missing(run)]
            ),
            "valid_auc is looked for in run.data.metrics.": (
                lambda run: [name for name in _NAMES if name not in run.data.params]
            ),
        },
    )


def _histories() -> Iterator[Case]:
    """Losses at steps that neither begin at 0 nor are in order."""
    rng = np.random.default_rng(0)
    histories = [{4: 0.33, 0: 0.41, 3: 0.30, 1: 0.34, 2: 0.36}, {7: 0.5}]
    for count in (2, 3, 5, 5, 5, 12, 30):
        steps = rng.choice(3 * count, count, replace=False) + 1
        values = rng.permutation(count) * rng.choice([1e-7, 0.01, 3.7]) + 0.2
        histories.append(dict(zip(steps.tolist(), values.tolist(), strict=True)))
    for points in histories:
        text = ", ".join(f"{step}: {value:.8g}" for step, value in points.items())
        times = rng.permutation(len(points)).tolist()
        yield Case(
            [
                Metric("val_loss", value, time, step)
                for time, (step, value) in zip(times, points.items(), strict=True)
            ],
            says=f"for the points {{{text[:120]}{'…' * (len(text) > 120)}}}",
        )


def _epoch_of(pick: Callable) -> Callable:
    return lambda history: pick(history, key=lambda point: point.value).step


@exercise
def exercise_6_3(best_epoch: Callable) -> str | None:
    """Step of the lowest value; the points are not in order."""
    epoch = number_of("the step, a number,")
    return compare(
        best_epoch,
        _epoch_of(min),
        _histories(),
        fits=lambda answer: (
            "that is the point; return its .step."
            if isinstance(answer, Metric)
            else epoch(answer)
        ),
        slips={
            "that is the lowest value; its epoch is asked for.": (
                lambda history: min(point.value for point in history)
            ),
            "that is the epoch of the highest loss; a loss is good when it is low.": (
                _epoch_of(max)
            ),
            "that is the place in the list, not the point's own .step.": (
                lambda history: int(np.argmin([point.value for point in history]))
            ),
            "that is the place among the points in order, not the point's own .step.": (
                lambda history: sum(
                    point.step < _epoch_of(min)(history) for point in history
                )
            ),
            "that is the last step; the loss may have been lower at another.": (
                lambda history: max(point.step for point in history)
            ),
        },
    )
