"""Right answers in many styles, to the exercises of notebooks 01 to 04."""

import statistics

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from helpers import data
from tests.check_cases.notebook_04 import RateLogger


FEATURES = list(data.FEATURES)
ALPHA, RATE, NAME = "fAlpha", "metrics.eff_at_01", "tags.mlflow.runName"


def of(function):
    """Return the same function as an object that can be called."""

    class Callable:
        def __call__(self, *arguments):
            return function(*arguments)

    return Callable()


def degrees_loop(events):
    for angle in events[ALPHA]:
        if angle > 1.6:
            return True
    return False


def decay_by_name(trial):
    value = trial.suggest_float(name="weight_decay", low=1e-6, high=0.1, log=True)
    return np.float64(value)


def decay_from_params(trial):
    trial.suggest_float("weight_decay", 10**-6, 10**-1, log=True)
    return trial.params["weight_decay"]


def edge_by_logarithm(study, low, high):
    rate = np.log(study.best_trial.params["learning_rate"] / np.array([low, high]))
    return np.any(np.abs(rate) < np.log(2))


def edge_by_table(study, low, high):
    table = study.trials_dataframe()
    rate = table.loc[table["value"].idxmax(), "params_learning_rate"]
    return bool(rate / low < 2) | bool(high / rate < 2)


def edge_by_loop(study, low, high):
    best = None
    for trial in study.trials:
        if best is None or trial.value > best.value:
            best = trial
    return not 2 * low <= best.params["learning_rate"] <= high / 2


def choose_loop(trials, error):
    best, highest = None, max(trial.values[0] for trial in trials)
    for trial in trials:
        if trial.values[0] < highest - error:
            continue
        if best is None or trial.values[1] < best.values[1]:
            best = trial
    return best


def choose_vectors(trials, error):
    aucs, sizes = np.array([trial.values for trial in trials]).T
    return trials[int(np.argmin(np.where(aucs >= aucs.max() - error, sizes, np.inf)))]


def choose_table(trials, error):
    table = pd.DataFrame([trial.values for trial in trials], columns=["auc", "size"])
    good = table[table["auc"] >= table["auc"].max() - error]
    return trials[good["size"].idxmin()]


def choose_sorted(trials, error):
    ordered = sorted(trials, key=lambda trial: trial.values[1])
    highest = max(trial.values[0] for trial in ordered)
    return next(trial for trial in ordered if trial.values[0] >= highest - error)


def taper(trial):
    widths, high = [], 128
    layers = trial.suggest_int("num_layers", 1, 4)
    while len(widths) < layers:
        high = trial.suggest_int(f"width_{len(widths) + 1}", 16, high, log=True)
        widths += [high]
    return widths


def taper_recursive(trial, k=1, high=128):
    if k > trial.suggest_int("num_layers", 1, 4):
        return []
    width = trial.suggest_int(f"width_{k}", low=16, high=high, log=True)
    return [width, *taper_recursive(trial, k + 1, width)]


def taper_numpy(trial):
    count = trial.suggest_int("num_layers", 1, 4)
    widths = np.full(count + 1, 128)
    for k in range(count):
        name = f"width_{k + 1}"
        widths[k + 1] = trial.suggest_int(name, 16, int(widths[k]), log=True)
    return list(widths[1:])


def taper_params(trial):
    trial.suggest_int("num_layers", 1, 4)
    names = [f"width_{k}" for k in range(1, trial.params["num_layers"] + 1)]
    for before, name in zip([None, *names], names, strict=False):
        high = trial.params[before] if before else 128
        trial.suggest_int(name, 16, high, log=True)
    return [trial.params[name] for name in names]


def difference(draw, spread=np.std):
    def error(labels, first, second):
        found = []
        for k in range(200):
            drawn = draw(k, len(labels))
            one = roc_auc_score(labels[drawn], first[drawn])
            found.append(one - roc_auc_score(labels[drawn], second[drawn]))
        return spread(found)

    return error


RNG = np.random.default_rng(3)


def difference_table(labels, first, second):
    table = pd.DataFrame({"y": labels, "a": first, "b": second})
    found = []
    for k in range(200):
        some = table.sample(frac=1, replace=True, random_state=k)
        found.append(
            roc_auc_score(some["y"], some["a"]) - roc_auc_score(some["y"], some["b"])
        )
    return pd.Series(found).std()


class LoggerNumpy(RateLogger):
    def rate(self):
        return self.model.optimizer.learning_rate.numpy()


class LoggerByPlus(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        value = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        self.rates = self.rates + [value.item()]


class LoggerLastBatch(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        if batch == self.params["steps"] - 1:
            self.rates.append(self.rate())


class LoggerResets(RateLogger):
    def on_train_begin(self, logs=None):
        self.rates.clear()


class Stop(keras.callbacks.Callback):
    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["val_auc"] >= self.target


class StopWithFlag(Stop):
    def on_train_begin(self, logs=None):
        self.reached = False

    def on_epoch_end(self, epoch, logs=None):
        self.reached = self.reached or logs.get("val_auc", 0) >= self.target
        if self.reached:
            self.model.stop_training = True


class StopByEpochs(Stop):
    def on_epoch_end(self, epoch, logs=None):
        left = self.params["epochs"] - epoch
        if left and not logs["val_auc"] < self.target:
            self.model.stop_training = True


class StopAfterTest(Stop):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_test_end(self, logs=None):
        if logs["auc"] >= self.target:
            self.model.stop_training = True


class StopWithList(keras.callbacks.Callback):
    def __init__(self, goal):
        self.goal, self.seen = np.float64(goal), []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(logs["val_auc"])
        if max(self.seen) >= self.goal:
            self.model.stop_training = True


def prune_loop(finished, running):
    values = []
    for curve in finished:
        values.append(curve[len(running) - 1])
    best = running[0]
    for value in running:
        best = value if value > best else best
    return True if best < statistics.median(values) else False


def prune_vectors(finished, running):
    return np.max(running) < np.median(np.array(finished)[:, len(running) - 1])


def prune_table(finished, running):
    middle = pd.DataFrame(finished)[len(running) - 1].median()
    return bool(pd.Series(running).max() < middle)
