"""Exercises of notebook 03, the architecture search."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import optuna
from optuna.distributions import IntDistribution
from sklearn.metrics import roc_auc_score

from helpers.checks.verdict import call, exercise

# (AUC, number of weights); the last one is worse in both.
_NETWORKS = [
    (0.794, 97),
    (0.880, 385),
    (0.912, 34561),
    (0.908, 3761),
    (0.905, 2817),
    (0.910, 50000),
]


@exercise
def exercise_3_1(choose: Callable) -> str | None:
    """Choose the fewest weights within one error of the highest AUC."""
    trials = [
        optuna.trial.create_trial(values=[auc, weights]) for auc, weights in _NETWORKS
    ]
    for error, expected in [(0.0045, 3761), (0.001, 34561), (0.01, 2817)]:
        answer = call(choose, list(trials), error)
        if not hasattr(answer, "values") or callable(answer.values):
            return "return the trial itself, not its AUC, weights or number."
        if tuple(answer.values) not in _NETWORKS:
            return "choose from the argument `trials`, not from the study."
        auc, weights = answer.values
        if weights == expected:
            continue
        if weights == 50000:
            return "that is the largest network. The fewest weights are asked for."
        if weights == 97:
            return (
                "that is the smallest network of all, with an AUC of 0.794 where 0.912 "
                "was there. Keep those within one error of the highest AUC first."
            )
        if weights == 34561:
            return (
                "that is the network with the highest AUC. Among those at most one "
                "error below it, which has the fewest weights?"
            )
        return (
            f"with an error of {error} the AUC must be at least {0.912 - error:.4f}, "
            f"and you chose {auc:.3f}: it is the argument `error` that decides."
        )
    # These numbers are exact in binary, so that the limit itself can be tried.
    exact = [
        optuna.trial.create_trial(values=[auc, weights])
        for auc, weights in [(0.75, 100), (0.875, 900)]
    ]
    if call(choose, exact, 0.125).values[1] != 100:
        return "an AUC of exactly the highest minus the error is good enough: >=."
    return None


@exercise
def exercise_3_2(suggest_tapering: Callable) -> str | None:
    """Suggest one to four widths of which none is wider than the one before."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    wider = None
    for _ in range(40):
        trial = study.ask()
        widths = call(suggest_tapering, trial)
        asked = trial.distributions
        if "num_layers" not in asked:
            return "ask the trial for `num_layers`, a whole number from 1 to 4."
        layers = asked["num_layers"]
        if not all(isinstance(one, IntDistribution) for one in asked.values()):
            return "all of these are whole numbers: trial.suggest_int."
        if (layers.low, layers.high) != (1, 4):
            return f"num_layers is 1 to 4, yours is {layers.low} to {layers.high}."
        count = trial.params["num_layers"]
        names = [f"width_{k}" for k in range(1, count + 1)]
        if sorted(asked) != sorted(["num_layers", *names]):
            return (
                f"with num_layers = {count} the trial is asked for {names} besides, "
                f"yours asks for {[name for name in asked if name != 'num_layers']}."
            )
        if list(widths) != [trial.params[name] for name in names]:
            return "return the list of the widths that the trial suggested, in order."
        first = asked["width_1"]
        if (first.low, first.high) != (16, 128):
            return f"width_1 is 16 to 128, yours is {first.low} to {first.high}."
        if not all(asked[name].log for name in names):
            return "a width is known by its factor of two: log=True is missing."
        if any(later > before for before, later in pairwise(widths)):
            wider = wider or list(widths)
        if any(asked[name].low != 16 for name in names):
            return "the lower end of each width is 16."
        for before, name in zip(widths, names[1:], strict=False):
            if asked[name].high < before:
                return (
                    f"after a layer of {before} units the next may have {before} too: "
                    f"your upper end is {asked[name].high}."
                )
    if wider:
        return (
            f"your function also gives {wider}: the upper end of a width is the "
            "width before it."
        )
    return None


@exercise
def exercise_3_3(difference_error: Callable) -> str | None:
    """Bootstrap the error of an AUC difference on the same events."""
    rng = np.random.default_rng(1)
    labels = np.repeat([1.0, 0.0], [260, 140])
    shared = labels + rng.normal(0, 0.8, labels.size)
    first = shared + rng.normal(0, 0.2, labels.size)
    second = shared + rng.normal(0, 0.2, labels.size)
    answer = call(difference_error, labels, first, second)
    answer = float(answer)

    def scatter(score: Callable) -> float:
        draws = [rng.integers(labels.size, size=(2, labels.size)) for _ in range(400)]
        return float(np.std([score(*draw) for draw in draws]))

    def auc(scores: np.ndarray, drawn: np.ndarray) -> float:
        return roc_auc_score(labels[drawn], scores[drawn])

    expected = scatter(lambda one, _: auc(first, one) - auc(second, one))
    if abs(answer - expected) < 0.2 * expected:
        return None
    if abs(answer) < 1e-9:
        return (
            "an error of 0: each draw was the same. Make rng once, before the loop, "
            "and draw with replacement: rng.integers(len(labels), size=len(labels))."
        )
    if np.isclose(answer, roc_auc_score(labels, first)):
        return "that is an AUC. The scatter of 200 differences is asked for."
    if abs(answer - expected**2) < 0.5 * expected**2:
        return "that is the variance; its square root is the error: np.std."
    if abs(answer - expected / np.sqrt(200)) < 0.3 * expected / np.sqrt(200):
        return (
            "do not divide by √200: the scatter of the draws is itself the error, and "
            "more draws do not make the telescope see more events."
        )
    single = scatter(lambda one, _: auc(first, one))
    if answer > 0.6 * single:
        return (
            "too large: draw len(labels) events once per step, and take the same ones "
            "from labels, first and second, so that the shared luck cancels."
        )
    return f"an error near {expected:.4f} was expected here, yours is {answer:.4f}."
