"""Exercises of notebook 02, the learning-rate search."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import optuna
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial

from helpers.checks.cases import (
    Case,
    call,
    close,
    compare,
    number,
    number_of,
    short,
    truth,
)
from helpers.checks.verdict import exercise


@exercise
def exercise_2_1(suggest_decay: Callable) -> str | None:
    """Suggest `weight_decay` from 1e-6 to 1e-1, each decade as often as the next."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(5):
        trial = study.ask()
        # The trial itself, not a copy: it is meant to be asked, and so to change.
        value, _ = call(suggest_decay, Case(trial, says="for a trial"), copies=False)
        if not trial.distributions:
            return "the function asks nothing of the trial: call trial.suggest_float."
        names = list(trial.distributions)
        if names != ["weight_decay"]:
            return f"'weight_decay' alone is to be asked for, not {names}."
        asked = trial.distributions["weight_decay"]
        if not isinstance(asked, FloatDistribution):
            return "a weight decay is a real number: use trial.suggest_float."
        if not (close(asked.low, 1e-6) and close(asked.high, 1e-1)):
            return (
                f"the range is 1e-6 to 1e-1, yours is {asked.low:g} to {asked.high:g}."
            )
        if asked.step is not None:
            return f"step={asked.step:g} leaves out what lies between: no step."
        if not asked.log:
            return (
                "without log=True nine in ten draws fall into the last decade, 0.01 to "
                "0.1."
            )
        drawn = trial.params["weight_decay"]
        complaint = number(value, "the number that the trial suggests")
        if complaint or value != drawn:
            return complaint or (
                f"the trial suggested {short(drawn)}, and your function returns "
                f"{short(value)}: return what trial.suggest_float gives."
            )
    return None


def _study(rates: list[float], best: float) -> optuna.Study:
    """A study, such as notebook 02's, whose best trial has the learning rate `best`."""
    study = optuna.create_study(direction="maximize")
    space = {"learning_rate": FloatDistribution(1e-9, 1e3, log=True)}
    for k, rate in enumerate(rates):
        value = 0.9 if rate == best else 0.8 - 0.01 * k
        study.add_trial(
            create_trial(
                params={"learning_rate": rate}, distributions=space, value=value
            )
        )
    return study


def _edges() -> Iterator[Case]:
    """Ranges as in the notebook and others; rates near a factor 2 from each edge."""
    rng = np.random.default_rng(0)
    for low, high in [(1e-5, 1e-2), (1e-6, 1.0), (3e-4, 0.2), (0.5, 40.0)]:
        middle = math.sqrt(low * high)
        for best in (
            *(high / factor for factor in (1.1, 1.98, 2.02, 3)),
            *(low * factor for factor in (1.1, 1.98, 2.02, 3)),
            middle,
        ):
            others = [low * 1.05, middle * 1.3, high * 0.97, *rng.uniform(low, high, 2)]
            rates = [float(rate) for rate in rng.permutation([best, *others])]
            yield Case(
                _study(rates, best),
                low,
                high,
                says=f"for the best learning rate {best:.3g} in {low:g} to {high:g}",
                why=f"It is {best / low:.3g} times the lower edge, and the upper edge "
                f"is {high / best:.3g} times it.",
            )


def _best(study: optuna.Study) -> float:
    return study.best_params["learning_rate"]


@exercise
def exercise_2_2(at_edge: Callable) -> str | None:
    """Tell whether the best learning rate lies within a factor 2 of an edge."""
    return compare(
        at_edge,
        lambda study, low, high: _best(study) < 2 * low or _best(study) > high / 2,
        _edges(),
        fits=truth,
        slips={
            "the lower edge counts too.": (
                lambda study, low, high: _best(study) > high / 2
            ),
            "the upper edge counts too.": (
                lambda study, low, high: _best(study) < 2 * low
            ),
            "it is the other way round: True at an edge.": (
                lambda study, low, high: 2 * low <= _best(study) <= high / 2
            ),
        },
    )


@exercise
def exercise_2_3(answer: tuple, study: optuna.Study, error: float) -> str | None:
    """Lowest and highest learning rate within one `error` of the best trial."""
    answer = list(answer) if isinstance(answer, np.ndarray) else answer
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return "two numbers are asked for: (lowest, highest)."
    if complaint := next(filter(None, map(number_of("a learning rate"), answer)), None):
        return complaint
    low, high = map(float, answer)
    trials = study.get_trials(states=[TrialState.COMPLETE])
    limit = study.best_value - error
    rates = {one.params["learning_rate"]: one.value for one in trials}
    good = [rate for rate, value in rates.items() if value >= limit]
    if close(low, min(good)) and close(high, max(good)):
        return None
    if close(low, max(good)) and close(high, min(good)):
        return "the lowest comes first."
    if close(low, min(rates)) and close(high, max(rates)):
        return (
            "that is every learning rate tried. Keep the trials whose value is at "
            "least wide.best_value - error."
        )
    for name, mine, right in (("lowest", low, min(good)), ("highest", high, max(good))):
        if close(mine, right):
            continue
        if math.isclose(mine, right, rel_tol=0.1):
            return f"nearly: take the {name} from the trials, do not round it."
        value = next((rates[rate] for rate in rates if close(mine, rate)), None)
        if value is None:
            return f"no trial has your {name}, the learning rate {mine:.6g}."
        if value < limit:
            return (
                f"the trial with your {name}, {mine:.3g}, has the value {value:.4f}, "
                f"and wide.best_value - error is {limit:.4f}."
            )
        return (
            f"your {name}, {mine:.3g}, is good enough, but so is another trial "
            f"{'below' if name == 'lowest' else 'above'} it: all whose value is at "
            f"least wide.best_value - error count, {limit:.4f}."
        )
    return None
