"""Exercises of notebook 02, the learning-rate search."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import optuna
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from helpers.checks.cases import Case, Check, number, truth
from helpers.checks.verdict import exercise


def ask(function: Callable, trial: dict) -> dict:
    """Give a trial of these values; return what it is asked for, and the answer."""
    study = optuna.create_study()
    study.enqueue_trial(trial)
    asked = study.ask()
    value, told = function(asked), {}
    for name, one in asked.distributions.items():
        told[name] = type(one).__name__.removesuffix("Distribution")
        if hasattr(one, "low"):
            told[name] += f" from {one.low:.9g} to {one.high:.9g}"
            told[name] += f", step={one.step}, log={one.log}"
    return told | {"what is returned": value}


_SLIPS = {
    "without log=True nine in ten draws fall into the last decade.": {"log": False},
}


@Check(
    [Case({"weight_decay": k}) for k in (1 / 3333, 1e-6, 0.1)], drive=ask, slips=_SLIPS
)
def exercise_2_1(trial: optuna.Trial, log: bool = True) -> float:
    """Suggest `weight_decay` from 1e-6 to 1e-1, each decade as often as the next."""
    return trial.suggest_float("weight_decay", 1e-6, 1e-1, log=log)


def _edges() -> Iterator[Case]:
    """Ranges as in the notebook and others; rates near a factor 2 from each edge."""
    rng = np.random.default_rng(0)
    space = {"learning_rate": FloatDistribution(1e-9, 1e3, log=True)}
    for low, high in [(1e-5, 1e-2), (1e-6, 1.0), (3e-4, 0.2), (0.5, 40.0)]:
        middle, factors = math.sqrt(low * high), (1.1, 1.98, 2.02, 3)
        for best in (*(high / k for k in factors), *(low * k for k in factors), middle):
            others = [low * 1.05, middle * 1.3, high * 0.97, *rng.uniform(low, high, 2)]
            study = optuna.create_study(direction="maximize")
            for k, rate in enumerate(rng.permutation([best, *others]).tolist()):
                study.enqueue_trial({"learning_rate": rate})
                value = 0.9 if rate == best else 0.8 - 0.01 * k
                study.tell(study.ask(space), value)
            says = f"for the best learning rate {best:.3g} in {low:g} to {high:g}"
            why = f"It is {best / low:.3g} times the lower edge, and the upper edge is "
            yield Case(
                study, low, high, says=says, why=f"{why}{high / best:.3g} times it."
            )


_SLIPS = {
    "the lower edge counts too.": {"low_counts": False},
    "the upper edge counts too.": {"high_counts": False},
}


@Check(_edges, truth, slips=_SLIPS)
def exercise_2_2(study, low, high, low_counts=True, high_counts=True) -> bool:
    """Tell whether the best learning rate lies within a factor 2 of an edge."""
    rate = study.best_params["learning_rate"]
    return (low_counts and rate < 2 * low) or (high_counts and rate > high / 2)


@exercise
def exercise_2_3(answer: tuple, study: optuna.Study, error: float) -> str | None:
    """Lowest and highest learning rate within one `error` of the best trial."""
    if not isinstance(answer, (tuple, list, np.ndarray)) or len(answer) != 2:
        return "two numbers are asked for: (lowest, highest)."
    low, high = map(number, answer)
    complete = study.get_trials(states=[TrialState.COMPLETE])
    rates = {one.params["learning_rate"]: one.value for one in complete}
    limit = study.best_value - error
    good = sorted(rate for rate, value in rates.items() if value >= limit)
    if math.isclose(low, good[-1]) and math.isclose(high, good[0]) and low > high:
        return "the lowest comes first."
    for name, mine, right in (("lowest", low, good[0]), ("highest", high, good[-1])):
        rate = min(rates, key=lambda one: abs(one - mine))
        best = f"and wide.best_value - error is {limit:.4f}"
        if math.isclose(mine, right):
            continue
        if not math.isclose(mine, rate):
            near = f"the nearest has {rate:.9g}: do not round."
            return f"no trial has your {name}, the rate {mine:.9g}; {near}"
        if rates[rate] < limit:
            return f"your {name}, {mine:.3g}, has the value {rates[rate]:.4f}, {best}."
        side = "below" if name == "lowest" else "above"
        return f"your {name}, {mine:.3g}, is good, but so is another {side} it, {best}."
    return None
