"""Answers to the exercises of notebook 06: right, wrong with its hint, untouched."""

from itertools import pairwise


def options(log_models=False, checkpoint=False, **more):
    switches = {"log_models": log_models, "checkpoint": checkpoint}
    return ({**switches, **more},)


def lacks(rule):
    return (lambda run: rule(run.data.params, run.data.metrics),)


def missing(params, metrics):
    names = [name for name in ("seed", "data_sha256") if name not in params]
    return names + ([] if "valid_auc" in metrics else ["valid_auc"])


def everywhere(params, metrics):
    return [name for name in ("seed", "data_sha256", "valid_auc") if name not in params]


def present(params, metrics):
    return [
        n for n in ("seed", "data_sha256", "valid_auc") if n in {**params, **metrics}
    ]


def any_auc(params, metrics):
    absent = [name for name in ("seed", "data_sha256") if name not in params]
    return absent + ["valid_auc"] * (not any("auc" in name for name in metrics))


def by_text_search(run):
    auc = [] if "valid_auc" in run.data.metrics else ["valid_auc"]
    text = str(run.to_dictionary())
    return auc + [name for name in ("seed", "data_sha256") if name not in text]


def lowest(history):
    return min(history, key=lambda point: point.value)


def first_valley(history):
    points = sorted(history, key=lambda point: point.step)
    for point, later in pairwise(points):
        if later.value > point.value:
            return point.step


RIGHT = [
    ("6.1", options()),
    ("6.2", lacks(missing)),
    ("6.3", (lambda history: lowest(history).step,)),
]

# exercise, answer, what its own hint says
WRONG = [
    (
        "6.1",
        options(log_models=True),
        "200 models are still stored: look at log_models.",
    ),
    (
        "6.1",
        options(checkpoint=True),
        "Checkpoints are still written: look at checkpoin",
    ),
    (
        "6.1",
        options(silent=False),
        "'silent' is none of the two switches that the task describes",
    ),
    (
        "6.1",
        options(disable=True),
        "'disable' is none of the two switches that the task describe",
    ),
    (
        "6.1",
        options(verbose=0),
        "'verbose' is none of the two switches that the task describe",
    ),
    ("6.1", ("log_models=False",), "A dictionary, {'log_models': …}, is asked fo"),
    ("6.1", ({},), "200 models"),
    (
        "6.2",
        lacks(everywhere),
        "ha256', 'seed'] is right, yours gives ['data_sha256', 'seed', 'valid_auc'].",
    ),
    (
        "6.2",
        lacks(present),
        "'seed', 'valid_auc'] is right, yours gives [].",
    ),
    (
        "6.2",
        lacks(lambda params, metrics: ["seed", "data_sha256", "valid_auc"]),
        "['data_sha256', 'seed'] is right, yours gives ['data_sha256',",
    ),
    (
        "6.2",
        lacks(lambda params, metrics: missing(params, metrics)[:1]),
        "'seed', 'valid_auc'] is right, yours gives ['seed'].",
    ),
    (
        "6.2",
        lacks(lambda params, metrics: "seed"),
        "a list is asked for, this is the str 'seed'.",
    ),
    ("6.2", lacks(lambda params, metrics: None), "`return` missing"),
    (
        "6.2",
        (by_text_search,),
        "'seed', 'valid_auc'] is right, yours gives ['valid_auc'].",
    ),
    (
        "6.2",
        lacks(any_auc),
        "ha256', 'seed', 'valid_auc'] is right, yours gives ['data_sha256', 'seed'].",
    ),
    (
        "6.2",
        lacks(lambda p, metrics: missing(str(p), metrics)),
        "ha256', 'seed', 'valid_auc'] is right, yours gives ['valid_auc'].",
    ),
    ("6.2", (lambda run: run.params,), "AttributeError"),
    (
        "6.3",
        (lambda history: lowest(history).value,),
        "That is the lowest value; its step is asked for.",
    ),
    ("6.3", (lowest,), "this is an object of type Metric"),
    (
        "6.3",
        (lambda history: history.index(lowest(history)),),
        "(5, 0.02), (0, 0)]: 0 is right, yours gives 4.",
    ),
    (
        "6.3",
        (lambda history: history[1].step,),
        "(5, 0.02), (0, 0)]: 0 is right, yours gives 7.",
    ),
    (
        "6.3",
        (first_valley,),
        "For the points (step, value) [(2, 1.4)]: None is returned: i",
    ),
    (
        "6.3",
        (lambda history: max(p.step for p in history),),
        "(5, 0.02), (0, 0)]: 0 is right, yours gives 8.",
    ),
    (
        "6.3",
        (lambda history: len(history),),
        "(5, 0.02), (0, 0)]: 0 is right, yours gives 5.",
    ),
    ("6.3", (lambda history: None,), "`return` missing"),
    ("6.3", (3,), "A function is asked for"),
]

UNTOUCHED = [
    ("6.1", (...,)),
    ("6.1", ({"log_models": False, "checkpoint": ...},)),
    ("6.2", (lambda run: ...,)),
    ("6.3", (lambda history: ...,)),
]
