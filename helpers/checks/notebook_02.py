"""Exercises of notebook 02, the learning-rate search."""

import math
from collections.abc import Callable

import numpy as np
import optuna

from helpers.checks.verdict import call, exercise


@exercise
def exercise_2_1(suggest_decay: Callable) -> str | None:
    """Suggest `weight_decay` from 1e-6 to 1e-1, each decade as often as the next."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    trial = study.ask()
    call(suggest_decay, trial)
    if not trial.distributions:
        return "the function asks nothing of the trial: call trial.suggest_float."
    names = list(trial.distributions)
    if names != ["weight_decay"]:
        return f"the hyperparameter is called 'weight_decay', not {names}."
    asked = trial.distributions["weight_decay"]
    if not isinstance(asked, optuna.distributions.FloatDistribution):
        return "a weight decay is a real number: use trial.suggest_float."
    if (asked.low, asked.high) != (1e-6, 1e-1):
        return f"the range is 1e-6 to 1e-1, yours is {asked.low:g} to {asked.high:g}."
    if not asked.log:
        return (
            "without log=True nine in ten draws fall into the last decade, 0.01 to 0.1."
        )
    return None


def _planted_study(learning_rates: list[float], best: float, log: bool = True):
    """A study on 1e-5 ... 1e-2 whose best trial has the learning rate `best`."""
    study = optuna.create_study(direction="maximize")
    space = optuna.distributions.FloatDistribution(1e-5, 1e-2, log=log)
    for rate in learning_rates:
        study.add_trial(
            optuna.trial.create_trial(
                params={"learning_rate": rate},
                distributions={"learning_rate": space},
                value=0.9 if rate == best else 0.8,
            )
        )
    return study


@exercise
def exercise_2_2(at_edge: Callable) -> str | None:
    """Tell whether the best learning rate lies within a factor 2 of an edge."""
    rates = [1.2e-5, 3e-5, 3e-4, 1.5e-3, 4e-3, 9e-3]
    slide, wide = (1e-5, 1e-2), (1e-6, 1)
    for best, edges, expected, hint in [
        (
            9e-3,
            slide,
            True,
            "a best value of 9e-3 in 1e-5 to 1e-2 is at the upper edge.",
        ),
        (
            1.2e-5,
            slide,
            True,
            "the lower edge counts too: 1.2e-5 in 1e-5 to 1e-2 is at it.",
        ),
        (
            3e-4,
            slide,
            False,
            "3e-4 lies in the middle of the decades from 1e-5 to 1e-2: on a log axis "
            "compare factors, not differences.",
        ),
        (
            3e-5,
            slide,
            False,
            "3e-5 is three times the lower edge 1e-5, so it is not at it.",
        ),
        (4e-3, slide, False, "4e-3 is more than a factor 2 below the upper edge 1e-2."),
        (
            9e-3,
            wide,
            False,
            "9e-3 is far from both edges of 1e-6 to 1: compare with low and high, not "
            "with fixed numbers or with the rates that were tried.",
        ),
    ]:
        answer = call(at_edge, _planted_study(rates, best), *edges)
        if bool(answer) is not expected:
            return hint
    return None


@exercise
def exercise_2_3(answer: tuple, study: optuna.Study, error: float) -> str | None:
    """Lowest and highest learning rate within one `error` of the best trial."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return "two numbers are asked for: (lowest, highest)."
    low, high = map(float, answer)
    trials = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    good = [
        trial.params["learning_rate"]
        for trial in trials
        if trial.value >= study.best_value - error
    ]
    rates = [trial.params["learning_rate"] for trial in trials]

    def same(pair):
        return math.isclose(low, pair[0], rel_tol=1e-2) and math.isclose(
            high, pair[1], rel_tol=1e-2
        )

    if same((min(good), max(good))):
        return None
    if low > high:
        return "the lowest comes first."
    if same((min(rates), max(rates))):
        return (
            "that is every learning rate tried. Keep the trials whose value is at "
            "least wide.best_value - error."
        )
    if np.allclose((low, high), (min(good), max(good)), rtol=0.1):
        return "nearly: take the numbers from the trials, do not round them."
    if low == high:
        return (
            "that is the best trial alone. Which others are at most one error below it?"
        )
    return (
        "keep the trials whose value is at least wide.best_value - error, then take "
        "the smallest and the largest of their learning rates."
    )
