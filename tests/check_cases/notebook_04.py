"""Answers to the exercises of notebook 04: right, wrong with its hint, untouched."""

import keras
import numpy as np

Callback = keras.callbacks.Callback


class RateLogger(Callback):
    def __init__(self):
        super().__init__()
        self.rates = []

    def rate(self):
        return float(self.model.optimizer.learning_rate)

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(self.rate())


class NoParentCall(RateLogger):
    def __init__(self):
        self.rates = []


class AtBegin(RateLogger):
    def on_epoch_begin(self, epoch, logs=None):
        self.rates.append(self.rate())

    def on_epoch_end(self, epoch, logs=None):
        pass


class EachBatch(RateLogger):
    def on_train_batch_end(self, batch, logs=None):
        self.rates.append(self.rate())

    def on_epoch_end(self, epoch, logs=None):
        pass


class NeverAppends(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        self.rate()


class KeepsTensors(RateLogger):
    def rate(self):
        return self.model.optimizer.learning_rate


class LogsLoss(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(logs["loss"]))


class BecomesNumber(RateLogger):
    def on_epoch_end(self, epoch, logs=None):
        self.rates = self.rate()


class NoList(Callback):
    pass


class NoCallback:
    rates = []


class UntouchedLogger(Callback):
    def __init__(self):
        super().__init__()
        self.rates = ...

    def on_epoch_end(self, epoch, logs=None): ...


class StopAt(Callback):
    def __init__(self, target):
        super().__init__()
        self.target = target

    def reached(self, logs):
        return logs["val_auc"] >= self.target

    def on_epoch_end(self, epoch, logs=None):
        if self.reached(logs):
            self.model.stop_training = True


class StopAbove(StopAt):
    def reached(self, logs):
        return logs["val_auc"] > self.target


class StopAtNineTenths(StopAt):
    def reached(self, logs):
        return logs["val_auc"] >= 0.9


class StopWhenEqual(StopAt):
    def reached(self, logs):
        return logs["val_auc"] == self.target


class StopOnTraining(StopAt):
    def reached(self, logs):
        return logs["auc"] >= self.target


class StopAtOnce(StopAt):
    def reached(self, logs):
        return True


class NeverStops(StopAt):
    def reached(self, logs):
        return False


class WrongName(StopAt):
    def reached(self, logs):
        return logs["val_AUC"] >= self.target


class UntouchedStop(Callback):
    def __init__(self, target):
        super().__init__()
        self.target = ...

    def on_epoch_end(self, epoch, logs=None): ...


def prune(best=max, middle=np.median, below=np.less, epoch=None):
    def would_prune(finished, running):
        step = len(running) - 1 if epoch is None else epoch
        return below(best(running), middle([curve[step] for curve in finished]))

    return would_prune


def best_so_far(finished, running):
    return max(running) < np.median([max(c[: len(running)]) for c in finished])


RIGHT = [
    ("4.1", (RateLogger,)),
    ("4.1", (NoParentCall,)),
    ("4.2", (StopAt,)),
    ("4.3", (prune(),)),
]

# exercise, answer, what its own hint says
WRONG = [
    (
        "4.1",
        (AtBegin,),
        "00298, 0.0489999987185] is right, yours gives [0.0010000000475, 0.100",
    ),
    ("4.1", (EachBatch,), "is right, yours gives ["),
    ("4.1", (NeverAppends,), "is right, yours gives []"),
    ("4.1", (KeepsTensors,), "float(...) makes"),
    ("4.1", (LogsLoss,), "is right, yours gives [0.3, 0.3, 0.3]."),
    ("4.1", (BecomesNumber,), "self.rates, a list, is asked for, this is th"),
    ("4.1", (RateLogger(),), "Give its name, without ()."),
    ("4.2", (StopAtNineTenths,), "ends after epoch: 2 is right, yours gives 3."),
    ("4.2", (StopWhenEqual,), "ends after epoch: 3 is right, yours gives 4."),
    (
        "4.3",
        (best_so_far,),
        "5]: False is right, yours gives True. The best is 0.8125, the median at the",
    ),
    (
        "4.1",
        (NoList,),
        "self.rates, a list, is asked for, and there is none",
    ),
    ("4.1", (NoCallback,), "a class that inherits from Callback is asked"),
    ("4.1", (0.1,), "A class is asked for, this is the float 0.1. Give its name, wi"),
    (
        "4.2",
        (StopAbove,),
        "[0.6, 0.9, 0.97]: by its val_auc the training ends after epoch: 2 is",
    ),
    (
        "4.2",
        (StopOnTraining,),
        "by its val_auc the training ends after epoch: 3 is right, yours gives 1",
    ),
    ("4.2", (StopAtOnce,), "ends after epoch: 3 is right, yours gives 1."),
    ("4.2", (NeverStops,), "ends after epoch: 3 is right, yours gives 4."),
    ("4.2", (WrongName,), "KeyError"),
    ("4.2", (lambda target: target,), "a class that inherits from Callback is asked"),
    (
        "4.3",
        (prune(below=np.greater),),
        "yours gives False. The best is 0.6875, the median at the same epoch 0.875",
    ),
    (
        "4.3",
        (prune(middle=np.mean),),
        "That is the mean; the rule has the median.",
    ),
    (
        "4.3",
        (prune(middle=lambda v: sorted(v)[len(v) // 2]),),
        "]: False is right, yours gives True. The best is 0.625, the median at the s",
    ),
    (
        "4.3",
        (prune(middle=lambda v: sorted(v)[(len(v) - 1) // 2]),),
        "5]: True is right, yours gives False. The best is 0.4375, the median at the",
    ),
    (
        "4.3",
        (prune(middle=max),),
        "]: False is right, yours gives True. The best is 0.625, the median at the s",
    ),
    ("4.3", (prune(epoch=0),), "the same epoch"),
    (
        "4.3",
        (prune(best=lambda running: running[-1]),),
        "The best value so far decides, not the last one.",
    ),
    (
        "4.3",
        (prune(below=np.less_equal),),
        "Equal to the median is not below it: <.",
    ),
    ("4.3", (lambda finished, running: None,), "`return` missing"),
]

UNTOUCHED = [
    ("4.1", (UntouchedLogger,)),
    ("4.2", (UntouchedStop,)),
    ("4.3", (lambda finished, running: ...,)),
]
