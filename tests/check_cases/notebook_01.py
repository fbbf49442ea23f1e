"""Answers to the exercises of notebook 01: right, wrong with its hint, untouched."""


def alpha(rule):
    return lambda events: rule(events["fAlpha"])


RIGHT = [
    ("1.1", (alpha(lambda angle: angle.max() > 1.58),)),
    ("1.1", (alpha(lambda angle: (angle > 2).any()),)),
    ("1.2", (2.1,)),
    ("1.2", (0.1 * 21,)),
    ("1.3", ("repair", "leave", "retrain")),
    ("1.3", ("Repair", "leave ", "RETRAIN")),
]

# exercise, answer, what its own hint says
WRONG = [
    (
        "1.1",
        (alpha(lambda angle: angle.between(0, 90).all()),),
        "in radians: False is right",
    ),
    (
        "1.1",
        (alpha(lambda angle: angle.mean() > 27),),
        "class g in degrees: True is right, yours gives False. None exc",
    ),
    (
        "1.1",
        (alpha(lambda angle: angle.max() < 1.58),),
        "in radians: False is right, yours gives True. None exc",
    ),
    (
        "1.1",
        (alpha(lambda angle: angle > 1.58),),
        "one True or False is asked for, this is the",
    ),
    ("1.1", (lambda events: None,), "`return` missing"),
    ("1.1", (lambda events: events["alpha"].max() > 2,), "KeyError"),
    ("1.1", (True,), "a function is asked for"),
    ("1.2", (1.0,), "about 16% pass by luck"),
    ("1.2", (2.0,), "about 2.3% pass by luck"),
    ("1.2", (2.3,), "on both sides together"),
    ("1.2", (2.05,), "to one decimal; 2.05 has more"),
    ("1.2", (2.2,), "a smaller one is enough"),
    ("1.2", ((2, 3),), "The margin, a number such as 1.5, is asked f"),
    ("1.2", (3,), "a smaller one is enough"),
    ("1.2", (0.01,), "a margin of 0.01 errors lets about 50% pass"),
    ("1.2", (-2.3,), "a margin of -2.3 errors lets about 99% pass"),
    ("1.2", ("wide",), "this is the str 'wide'"),
    ("1.3", ("leave", "leave", "retrain"), "A costs more than the error"),
    ("1.3", ("retrain", "leave", "retrain"), "points well again"),
    ("1.3", ("repair", "retrain", "retrain"), "the loss is below one error"),
    ("1.3", ("repair", "repair", "retrain"), "nobody repairs the weather"),
    ("1.3", ("repair", "leave", "leave"), "every night from now on"),
    ("1.3", ("repair", "leave", "repair"), "C lasts"),
    (
        "1.3",
        ("repair", True, "retrain"),
        "One of 'repair', 'leave', 'retrain' is asked",
    ),
]

UNTOUCHED = [
    ("1.1", (lambda events: ...,)),
    ("1.1", (...,)),
    ("1.2", (...,)),
    ("1.3", (..., ..., ...)),
    ("1.3", ("repair", ..., "retrain")),
]
