"""Answers to the exercises of notebook 09: right, wrong with its hint, untouched."""

from optuna.trial import TrialState


def numbers(trials, states=()):
    return {
        trial.user_attrs["asked"]
        for trial in trials
        if "asked" in trial.user_attrs and (not states or trial.state in states)
    }


def missing(study):
    return sorted(numbers(study.trials) - numbers(study.trials, [TrialState.COMPLETE]))


def in_a_loop(study):
    found = []
    for number in sorted(numbers(study.trials)):
        states = [t.state for t in study.trials if t.user_attrs.get("asked") == number]
        if TrialState.COMPLETE not in states:
            found.append(number)
    return found


def not_complete(study):
    return [
        trial.user_attrs["asked"]
        for trial in study.trials
        if trial.state != TrialState.COMPLETE and "asked" in trial.user_attrs
    ]


def each_once(study):
    return sorted(set(not_complete(study)))


def failed_only(study):
    done = numbers(study.trials, [TrialState.COMPLETE])
    return sorted(numbers(study.trials, [TrialState.FAIL]) - done)


def with_repetitions(study):
    done = numbers(study.trials, [TrialState.COMPLETE])
    return sorted(number for number in not_complete(study) if number not in done)


def own_numbers(study):
    done = numbers(study.trials, [TrialState.COMPLETE])
    open_trials = [t for t in study.trials if t.user_attrs.get("asked") not in done]
    return sorted(t.number for t in open_trials if "asked" in t.user_attrs)


def everything(study):
    asked = {trial.user_attrs.get("asked", -1) for trial in study.trials}
    return sorted(asked - numbers(study.trials, [TrialState.COMPLETE]))


def falling(study):
    return missing(study)[::-1]


def trials(study):
    return [t for t in study.trials if t.state != TrialState.COMPLETE]


RIGHT = [
    ("9.1", (missing,)),
    ("9.1", (in_a_loop,)),
    ("9.2", ("journal", "PostgreSQL", "Dask")),
]

# exercise, answer, what its own hint says
WRONG = [
    ("9.1", (not_complete,), "is right, yours gives"),
    ("9.1", (failed_only,), "PRUNED, - COMPLETE: [7] is right, yours gives []."),
    (
        "9.1",
        (with_repetitions,),
        "A number that has failed and waits again is missing once.",
    ),
    ("9.1", (own_numbers,), "PRUNED, - COMPLETE: [7] is right, yours gives [1]."),
    ("9.1", (everything,), "is right, yours gives"),
    ("9.1", (falling,), "The order asked for is rising."),
    (
        "9.1",
        (each_once,),
        "OMPLETE, 14 RUNNING: [] is right, yours gives [14].",
    ),
    ("9.1", (trials,), "PRUNED, - COMPLETE: [] is right, yours gives [the trial 0]."),
    ("9.1", (lambda study: len(missing(study)),), "the int"),
    ("9.1", (lambda study: set(missing(study)),), "the set"),
    ("9.1", (lambda study: [0],), "For the trials none: [] is right, yours gives [0]."),
    ("9.1", (lambda study: None,), "`return` missing"),
    ("9.1", (lambda study: study.nothing,), "AttributeError"),
    ("9.2", ("PostgreSQL", "PostgreSQL", "Dask"), "a file will do"),
    ("9.2", ("journal", "journal", "Dask"), "six computers write"),
    (
        "9.2",
        ("journal", "Dask", "Dask"),
        "One process would have to live and ask for two months.",
    ),
    ("9.2", ("journal", "PostgreSQL", "PostgreSQL"), "who is faster"),
    ("9.2", ("journal", "PostgreSQL", "journal"), "200 workers"),
    (
        "9.2",
        ("journal", "threads", "Dask"),
        "One of 'journal', 'PostgreSQL', 'Dask' is as",
    ),
]

UNTOUCHED = [
    ("9.1", (lambda study: ...,)),
    ("9.1", (...,)),
    ("9.2", (..., ..., ...)),
    ("9.2", ("journal", ..., ...)),
]
