"""Exercises of notebook 03, the architecture search."""

import functools
import itertools
from collections.abc import Callable, Iterator

import numpy as np
from optuna.trial import FrozenTrial, create_trial

from helpers.checks.cases import Case, Check, form, given, number, slip
from helpers.checks.notebook_02 import ask

_WIDTHS = ((64, 40, 40, 20), (128, 128, 77, 77), (16, 16, 16, 16), (17, 16, 16, 16))
_TRIALS = [
    Case({"num_layers": layers} | {f"width_{k + 1}": widths[k] for k in range(4)})
    for layers, widths in itertools.product((3, 1, 2, 4), _WIDTHS)
]


def _networks() -> Iterator[Case]:
    """Networks whose AUC does not follow their size; limits that are met exactly."""
    rng = np.random.default_rng(0)
    for count in (6, 7, 1, 2, 15):
        # In 1024ths, exact in binary, so that the limit itself can be tried.
        aucs = rng.integers(820, 940, count) / 1024
        sizes = rng.choice(50_000, count, replace=False) * (100 if count == 15 else 1)
        if count > 5:  # a poor one has the size of the one that is right for 4 / 1024
            sizes[aucs.argmin()] = sizes[aucs >= aucs.max() - 4 / 1024].min()
        made = [create_trial(values=pair) for pair in zip(aucs, sizes, strict=True)]
        exactly = float(aucs.max() - aucs[np.argmin(sizes)]) or 1e-9
        errors = [exactly * part for part in (1, 1.05, 1 - 1e-5, 2 / 3)]
        for error in (*errors, 4 / 1024, 0.0045):
            says = f"for {count} network(s) with AUCs up to {aucs.max():.4f} and the "
            why = f"From {aucs.max() - error:.4f} on, exactly that too, an AUC is good "
            why += "enough: of these the fewest weights."
            yield Case(made, error, says=f"{says}error {error:.4f}", why=why)


def _chosen(trial: FrozenTrial) -> str:
    values = form(FrozenTrial, "the trial itself, not its AUC or number,", trial).values
    return "AUC {:.4f}, {:.0f} weights".format(*values)


@Check(_networks, _chosen)
@slip("that is the largest; the fewest weights are asked for.", sign=-1)
@slip("that is the smallest of all: keep those within one error first.", slack=1e9)
@slip("that is the highest AUC: of those within one error the smallest.", slack=0)
@slip("that is the lowest AUC within the error, not the fewest weights.", of=0)
def exercise_3_1(trials, error, slack=1, sign=1, of=1) -> FrozenTrial:
    """Choose the fewest weights within one error of the highest AUC."""
    limit = max(one.values[0] for one in trials) - slack * error
    good = [one for one in trials if one.values[0] >= limit]
    return min(good, key=lambda one: sign * one.values[of])


@Check(_TRIALS, drive=functools.partial(ask, kind=list, what="a list of widths"))
def exercise_3_2(trial) -> list[int]:
    """Suggest one to four widths of which none is wider than the one before."""
    widths = [128]
    for k in range(trial.suggest_int("num_layers", 1, 4)):
        widths.append(trial.suggest_int(f"width_{k + 1}", 16, widths[-1], log=True))
    return widths[1:]


def _events() -> Iterator[Case]:
    """Two sets of labels, and scores that share their luck; once one is better."""
    sets = []
    of_equal_auc = (29, 90, 0.9, 0.2, 0)
    for seed, size, shared, own, more in ((3, 240, 0.5, 0.15, 0.4), of_equal_auc):
        rng = np.random.default_rng(seed)
        labels = (rng.random(size) < 0.65).astype(float)
        luck = rng.normal(0, shared, size) + rng.normal(0, own, (2, size))
        sets.append((labels, *(np.outer([1 + more, 1], labels) + luck)))
    why = "About: 200 draws scatter by some 5 %."
    yield Case(*sets, says="for a set of 240 and one of 90 events", why=why)


def _near(right: list[float], errors: list[float]) -> bool:
    """Allow the luck of 200 draws, which scatters by 5 %."""
    right, off = np.abs(right), np.subtract(errors, right)
    return np.all(abs(off) <= 0.2 * right) and abs(off).sum() <= 0.14 * right.sum()


def _errors(difference_error: Callable, *sets: tuple) -> list[float]:
    """Return the error for each of the sets of events."""
    errors = [number(given(difference_error(*events))) for events in sets]
    return [float(f"{round(error, 9):.3g}") for error in errors]


@Check(_events, same=_near, slack=0.2, drive=_errors)
@slip(
    "an error of 0: all differences are equal. Is each draw another one, is `second` "
    "used, does `return` stand after the loop?",
    spread=lambda found: 0.0,
)
@slip(
    "that is about what two independent draws give: take the same events from both, "
    "so that the shared luck cancels.",
    shared=False,
)
@slip("about np.var; its square root is the error: np.std.", spread=np.var)
@slip("about the mean difference; its scatter is asked for.", spread=np.mean)
@slip("about √200 too small: do not divide.", spread=lambda d: d.std() / 200**0.5)
@slip("about the error of one AUC, not of the difference.", weight=0)
@slip("about what half as many events give: are len(labels) drawn?", part=0.5)
def exercise_3_3(labels, *scores, spread=np.std, shared=True, weight=1, part=1):
    """Bootstrap the error of an AUC difference on the same events."""
    rng, gamma = np.random.default_rng(5), labels == 1
    # How often each event is taken in each of 1500 draws.
    size, evenly = int(part * len(labels)), np.full(len(labels), 1 / len(labels))
    draws = rng.multinomial(size, evenly, (1 if shared else 2, 1500))
    aucs = []
    for score, counts in zip(scores, (draws[0], draws[-1]), strict=True):
        beats = np.heaviside(score[gamma][:, None] - score[~gamma], 0.5)
        gammas, hadrons = counts[:, gamma], counts[:, ~gamma]
        aucs.append((gammas @ beats * hadrons).sum(1) / gammas.sum(1) / hadrons.sum(1))
    return spread(aucs[0] - weight * aucs[1])
