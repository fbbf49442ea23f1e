"""Answers to the exercises of notebook 03: right, wrong with its hint, untouched."""

import numpy as np
import optuna
from sklearn.metrics import roc_auc_score


def choose(trials, error):
    highest = max(trial.values[0] for trial in trials)
    good = [trial for trial in trials if trial.values[0] >= highest - error]
    return min(good, key=lambda trial: trial.values[1])


def first_is_highest(trials, error):
    good = [one for one in trials if one.values[0] >= trials[0].values[0] - error]
    return min(good, key=lambda trial: trial.values[1])


def strictly_above(trials, error):
    highest = max(trial.values[0] for trial in trials)
    good = [trial for trial in trials if trial.values[0] > highest - error]
    return min(good, key=lambda trial: trial.values[1])


def taper(low=16, high=128, depth=4, log=True, name="width_{}", limit=lambda w: w[-1]):
    def suggest(trial):
        widths = []
        for k in range(1, trial.suggest_int("num_layers", 1, depth) + 1):
            top = limit(widths) if widths else high
            widths.append(trial.suggest_int(name.format(k), low, top, log=log))
        return widths

    return suggest


def bootstrap(summary=np.std, same=True, replace=True, part=1.0):
    def error(labels, first, second):
        rng = np.random.default_rng(0)
        differences = []
        for _ in range(200):
            size = int(part * len(labels))
            one, two = (
                rng.choice(len(labels), size, replace=replace) for _ in range(2)
            )
            two = one if same else two
            differences.append(
                roc_auc_score(labels[one], first[one])
                - roc_auc_score(labels[two], second[two])
            )
        return summary(differences)

    return error


OTHERS = [optuna.trial.create_trial(values=[0.9137, 9985])]


def layers_by_list(trial):
    count = trial.suggest_categorical("num_layers", [1, 2, 3, 4])
    return [
        trial.suggest_int(f"width_{k + 1}", 16, 128, log=True) for k in range(count)
    ]


def no_layers(trial):
    return [trial.suggest_int("width_1", 16, 128, log=True)]


def all_widths_always(trial):
    trial.suggest_int("num_layers", 1, 4)
    return [trial.suggest_int(f"width_{k}", 16, 128, log=True) for k in (1, 2, 3, 4)]


RIGHT = [
    ("3.1", (choose,)),
    ("3.2", (taper(),)),
    ("3.3", (bootstrap(),)),
    ("3.3", (bootstrap(lambda differences: np.std(differences, ddof=1)),)),
]

# exercise, answer, what its own hint says
WRONG = [
    (
        "3.1",
        (lambda trials, error: max(trials, key=lambda t: t.values[1]),),
        "826 weights' is right, yours gives 'AUC 0.8359, 45637 weights'",
    ),
    (
        "3.1",
        (lambda trials, error: min(trials, key=lambda t: t.values[1]),),
        "That is the smallest of all: keep those within one error first",
    ),
    (
        "3.1",
        (lambda trials, error: max(trials, key=lambda t: t.values[0]),),
        "That is the highest AUC: of those within one error the smalles",
    ),
    (
        "3.1",
        (lambda trials, error: choose(trials, 0.0045),),
        "up to 0.9004 and the error 0.0254",
    ),
    ("3.1", (lambda trials, error: choose(trials, error).values[1],), "trial itself"),
    ("3.1", (lambda trials, error: None,), "`return` missing"),
    ("3.1", (lambda trials, error: trials.best,), "AttributeError"),
    (
        "3.1",
        (first_is_highest,),
        "weights' is right, yours gives 'AUC 0.8662, 1679 weights'. From 0.8662 on,",
    ),
    ("3.1", (strictly_above,), "exactly that too, an AUC is good enough"),
    (
        "3.1",
        (lambda trials, error: choose(OTHERS, error),),
        "'AUC 0.8750, 826 weights' is right, yours gives 'AUC 0.9137, 998",
    ),
    (
        "3.2",
        (taper(limit=lambda widths: 128),),
        "yours gives 'IntDistribution(log=True, step=1, low=16, high=128)'",
    ),
    (
        "3.2",
        (taper(limit=lambda widths: max(16, widths[-1] // 2)),),
        "low=16, high=64)' is right, yours gives 'IntDistribution(",
    ),
    (
        "3.2",
        (taper(depth=3),),
        "low=1, high=4)' is right, yours gives 'IntDistribution(",
    ),
    (
        "3.2",
        (taper(high=64),),
        "low=16, high=128)' is right, yours gives 'IntDistribution(",
    ),
    (
        "3.2",
        (taper(low=8),),
        "yours gives 'IntDistribution(log=True, step=1, low=8",
    ),
    ("3.2", (taper(log=False),), "log=True"),
    (
        "3.2",
        (taper(name="units_{}"),),
        "low=16, high=128)' is right, yours gives none, but units_1, units_2",
    ),
    (
        "3.2",
        (all_widths_always,),
        "low=16, high=64)' is right, yours gives 'IntDistribution(",
    ),
    ("3.2", (no_layers,), "low=1, high=4)' is right, yours gives none."),
    (
        "3.2",
        (lambda trial: taper()(trial)[::-1],),
        "is returned: [64, 40, 40] is right, yours gives [40, 40, 64].",
    ),
    (
        "3.2",
        (layers_by_list,),
        "low=1, high=4)' is right, yours gives 'CategoricalDist",
    ),
    ("3.2", (lambda trial: taper()(trial) and None,), "`return` missing"),
    (
        "3.3",
        (bootstrap(part=0.5),),
        "About what half as many events give: are len(labels) drawn?",
    ),
    ("3.3", (bootstrap(same=False),), "the shared luck cancels"),
    (
        "3.3",
        (bootstrap(replace=False),),
        "An error of 0: all differences are equal",
    ),
    (
        "3.3",
        (bootstrap(lambda d: np.std(d) / np.sqrt(200)),),
        "about √200 too small",
    ),
    ("3.3", (bootstrap(np.var),), "np.std"),
    (
        "3.3",
        (lambda labels, first, second: roc_auc_score(labels, first),),
        "[0.0145, 0.0143] is right, yours gives [0.972, 0.742]. About: 200 draws",
    ),
    ("3.3", (lambda labels, first, second: None,), "`return` missing"),
    ("3.3", (0.001,), "A function is asked for"),
]

UNTOUCHED = [
    ("3.1", (lambda trials, error: ...,)),
    ("3.2", (lambda trial: ...,)),
    ("3.3", (lambda labels, first, second: ...,)),
    ("3.3", (...,)),
]
