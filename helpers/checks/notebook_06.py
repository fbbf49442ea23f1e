"""Exercises of notebook 06, autologging."""

import functools
import itertools
from collections.abc import Iterator

import numpy as np
from mlflow.entities import Metric

from helpers.checks.cases import Case, Check, form, number, short, truth
from helpers.checks.record import made_run
from helpers.checks.verdict import exercise

_SWITCHES = {
    "log_models": "200 models are still stored: look at log_models.",
    "checkpoint": "checkpoints are still written: look at checkpoint.",
}


@exercise
def exercise_6_1(options: dict) -> str | None:
    """Arguments of autolog for a search: numbers only."""
    form(dict, "a dictionary, {'log_models': …},", options)
    for name, value in (dict.fromkeys(_SWITCHES, True) | options).items():
        if name not in _SWITCHES:
            return f"leave {name} out: the two named switches suffice."
        if truth(value):
            return _SWITCHES[name]
    return None


_NAMES = ("seed", "data_sha256", "valid_auc")


def _runs() -> Iterator[Case]:
    """Runs with each subset of the three; then the same names in the wrong place."""
    both = {"seed": "0", "data_sha256": "0"}
    params_of = [{}, both, {"seed": "0"}, {"data_sha256": "0"}]
    params_of.append({"Seed": "1", "split_seed": "1", "note": "seed", "valid_auc": "1"})
    metrics_of = [{}, {"valid_auc": 0.0}, dict.fromkeys((*both, "auc"), 0.9)]
    for params, metrics in itertools.product(params_of, metrics_of):
        # Their names stand in a tag as well, which is neither.
        run = made_run(params, metrics, tags=dict.fromkeys(_NAMES, "valid_auc seed"))
        says = f"for a run with the parameters {[*params]} and metrics {[*metrics]}"
        yield Case(run, says=says)


@Check(_runs, lambda answer: sorted(map(str, form(list, "a list", answer))))
def exercise_6_2(run) -> list[str]:
    """Name what a run lacks: seed, data_sha256, valid_auc."""
    missing = [name for name in _NAMES[:2] if name not in run.data.params]
    return missing + [name for name in _NAMES[2:] if name not in run.data.metrics]


def _histories() -> Iterator[Case]:
    """Losses at steps that neither begin at 0 nor are in order."""
    rng = np.random.default_rng(0)
    for count in (5, 1, 2, 3, 5, 5, 5, 12, 30):
        steps = rng.choice(3 * count, count, replace=False)
        values = rng.permutation(count) * rng.choice([1e-7, 0.01, 3.7]) + 0.2
        pairs = [*zip(steps.tolist(), values.tolist(), strict=True)]
        made = [Metric("val_loss", value, 0, step) for step, value in pairs]
        why = "It is the point's own step, not its place in the list."
        yield Case(made, says=f"for the points (step, value) {short(pairs)}", why=why)


@Check(_histories, functools.partial(number, what="the step of a point, its .step,"))
def exercise_6_3(history) -> float:
    """Step of the lowest value; the points are not in order."""
    return min(history, key=lambda point: point.value).step
