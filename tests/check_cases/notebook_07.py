"""Answers to the exercises of notebook 07: right, wrong with its hint, untouched."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

RATE = "metrics.eff_at_01"
NAME = "tags.mlflow.runName"


def loss_figure(history, names=("loss", "val_loss"), label=True, named=True):
    figure = Figure()
    axes = figure.add_subplot()
    for name in names:
        if name in history:
            axes.plot(history[name], label=name if label else None)
    if named:
        axes.set(xlabel="epoch", ylabel="loss")
    return figure


def slide_figure(history):
    return loss_figure({"loss": history["loss"], "val_loss": history["val_loss"]})


def drawing(**options):
    return (lambda history: loss_figure(history, **options),)


def labelled(*names):
    def draw(history):
        figure = loss_figure(history)
        for line, name in zip(figure.axes[0].lines, names, strict=False):
            line.set_label(name)
        return figure

    return draw


def by_roc_curve(y, s, share):
    _, signal, thresholds = roc_curve(y, s)
    return thresholds[np.argmax(signal >= share)]


def cut(rule):
    return (lambda labels, scores, share: rule(labels, scores, share),)


def picked(rule):
    return (lambda table: table.loc[rule(table), NAME],)


RIGHT = [
    ("7.1", (loss_figure,)),
    ("7.2", cut(lambda y, s, share: np.quantile(s[y == 1], 1 - share))),
    ("7.3", picked(lambda table: table[RATE].idxmax())),
]

# exercise, answer, what its own hint says
WRONG = [
    ("7.1", (slide_figure,), "KeyError"),
    ("7.1", (lambda history: None,), "`return` missing"),
    (
        "7.1",
        (lambda history: loss_figure(history).axes[0],),
        "this is an object of type Axes",
    ),
    (
        "7.1",
        (lambda history: Figure(),),
        "For history = {'loss': [0.5, 0.4, 0.3], 'val_loss': [0.6, 0.5,",
    ),
    (
        "7.1",
        drawing(names=("loss",)),
        "[0.6, 0.5, 0.55])] is right, yours gives [('loss', [0.5,",
    ),
    (
        "7.1",
        drawing(names=("loss", "val_loss", "loss")),
        "For history = {'loss': [0.5, 0.4, 0.3], 'val_loss': [0.6, 0.5,",
    ),
    (
        "7.1",
        drawing(names=("loss", "loss")),
        "For history = {'loss': [0.5, 0.4, 0.3], 'val_loss': [0.6, 0.5,",
    ),
    ("7.1", drawing(named=False), "name both axes"),
    ("7.1", drawing(label=False), "give each curve a label"),
    (
        "7.1",
        (labelled("val_loss", "loss"),),
        "[0.6, 0.5, 0.55])] is right, yours gives [('val_loss', [0",
    ),
    (
        "7.1",
        (labelled("test", "training"),),
        "[0.6, 0.5, 0.55])] is right, yours gives [('test', [0.5,",
    ),
    ("7.1", (labelled("loss", "loss"),), "the same label"),
    ("7.1", (0.3,), "A function is asked for"),
    (
        "7.2",
        cut(lambda y, s, share: np.quantile(s[y == 1], share)),
        "That share of the gammas lies below your cut, not above.",
    ),
    (
        "7.2",
        cut(lambda y, s, share: np.quantile(s[y == 0], 1 - share)),
        "That share of the hadrons is kept, not of the gammas.",
    ),
    (
        "7.2",
        cut(lambda y, s, share: np.quantile(s, 1 - share)),
        "That share of all is kept: choose the gammas first.",
    ),
    (
        "7.2",
        cut(lambda y, s, share: 0.5),
        "480 is right, yours gives 538.",
    ),
    ("7.2", cut(by_roc_curve), "180 is right, yours gives 193."),
    (
        "7.2",
        cut(lambda y, s, share: s[y == 1]),
        "a number is asked for, this is the ndarray a",
    ),
    ("7.2", cut(lambda y, s, share: None), "`return` missing"),
    (
        "7.3",
        picked(lambda table: table[RATE].idxmin()),
        "That is the lowest; keep as many gammas as possible.",
    ),
    (
        "7.3",
        picked(lambda table: table["metrics.eff_at_20"].idxmax()),
        "That is the best at 20 %; at 1 % another is best.",
    ),
    (
        "7.3",
        (lambda table: table[RATE].max(),),
        "the run's name, from tags.mlflow.runName, is",
    ),
    ("7.3", (lambda table: table.loc[table[RATE].idxmax()],), "the run's name"),
    (
        "7.3",
        (lambda table: table[NAME].iloc[int(np.argmax(table[RATE].to_numpy()))],),
        ", 0.3001)]: 'seed 1, Rate 0' is right, yours gives 'search'.",
    ),
    (
        "7.3",
        (lambda table: table[NAME].iloc[-1],),
        ", 0.3001)]: 'seed 1, Rate 0' is right, yours gives 'seed 2, Rate 1'.",
    ),
    ("7.3", (lambda table: None,), "`return` missing"),
]

UNTOUCHED = [
    ("7.1", (lambda history: ...,)),
    ("7.2", (lambda labels, scores, share: ...,)),
    ("7.3", (lambda table: ...,)),
]
