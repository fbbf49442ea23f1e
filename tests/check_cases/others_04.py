"""Answers that a reader might give to the exercises of notebook(s) 04."""

import keras
import numpy as np
from tests.check_cases.notebook_04 import RateLogger, StopAt


class Doubled(RateLogger):
    def on_epoch_begin(self, epoch, logs=None):
        self.rates.append(self.rate())


class Initial(RateLogger):
    def on_train_begin(self, logs=None):
        self.first = self.rate()

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(self.first)


class Rounded(RateLogger):
    def rate(self):
        return round(super().rate(), 4)


class AsText(RateLogger):
    def rate(self):
        return str(super().rate())


class AtTrainEnd(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_end(self, logs=None):
        self.rates.append(self.rate())


class OnlyLast(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        self.rates = [self.rate()]


class AtTest(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_test_end(self, logs=None):
        self.rates.append(self.rate())


class WithEpoch(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        self.rates.append((epoch, self.rate()))


class BatchBegin(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 0:
            self.rates.append(self.rate())


class Beginning(RateLogger):
    def __init__(self):
        super().__init__()
        self.rates = [0.0]


class OfTheClass(keras.callbacks.Callback):
    rates = []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


class StopBelow(StopAt):
    def reached(self, logs):
        return logs["val_auc"] <= self.target


class StopRounded(StopAt):
    def reached(self, logs):
        return round(logs["val_auc"], 3) >= self.target


class StopOnLoss(StopAt):
    def reached(self, logs):
        return logs["val_loss"] <= self.target


class StopOnAccuracy(StopAt):
    def reached(self, logs):
        return logs["val_accuracy"] >= self.target


class StopNearly(StopAt):
    def reached(self, logs):
        return logs["val_auc"] >= self.target - 1e-3


class StopLate(StopAt):
    seen = 0.0

    def reached(self, logs):
        before, self.seen = self.seen, logs["val_auc"]
        return before >= self.target


class StopSecond(StopAt):
    count = 0

    def reached(self, logs):
        self.count += logs["val_auc"] >= self.target
        return self.count >= 2


class StopSelf(StopAt):
    def on_epoch_end(self, epoch, logs=None):
        self.stop_training = self.reached(logs)


class StopClass(keras.callbacks.Callback):
    def __init__(self, target):
        StopClass.target = target

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_auc"] >= self.target:
            self.model.stop_training = True


class StopRaises(StopAt):
    def on_epoch_end(self, epoch, logs=None):
        if self.reached(logs):
            raise StopIteration


class StopAtBegin(StopAt):
    last = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.model.stop_training = self.last >= self.target

    def on_epoch_end(self, epoch, logs=None):
        self.last = logs["val_auc"]


class StopAfterAll(StopAt):
    def on_epoch_end(self, epoch, logs=None):
        if self.reached(logs) and epoch > 0:
            self.model.stop_training = True


def prune(rule):
    return lambda finished, running: rule(finished, running, len(running) - 1)


class FirstRate(RateLogger):
    def set_model(self, model):
        super().set_model(model)
        self.rates = []

    def rate(self):
        return np.float32(super().rate())


class StopWithDefault(StopAt):
    def reached(self, logs):
        return (logs or {}).get("val_auc", -np.inf) >= self.target


class StopWithPatience(keras.callbacks.EarlyStopping):
    def __init__(self, target):
        super().__init__("val_auc", mode="max", patience=10**6)
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        if self.get_monitor_value(logs) >= self.target:
            self.model.stop_training = True


WRONG = {
    "4.1": [Doubled, Initial, Rounded, AsText, AtTrainEnd, OnlyLast, AtTest, WithEpoch]
    + [BatchBegin, Beginning, OfTheClass],
    "4.2": [StopBelow, StopRounded, StopOnLoss, StopOnAccuracy, StopNearly, StopLate]
    + [StopSecond, StopSelf, StopClass, StopRaises, StopAtBegin, StopAfterAll],
    "4.3": [
        prune(lambda f, r, k: max(r) < np.median([c[k - 1] for c in f])),
        prune(lambda f, r, k: max(r) < np.median(f)),
        prune(lambda f, r, k: min(r) < np.median([c[k] for c in f])),
        prune(lambda f, r, k: np.mean(r) < np.median([c[k] for c in f])),
        prune(lambda f, r, k: r[0] < np.median([c[k] for c in f])),
        prune(lambda f, r, k: any(max(r) < c[k] for c in f)),
        prune(lambda f, r, k: all(max(r) < c[k] for c in f)),
        prune(lambda f, r, k: max(r) < f[len(f) // 2][k]),
        prune(lambda f, r, k: max(r) < np.median([np.median(c) for c in f])),
        prune(lambda f, r, k: len(f) > 1 and max(r) < np.median([c[k] for c in f])),
    ],
}
RIGHT = {
    "4.1": [FirstRate],
    "4.2": [StopWithDefault, StopWithPatience],
    "4.3": [
        prune(lambda f, r, k: sorted(r)[-1] < np.median([*zip(*f, strict=True)][k])),
        prune(lambda f, r, k: not max(r) >= np.median(np.asarray(f)[:, k])),
    ],
}
