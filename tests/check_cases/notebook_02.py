"""Answers to the exercises of notebook 02: right, wrong with its hint, untouched."""

import optuna


def suggest(*arguments, **options):
    return lambda trial: trial.suggest_float(*arguments, **options)


def edge(rule):
    return lambda study, low, high: rule(study.best_params["learning_rate"], low, high)


def at_outermost_rate(study, low, high):
    rates = [trial.params["learning_rate"] for trial in study.trials]
    return study.best_params["learning_rate"] in (min(rates), max(rates))


def made_study():
    """Six trials; those at 0.003, 0.01 and 0.03 lie within 0.004 of the best."""
    study = optuna.create_study(direction="maximize")
    space = {"learning_rate": optuna.distributions.FloatDistribution(1e-4, 1, log=True)}
    for rate, value in [
        (2e-4, 0.86),
        (3e-3, 0.911),
        (1e-2, 0.914),
        (3e-2, 0.912),
        (0.1, 0.905),
        (0.6, 0.85),
    ]:
        study.add_trial(
            optuna.trial.create_trial(
                params={"learning_rate": rate}, distributions=space, value=value
            )
        )
    return study


def case_2_3(*answer):
    return (answer, made_study(), 0.004)


RIGHT = [
    ("2.1", (suggest("weight_decay", 1e-6, 1e-1, log=True),)),
    ("2.2", (edge(lambda rate, low, high: rate < 2 * low or rate > high / 2),)),
    ("2.3", case_2_3(3e-3, 3e-2)),
]

# exercise, answer, what its own hint says
WRONG = [
    (
        "2.1",
        (suggest("weight_decay", 1e-6, 1e-1),),
        "Without log=True nine in ten draws are in the last decade.",
    ),
    (
        "2.1",
        (suggest("weight_decay", 1e-6, 1e-2, log=True),),
        "log=True)' is right, yours gives 'FloatDistribution(step=None",
    ),
    (
        "2.1",
        (suggest("decay", 1e-6, 1e-1, log=True),),
        "high=0.1, log=True)' is right, yours gives none, but decay.",
    ),
    (
        "2.1",
        (lambda trial: 0.001,),
        "high=0.1, log=True)' is right, yours gives none.",
    ),
    (
        "2.1",
        (lambda trial: suggest("weight_decay", 1e-6, 1e-1, log=True)(trial) and None,),
        "`return` missing",
    ),
    (
        "2.1",
        (lambda trial: trial.suggest_int("weight_decay", 1, 9),),
        "log=True)' is right, yours gives 'IntDistribution(",
    ),
    ("2.1", (0.01,), "A function is asked for"),
    ("2.1", (lambda trial: trial.nothing,), "AttributeError"),
    ("2.2", (edge(lambda rate, low, high: rate > high / 2),), "it is 1.1 × low"),
    (
        "2.2",
        (edge(lambda rate, low, high: min(rate - low, high - rate) < 0.2 * high),),
        "and 0.505 × high",
    ),
    (
        "2.2",
        (edge(lambda rate, low, high: rate < 4 * low or rate > high / 2),),
        "it is 2.02 × low",
    ),
    ("2.2", (edge(lambda rate, low, high: False),), "True is right, yours gives False"),
    (
        "2.2",
        (edge(lambda rate, low, high: rate < 2e-5 or rate > 5e-3),),
        "0.495 in 1e-06 to 1: False",
    ),
    ("2.2", (at_outermost_rate,), "and 0.909 × high"),
    ("2.2", (lambda study, low, high: None,), "`return` missing"),
    (
        "2.3",
        case_2_3(3e-2, 3e-3),
        "The lowest comes first.",
    ),
    (
        "2.3",
        case_2_3(2e-4, 0.6),
        "Your lowest, 0.0002, has the value 0.86, and wide.best_value -",
    ),
    ("2.3", case_2_3(1e-2, 1e-2), "Your lowest, 0.01, is good, but so is anothe"),
    (
        "2.3",
        case_2_3(3e-3, 0.1),
        "Your highest, 0.1, has the value 0.905, and wide.best_value -",
    ),
    ("2.3", case_2_3(0.0031, 0.031), "the rate 0.0031; the nearest has 0.003."),
    ("2.3", (0.01, made_study(), 0.004), "two numbers are asked for"),
]

UNTOUCHED = [
    ("2.1", (lambda trial: ...,)),
    ("2.1", (...,)),
    ("2.2", (lambda study, low, high: ...,)),
    ("2.3", case_2_3(..., ...)),
    ("2.3", case_2_3(0.1, ...)),
]
