"""Answers to the exercises of notebook 08: right, wrong with its hint, untouched."""

import json

from helpers.data import FEATURES


def request(orient="split", columns=FEATURES, name="dataframe_split", form=json.dumps):
    return lambda events: form({name: events[list(columns)].to_dict(orient=orient)})


def everything(events):
    return json.dumps({"dataframe_split": events.to_dict(orient="split")})


def keeps_class_in_data(events):
    table = events.to_dict(orient="split") | {"columns": list(FEATURES)}
    return json.dumps({"dataframe_split": table})


def sorted_columns(events):
    table = events[list(FEATURES)].to_dict(orient="split")
    return json.dumps({"dataframe_split": table | {"columns": sorted(FEATURES)}})


def first_event(events):
    return request()(events.head(1))


def gate(rule):
    """A rule on (auc - champion_auc) / error of the new and of the old events."""

    def ratio(auc, error, champion_auc):
        return (auc - champion_auc) / error

    return lambda new, old: rule(ratio(*new), ratio(*old))


def error_of_new(new, old):
    return new[0] > new[2] + new[1] and old[0] >= old[2] - new[1]


def error_of_old(new, old):
    return new[0] > new[2] + old[1] and old[0] >= old[2] - old[1]


RIGHT = [
    ("8.1", (request(),)),
    ("8.1", (request(columns=FEATURES[::-1]),)),
    ("8.2", (gate(lambda new, old: new > 1 and old >= -1),)),
    ("8.3", ("nothing", "retrain", "move the threshold")),
]

# exercise, answer, what its own hint says
WRONG = [
    ("8.1", (everything,), "the ten columns, no class, are asked for, th"),
    ("8.1", (request(form=dict),), "[0, 1], '…."),
    ("8.1", (request(form=str),), "not JSON"),
    ("8.1", (request(name="dataframe_records"),), "the outermost level"),
    ("8.1", (request(orient="list"),), "which orient"),
    (
        "8.1",
        (request(columns=FEATURES[:9]),),
        "the ten columns, no class, are asked for, th",
    ),
    (
        "8.1",
        (keeps_class_in_data,),
        "For two events with class: 'columns', and 'data' with ten numb",
    ),
    (
        "8.1",
        (sorted_columns,),
        "5.5, 6.5, 7.5, 8.5, 9.5]] is right, yours gives [[5, 9, 8, 2, 3,",
    ),
    (
        "8.1",
        (first_event,),
        "how many events: 2 is right, yours gives 1",
    ),
    ("8.1", (lambda events: None,), "`return` missing"),
    ("8.1", (lambda events: 8,), "a string, as json.dumps makes it, is asked f"),
    ("8.1", (lambda events: events["nothing"],), "KeyError"),
    (
        "8.2",
        (gate(lambda new, old: new > 0 and old >= -1),),
        "Better on the new events is not enough: by more than the error",
    ),
    (
        "8.2",
        (gate(lambda new, old: new > 1),),
        "Worse on the old events by more than the error must not pass",
    ),
    (
        "8.2",
        (gate(lambda new, old: new > 1 and old >= 0),),
        "Worse on the old events, but within the error, passes.",
    ),
    (
        "8.2",
        (gate(lambda new, old: new < -1),),
        "0.9140625): False is right, yours gives True.",
    ),
    (
        "8.2",
        (gate(lambda new, old: True),),
        "0.9140625): False is right, yours gives True.",
    ),
    ("8.2", (error_of_new,), "gain 1.125 of their errors, the old -2."),
    (
        "8.2",
        (error_of_old,),
        "0.9140625): False is right, yours gives True.",
    ),
    (
        "8.2",
        (gate(lambda new, old: new > 1 and abs(old) <= 1),),
        "0.9140625): True is right, yours gives False.",
    ),
    ("8.2", (lambda new, old: None,), "`return` missing"),
    ("8.3", ("retrain", "retrain", "move the threshold"), "moonlit night's AUC"),
    ("8.3", ("nothing", "nothing", "move the threshold"), "has lost AUC"),
    ("8.3", ("nothing", "retrain", "retrain"), "the AUC does not change"),
    (
        "8.3",
        ("wait", "retrain", "retrain"),
        "One of 'nothing', 'retrain', 'move the threshold",
    ),
]

UNTOUCHED = [
    ("8.1", (lambda events: ...,)),
    ("8.1", (...,)),
    ("8.2", (lambda new, old: ...,)),
    ("8.3", (..., ..., ...)),
    ("8.3", ("nothing", ..., ...)),
]
