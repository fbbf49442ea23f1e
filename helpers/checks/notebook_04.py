"""Exercises of notebook 04, callbacks and pruning."""

import itertools
import operator
from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras.callbacks import Callback, CallbackList

from helpers.checks.cases import Case, Check, form, number, slip, truth
from helpers.checks.verdict import NotYet, demand, no_dots

_SAYS = "for {2} epochs, with rate {0} in the first and each time {1} of the one before"
_TRAININGS = [(0.1, 0.7, 3, True), (3e-3, 1, 8, False), (1e-3, 1.5, 4, True)]


def _made(callback: Callable, *arguments) -> Callback:
    made = form(Callback, "a class that inherits from Callback", callback(*arguments))
    no_dots(vars(made))
    return made


def _fit(callback: Callback, curve: list, rates=(), validation=True) -> int:
    """Drive a callback as `fit` does, and return after how many epochs it ends."""
    model = keras.Sequential(name="checks")
    model.compile(optimizer=keras.optimizers.Adam())
    model.stop_training = False
    hooks = CallbackList([callback], model=model, epochs=len(curve), steps=4)
    hooks.on_train_begin()
    for epoch, value in enumerate(curve):
        hooks.on_epoch_begin(epoch)
        # The training's own is on the other side of 0.8.
        logs = {"loss": 0.3, "auc": 0.55 if value >= 0.8 else 0.99, "accuracy": 0.5}
        for batch in range(4):
            hooks.on_train_batch_begin(batch)
            if rates:  # another one within the epoch, as from a schedule
                model.optimizer.learning_rate = rates[epoch]
            hooks.on_train_batch_end(batch, dict(logs))
        if validation:
            tested = {"loss": 0.4, "auc": value, "accuracy": 0.5}
            hooks.on_test_begin()
            hooks.on_test_batch_begin(0)
            hooks.on_test_batch_end(0, dict(tested))
            hooks.on_test_end(dict(tested))
            logs |= {f"val_{name}": one for name, one in tested.items()}
        hooks.on_epoch_end(epoch, logs)
        if rates and not np.isclose(model.optimizer.learning_rate, rates[epoch]):
            raise NotYet("it changes the learning rate: only look at it.")
        if model.stop_training:
            break
    hooks.on_train_end(logs)
    return epoch + 1


def _rates(rate_logger: Callable, rate, decay, epochs: int, validation: bool) -> list:
    """Return what a logger has kept after a training, in which another is made."""
    one, two = _made(rate_logger), _made(rate_logger)
    for logger in (one, two):
        has = hasattr(logger, "rates")
        demand(has, "self.rates, a list, is asked for, and there is none.")
        form(list, "self.rates, a list,", logger.rates)
    if not one.rates:
        _fit(one, [0.7] * epochs, [rate * decay**k for k in range(epochs)], validation)
    demand(not two.rates, "each logger has its own list, empty at first: in __init__.")
    rates = form(list, "self.rates, a list,", one.rates)
    return [number(rate, "a number, as float(...) makes it,") for rate in rates]


@Check([Case(*one, says=_SAYS.format(*one)) for one in _TRAININGS], drive=_rates)
class exercise_4_1(Callback):
    """Log the learning rate at the end of each epoch in `self.rates`."""

    def __init__(self):
        super().__init__()
        self.rates = []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


def _epochs(stop_at: Callable, target: float, val_auc: list[float]) -> dict:
    callback, _ = _made(stop_at, target), _made(stop_at, 2.0)  # each has its own
    return {"by its val_auc the training ends after epoch": _fit(callback, val_auc)}


def _curves() -> Iterator[Case]:
    """Curves of val_auc that reach the target, just miss it, or pass it."""
    for target in (0.9, 0.8625):
        yield Case(target, [0.7, round(target - 0.05, 4), 0.96, 0.7])
        yield Case(target, [0.6, target, 0.97])
        yield Case(target, [0.97, 0.6, 0.98])
        yield Case(target, [*[0.5] * 21, 1.0, 0.6])
        yield Case(target, [0.7, target - 1e-9, 0.3])
        yield Case(target, [target - 1e-6, 0.7, target + 1e-6, 0.99])


@Check(_curves, drive=_epochs)
class exercise_4_2(Callback):
    """Set `stop_training` as soon as `val_auc` reaches the target."""

    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_auc"] >= self.target:
            self.model.stop_training = True


def _pruning() -> Iterator[Case]:
    """Curves of one to six finished trials, in 16ths so that ties are exact."""
    rng = np.random.default_rng(0)
    sizes = (1, 2, 3, 4, 6, 14), (1, 2, 3, 5, 8), range(5)
    for count, seen, left in itertools.product(*sizes):
        finished = (rng.integers(4, 16, (count, seen + left)) / 16).tolist()
        running = (rng.integers(4, 16, seen) / 16).tolist()
        middle = np.median([curve[seen - 1] for curve in finished])
        if left == 4:  # just below, or just not
            running[0] = float(middle) - rng.choice([1e-4, -1e-4])
            running[1:] = [running[0] - 0.1] * (seen - 1)
        why = f"The best is {max(running):g}, the median at the same epoch {middle:g}."
        yield Case(finished, running, why=why)


@Check(_pruning, truth)
@slip("the best value so far decides, not the last one.", best=lambda of: of[-1])
@slip("that is the mean; the rule has the median.", middle=np.mean)
@slip("equal to the median is not below it: <.", below=operator.le)
def exercise_4_3(finished, running, best=max, middle=np.median, below=operator.lt):
    """Apply the rule of the MedianPruner."""
    return below(best(running), middle([curve[len(running) - 1] for curve in finished]))
