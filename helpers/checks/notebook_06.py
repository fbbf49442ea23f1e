"""Exercises of notebook 06, autologging."""

import itertools
import operator
from collections.abc import Iterator

import numpy as np
from mlflow.entities import Metric

from helpers.checks.cases import Case, Check, form, number, short, slip, truth
from helpers.checks.verdict import demand, exercise, made_run

_NAMES = ("seed", "data_sha256", "valid_auc")
_SWITCHES = {
    "log_models": "200 models are still stored: look at log_models.",
    "checkpoint": "checkpoints are still written: look at checkpoint.",
}


@exercise
def exercise_6_1(options: dict) -> None:
    """Arguments of autolog for a search: numbers only."""
    for name in form(dict, "a dictionary, {'log_models': …},", options):
        hint = f"{short(name)} is none of the two switches that the task describes."
        demand(name in _SWITCHES, hint)
    on = [hint for name, hint in _SWITCHES.items() if truth(options.get(name, True))]
    demand(not on, "".join(on[:1]))


def _runs() -> Iterator[Case]:
    """Runs with each subset of the three; then the same names in the wrong place."""
    both = {"seed": "0", "data_sha256": "0"}
    params_of = [{}, both, {"seed": "None"}, {"data_sha256": "0"}]
    alike = ("Seed", "split_seed", "seed_everything", "data_sha256_old", "valid_auc")
    params_of.append(dict.fromkeys(alike, "seed"))
    alike = dict.fromkeys((*both, "auc", "valid_auc_error", "best_valid_auc"), 0.9)
    metrics_of = [{}, {"valid_auc": 0.0}, {"valid_auc": np.nan}, alike]
    for params, metrics in itertools.product(params_of, metrics_of):
        # Their names stand in a tag as well, which is neither.
        run = made_run(params, metrics, tags=dict.fromkeys(_NAMES, "valid_auc seed"))
        says = f"for a run with the parameters {params} and metrics {metrics}"
        yield Case(run, says=says)


@Check(_runs, lambda answer: sorted(form(list, "a list", answer), key=str))
def exercise_6_2(run) -> list[str]:
    """Name what a run lacks: seed, data_sha256, valid_auc."""
    missing = [name for name in _NAMES[:2] if name not in run.data.params]
    return missing + [name for name in _NAMES[2:] if name not in run.data.metrics]


def _histories() -> Iterator[Case]:
    """Losses at steps that are not in order; the lowest is at step 0, or later."""
    rng = np.random.default_rng(0)
    for k, count in enumerate((5, 1, 2, 3, 5, 5, 5, 12, 30)):
        steps = 1 + rng.choice(3 * count, count, replace=False)
        values = rng.permutation(count) * (0.01, 3.7, 1e-7)[k % 3]
        if k % 2:  # after others, and after a rise
            lowest, late = values.argmin(), steps.argsort()[-2:][0]
            values[[lowest, late]] = values[[late, lowest]]
        else:
            steps[values.argmin()] = 0
        values += (0, 1.4, 9.99, 250)[k % 4]
        pairs = [*zip(steps.tolist(), values.tolist(), strict=True)]
        made = [Metric("val_loss", value, 0, step) for step, value in pairs]
        yield Case(made, says=f"for the points (step, value) {short(pairs)}")


@Check(_histories, lambda step: number(step, "the step of a point, its .step,"))
@slip("that is the lowest value; its step is asked for.", part="value")
@slip("that is the step of the highest value.", pick=max)
@slip("that is the first step of all; the lowest value has another.", of="step")
def exercise_6_3(history, pick=min, of="value", part="step") -> float:
    """Step of the lowest value; the points are not in order."""
    return getattr(pick(history, key=operator.attrgetter(of)), part)
