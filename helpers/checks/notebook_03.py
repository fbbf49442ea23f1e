"""Exercises of notebook 03, the architecture search."""

import itertools
import operator
from collections.abc import Callable, Iterator

import numpy as np
from optuna.trial import FrozenTrial, create_trial

from helpers.checks.cases import Case, Check, form, number
from helpers.checks.notebook_02 import ask


def _networks() -> Iterator[Case]:
    """Networks whose AUC does not follow their size; limits that are met exactly."""
    rng = np.random.default_rng(0)
    for count in (6, 7, 1, 2, 15):
        # In 1024ths, exact in binary, so that the limit itself can be tried.
        aucs = rng.integers(820, 940, count) / 1024
        sizes = rng.choice(50_000, count, replace=False)
        pairs = np.stack([aucs, sizes], axis=1).tolist()
        made = [create_trial(values=pair) for pair in pairs]
        exactly = float(aucs.max() - aucs[np.argmin(sizes)]) or 1e-9
        for error in (exactly, exactly * 1.05, exactly / 1.5, 4 / 1024, 0.0045):
            says = f"for {count} network(s) with AUCs up to {aucs.max():.4f} and the"
            why = f"At least {aucs.max() - error:.4f} is good enough, exactly that too."
            yield Case(made, error, says=f"{says} error {error:.4f}", why=why)


def _chosen(trial: FrozenTrial) -> dict:
    values = form(FrozenTrial, "the trial itself, not its AUC or number,")(trial).values
    return {"the chosen network": "AUC {:.4f}, {:.0f} weights".format(*values)}


_SLIPS = {
    "the highest AUC minus the error is good enough: >=.": {"reaches": operator.gt},
    "that is the largest; the fewest weights are asked for.": {
        "sign": -1,
        "slack": 1e9,
    },
    "that is the smallest of all: keep those within one error first.": {"slack": 1e9},
    "that is the highest AUC: of those within one error the smallest.": {"slack": 0},
    "the argument `error` decides; yours is always 0.0045.": {"always": 0.0045},
    "that is the lowest AUC within the error, not the fewest weights.": {"of": 0},
}


@Check(_networks, _chosen, slips=_SLIPS)
def exercise_3_1(
    trials, error, reaches=operator.ge, of=1, sign=1, slack=1, always=None
) -> FrozenTrial:
    """Choose the fewest weights within one error of the highest AUC."""
    limit = max(one.values[0] for one in trials) - slack * (always or error)
    good = [one for one in trials if reaches(one.values[0], limit)]
    return min(good, key=lambda one: sign * one.values[of])


_WIDTHS = ((64, 40, 40, 20), (128, 128, 77, 77), (16, 16, 16, 16), (17, 16, 16, 16))


@Check(
    [
        Case({"num_layers": layers} | {f"width_{k + 1}": widths[k] for k in range(4)})
        for layers, widths in itertools.product((3, 1, 2, 4), _WIDTHS)
    ],
    drive=ask,
    slips={
        "a width is known by its factor of two: log=True.": {"log": False},
        "no layer is wider than the one before it.": {"limit": max},
    },
)
def exercise_3_2(trial, log=True, limit=operator.itemgetter(-1)) -> list[int]:
    """Suggest one to four widths of which none is wider than the one before."""
    widths = [128]
    for k in range(trial.suggest_int("num_layers", 1, 4)):
        width = trial.suggest_int(f"width_{k + 1}", 16, limit(widths), log=log)
        widths.append(width)
    return widths[1:]


def _errors(difference_error: Callable, *sets: tuple) -> list[float]:
    """Return the errors for several sets of events, to three digits."""
    errors = [number(difference_error(*events)) for events in sets]
    return [float(f"{error:.3g}") for error in errors]


def _events() -> Iterator[Case]:
    """Two sets of labels, and scores that share their luck in part."""
    sets = []
    for seed, size, shared, own in ((3, 200, 0.25, 0.2), (5, 170, 0.6, 0.15)):
        rng = np.random.default_rng(seed)
        labels = (rng.random(size) < 0.65).astype(float)
        luck = labels + rng.normal(0, shared, size)
        sets.append((labels, *(luck + rng.normal(0, own, (2, size)))))
    yield Case(*sets, says="for a set of 200 and one of 170 events")


def _near(right: list[float], answer: list[float]) -> bool:
    """Allow the luck of 200 draws: 5 % of one error, 3.5 % of two together."""
    right, off = np.abs(right), np.subtract(answer, right)
    return np.all(abs(off) <= 0.2 * right) and abs(off.sum()) <= 0.14 * right.sum()


_SLIPS = {
    "an error of 0: each draw was the same. Make rng once, before the loop, and draw "
    "with replacement.": lambda *_: 0.0,
    "that is about what two independent draws give: take the same events from both, "
    "so that the shared luck cancels.": {"shared": False},
    "about np.var; its square root is the error: np.std.": {"spread": np.var},
    "about the mean difference; its scatter is asked for.": {"spread": np.mean},
    "about what a division by √200 gives; the scatter of the draws is the error.": {
        "spread": lambda found: np.std(found) / np.sqrt(200)
    },
    "about the error of one AUC, not of the difference.": {"weight": 0},
    "about what half as many events give: draw len(labels).": {"part": 0.5},
}


@Check(_events, same=_near, drive=_errors, slips=_SLIPS)
def exercise_3_3(labels, *scores, spread=np.std, shared=True, weight=1, part=1):
    """Bootstrap the error of an AUC difference on the same events."""
    rng, size, gamma = np.random.default_rng(5), len(labels), labels == 1

    def drawn() -> np.ndarray:  # how often each event is taken
        return rng.multinomial(int(part * size), np.full(size, 1 / size), 1500)

    def aucs(score: np.ndarray, counts: np.ndarray) -> np.ndarray:
        above, below = score[gamma][:, None], score[~gamma]
        beats = (above > below) + 0.5 * (above == below)
        gammas, hadrons = counts[:, gamma], counts[:, ~gamma]
        return ((gammas @ beats) * hadrons).sum(1) / gammas.sum(1) / hadrons.sum(1)

    one = drawn()
    other = one if shared else drawn()
    return spread(aucs(scores[0], one) - weight * aucs(scores[1], other))
