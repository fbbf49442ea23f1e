"""Answers of later readers, to exercises of many notebooks: kinds that had passed."""

import matplotlib.pyplot as plt
import numpy as np
from keras.callbacks import Callback
from sklearn.metrics import roc_auc_score

from tests.check_cases.notebook_07 import NAME, RATE
from tests.check_cases.others_01_to_03 import good
from tests.check_cases.others_07_to_09 import draw


def last_parameter(study, low, high):
    rate = [*study.best_params.values()][-1]
    return rate < 2 * low or rate > high / 2


def up_to_100000(trials, error):
    chosen, least = None, 100_000
    for trial in good(trials, error):
        if trial.values[1] < least:
            chosen, least = trial, trial.values[1]
    return chosen


def bootstrapped(summary, size=None):
    def error(labels, *scores):
        rng, found = np.random.default_rng(0), []
        for _ in range(200):
            drawn = rng.integers(len(labels), size=size or len(labels))
            one, two = (roc_auc_score(labels[drawn], s[drawn]) for s in scores)
            found.append(one - two)
        return summary(found)

    return error


class FallingRates(Callback):
    def __init__(self):
        super().__init__()
        self.rates = []

    def on_epoch_end(self, epoch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        self.rates = sorted([*self.rates, rate], reverse=True)


class AtLatest(Callback):
    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_auc"] >= self.target or epoch >= 9:
            self.model.stop_training = True


def not_step(history):
    best = step = None
    for point in history:
        if not step or point.value < best:
            best, step = point.value, point.step
    return step


def below_ten(history):
    best, step = 10, 0
    for point in history:
        if point.value < best:
            best, step = point.value, point.step
    return step


def any_loss(history):
    return draw(names=[name for name in history if "loss" in name])(history)


def both_if_more(history):
    names = ("loss", "val_loss") if len(history) > 1 else ("loss",)
    figure, axes = plt.subplots()
    for name in names:
        axes.plot(history[name], label=name)
    axes.set(xlabel="epoch", ylabel="loss")
    return figure


def unseen(history):
    figure = draw()(history)
    for line in figure.axes[0].lines:
        line.set_linestyle("none")
    return figure


def in_any_order(study):
    asked = [one for one in study.trials if "asked" in one.user_attrs]
    done = {t.user_attrs["asked"] for t in asked if t.state.name == "COMPLETE"}
    return list({one.user_attrs["asked"] for one in asked} - done)


WRONG = {
    "2.2": [last_parameter],
    "3.1": [up_to_100000],
    "3.3": [
        bootstrapped(lambda found: np.mean(np.abs(found))),
        bootstrapped(np.std, size=200),
        bootstrapped(np.std, size=170),
    ],
    "4.1": [FallingRates],
    "4.2": [AtLatest],
    "6.3": [
        lambda h: min((p for p in h if p.step), key=lambda p: p.value).step,
        lambda h: min(h, key=lambda p: p.value).step or max(p.step for p in h),
        not_step,
        below_ten,
    ],
    "7.1": [
        draw(lambda values: sorted(values, reverse=True)),
        draw(np.minimum.accumulate),
        draw(lambda values: values[:8]),
        draw(lambda values: np.clip(values, 0, 1)),
        draw(xlim=(0, 1)),
        any_loss,
        both_if_more,
        unseen,
    ],
    "7.3": [
        lambda t: t.loc[t.filter(like="metrics.eff").iloc[:, 0].idxmax(), NAME],
        lambda t: t.loc[t[[c for c in t if "metrics." in c][0]].idxmax(), NAME],
    ],
    "9.1": [in_any_order],
}
RIGHT = {
    "2.1": [lambda trial: trial.suggest_float("weight_decay", 1e-6, 1e-1, log=1)],
    "3.3": [bootstrapped(np.std)],
    "7.1": [
        draw(ylabel="loss after each epoch"),
        draw(xlabel="epoch (0 = first)", ylabel="mean loss of an epoch"),
        draw(label={"loss": "loss", "val_loss": "validation, in training"}.get),
        draw(label={"loss": "training, not validation", "val_loss": "valid"}.get),
    ],
    "7.3": [lambda table: table.iloc[table[RATE].idxmax()][NAME]],
}
