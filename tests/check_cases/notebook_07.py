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
    ("7.1", (slide_figure,), "For a history without a validation loss your ans"),
    ("7.1", (lambda history: None,), "`return` missing"),
    ("7.1", (lambda history: loss_figure(history).axes[0],), "a figure is asked for"),
    ("7.1", (lambda history: Figure(),), "the figure is empty"),
    ("7.1", drawing(names=("loss",)), "2 curve(s) expected"),
    (
        "7.1",
        drawing(names=("loss", "val_loss", "loss")),
        "2 curve(s) expected, 3 drawn.",
    ),
    (
        "7.1",
        drawing(names=("loss", "loss")),
        "No curve has the values of history['val_loss'].",
    ),
    ("7.1", drawing(named=False), "name both axes"),
    ("7.1", drawing(label=False), "a label"),
    ("7.1", (labelled("val_loss", "loss"),), "labels are exchanged"),
    ("7.1", (labelled("test", "training"),), "labels are exchanged"),
    ("7.1", (labelled("loss", "loss"),), "the same label"),
    ("7.1", (0.3,), "A function is asked for"),
    ("7.2", cut(lambda y, s, share: np.quantile(s[y == 1], share)), "below your cut"),
    ("7.2", cut(lambda y, s, share: np.quantile(s[y == 0], 1 - share)), "the hadrons"),
    ("7.2", cut(lambda y, s, share: np.quantile(s, 1 - share)), "all events"),
    (
        "7.2",
        cut(lambda y, s, share: 0.5),
        "For 600 gammas, 400 hadrons and the share 0.8 yo",
    ),
    ("7.2", cut(by_roc_curve), "roc_curve leaves thresholds out"),
    ("7.2", cut(lambda y, s, share: s[y == 1]), "one number"),
    ("7.2", cut(lambda y, s, share: None), "`return` missing"),
    ("7.3", picked(lambda table: table[RATE].idxmin()), "the lowest"),
    ("7.3", picked(lambda table: table["metrics.eff_at_20"].idxmax()), "best at 20 %"),
    ("7.3", (lambda table: table[RATE].max(),), "the run's name is asked for"),
    ("7.3", (lambda table: table.loc[table[RATE].idxmax()],), "the run's name"),
    (
        "7.3",
        (lambda table: table[NAME].iloc[int(np.argmax(table[RATE].to_numpy()))],),
        "no such",
    ),
    (
        "7.3",
        (lambda table: table[NAME].iloc[-1],),
        "0.3000, rate 0: 0.3001): 'rate 1' is right, yours gives 'rat",
    ),
    ("7.3", (lambda table: None,), "`return` missing"),
]

UNTOUCHED = [
    ("7.1", (lambda history: ...,)),
    ("7.2", (lambda labels, scores, share: ...,)),
    ("7.3", (lambda table: ...,)),
]
