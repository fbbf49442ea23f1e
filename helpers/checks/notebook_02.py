"""Exercises of notebook 02, the learning-rate search."""

import math
from collections.abc import Callable, Iterator
from numbers import Real

import numpy as np
import optuna
from optuna.distributions import FloatDistribution, IntDistribution

from helpers.checks.cases import Case, Check, form, given, number, short, slip, truth
from helpers.checks.verdict import demand, exercise


def ask(function: Callable, trial: dict, kind=Real, what="a number") -> dict:
    """Give a trial of these values; return what it is asked for, and the answer."""
    study = optuna.create_study()
    study.enqueue_trial(trial)
    asked = study.ask()
    value = form(kind, what, given(function(asked)))
    told = {}
    for name, one in asked.distributions.items():
        # A log of 1 is True to Optuna.
        of = {k: bool(v) if k == "log" else v for k, v in vars(one).items()}
        limits = ", ".join(f"{key}={short(value)}" for key, value in of.items())
        told[name] = f"{type(one).__name__}({limits})"
    return told | {"what is returned": value}


@Check([Case({"weight_decay": one}) for one in (1 / 3333, 1e-6, 0.1)], drive=ask)
@slip("without log=True nine in ten draws are in the last decade.", log=False)
def exercise_2_1(trial: optuna.Trial, log: bool = True) -> float:
    """Suggest `weight_decay` from 1e-6 to 1e-1, each decade as often as the next."""
    return trial.suggest_float("weight_decay", 1e-6, 1e-1, log=log)


def _edges() -> Iterator[Case]:
    """Ranges as in the notebook and others; rates near a factor 2 from each edge."""
    rng = np.random.default_rng(0)
    rate_of = {"learning_rate": FloatDistribution(1e-9, 1e3, log=True)}
    space = {"a": IntDistribution(8, 128)} | rate_of | {"z": IntDistribution(8, 128)}
    for low, high in [(1e-5, 1e-2), (1e-6, 1.0), (3e-4, 0.2), (0.5, 40.0)]:
        middle, factors = math.sqrt(low * high), (1.1, 1.98, 2.02, 3)
        for best in (*(high / k for k in factors), *(low * k for k in factors), middle):
            others = [low * 1.05, middle * 1.3, high * 0.97, *rng.uniform(low, high, 2)]
            study = optuna.create_study(direction="maximize")
            for k, rate in enumerate(rng.permutation([best, *others]).tolist()):
                study.enqueue_trial({"learning_rate": rate})
                study.tell(study.ask(space), 0.9 if rate == best else 0.8 - 0.01 * k)
            says = f"for the best learning rate {best:.3g} in {low:g} to {high:g}"
            why = f"It is {best / low:.3g} × low and {best / high:.3g} × high."
            yield Case(study, low, high, says=says, why=why)


@Check(_edges, truth)
def exercise_2_2(study, low, high) -> bool:
    """Tell whether the best learning rate lies within a factor 2 of an edge."""
    return not 2 * low <= study.best_params["learning_rate"] <= high / 2


@exercise
def exercise_2_3(answer: tuple, study: optuna.Study, error: float) -> None:
    """Lowest and highest learning rate within one `error` of the best trial."""
    pair = isinstance(answer, (tuple, list, np.ndarray)) and len(answer) == 2
    demand(pair, "two numbers are asked for: (lowest, highest).")
    low, high = map(number, answer)
    demand(low <= high, "the lowest comes first.")
    complete = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    rates = {one.params["learning_rate"]: one.value for one in complete}
    limit = study.best_value - error
    good = [rate for rate, value in rates.items() if value >= limit]
    ends = ("lowest", "below", low, min(good)), ("highest", "above", high, max(good))
    for name, side, mine, right in ends:
        rate = min(rates, key=lambda one: abs(one - mine))
        cut = any(math.isclose(mine, float(f"{rate:.{k}g}")) for k in range(1, 9))
        near = f"the nearest has {rate:.9g}{': do not round' * cut}."
        said = f"no trial has your {name}, the rate {mine:.9g}; {near}"
        demand(math.isclose(mine, rate), said)
        yours = f"your {name}, {mine:.3g}, "
        best = f"and wide.best_value - error is {limit:.6g}."
        demand(rates[rate] >= limit, f"{yours}has the value {rates[rate]:.6g}, {best}")
        demand(rate == right, f"{yours}is good, but so is another {side} it.")
