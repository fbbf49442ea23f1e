"""Exercises of notebook 04, callbacks and pruning."""

import operator
from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras.callbacks import Callback, CallbackList

from helpers.checks.cases import Case, Check, form, number, truth
from helpers.checks.verdict import NotYet, Untouched

_BATCHES = 4


def _made(callback: Callable, *arguments) -> Callback:
    made = form(Callback, "a class that inherits from Callback")(callback(*arguments))
    if any(value is ... for value in vars(made).values()):
        raise Untouched
    return made


def _fit(callback: Callback, curve: list[float], rate=0.1, validation=True) -> int:
    """Drive a callback as `fit` does, and return after how many epochs it ends."""
    model = keras.Sequential(name="checks")
    model.compile(optimizer=keras.optimizers.Adam(rate))
    model.stop_training = False
    hooks = CallbackList([callback], model=model, epochs=len(curve), steps=_BATCHES)
    hooks.on_train_begin()
    for epoch, value in enumerate(curve):
        hooks.on_epoch_begin(epoch)
        other = 0.55 if value >= 0.8 else 0.99  # on the other side of 0.8
        logs = {"loss": 0.3, "auc": other, "accuracy": 0.5}
        for batch in range(_BATCHES):
            hooks.on_train_batch_begin(batch)
            model.optimizer.iterations.assign_add(1)
            hooks.on_train_batch_end(batch, dict(logs))
        if validation:
            tested = {"loss": 0.4, "auc": value, "accuracy": 0.5}
            hooks.on_test_begin()
            hooks.on_test_batch_begin(0)
            hooks.on_test_batch_end(0, dict(tested))
            hooks.on_test_end(dict(tested))
            logs |= {f"val_{name}": one for name, one in tested.items()}
        hooks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    hooks.on_train_end(logs)
    return epoch + 1


def _rates(rate_logger: Callable, rate, decay, epochs: int, validation: bool) -> list:
    """Return what a logger has kept after a training, in which another is made."""
    logger, other = _made(rate_logger), _made(rate_logger)
    if decay:
        rate = keras.optimizers.schedules.ExponentialDecay(rate, 2, decay)
    if getattr(logger, "rates", None) == []:
        _fit(logger, [0.7] * epochs, rate, validation)
    if getattr(other, "rates", None) != []:
        raise NotYet("each logger has its own list, empty at first: in __init__.")
    rates = form(list, "self.rates, a list,")(logger.rates)
    return [number(one, "a number, as float(...) makes it,") for one in rates]


@Check(
    [
        Case(0.1, 0.7, 3, True),
        Case(3e-3, 0.5, 5, False),
        Case(1.23456e-3, None, 2, True),
    ],
    same=lambda a, b: len(a) == len(b) and np.allclose(a, b, rtol=1e-6, atol=0),
    drive=_rates,
    slips={
        "the list is empty after a training: append in a hook.": {"hook": "never"},
        "these are the rates at the begin of each epoch.": {"hook": "on_epoch_begin"},
        "use on_epoch_end, once per epoch.": {"hook": "on_train_batch_end"},
    },
)
class exercise_4_1(Callback):
    """Log the learning rate at the end of each epoch in `self.rates`."""

    def __init__(self, hook="on_epoch_end"):
        super().__init__()
        self.rates = []
        setattr(self, hook, self.log)

    def log(self, *_, **__):
        self.rates.append(float(self.model.optimizer.learning_rate))


def _epochs(stop_at: Callable, target: float, val_auc: list[float]) -> dict:
    callback, _ = _made(stop_at, target), _made(stop_at, 2.0)  # each has its own
    return {"the training ends after epoch": _fit(callback, val_auc)}


def _curves() -> Iterator[Case]:
    """Curves of val_auc that reach the target, just miss it, or pass it."""
    for target in (0.9, 0.8625):
        yield Case(target, [0.7, round(target - 0.05, 4), 0.96, 0.7])
        yield Case(target, [0.6, target, 0.97])
        yield Case(target, [0.97, 0.6, 0.98])
        yield Case(target, [0.7, float(np.nextafter(target, 0)), 0.3])
        yield Case(target, [target - 1e-6, 0.7, target + 1e-6, 0.99])


_SLIPS = {
    "exactly the target is enough: >=.": {"reaches": operator.gt},
    "that is the training's; of the validation it is val_auc.": {"name": "auc"},
}


@Check(_curves, drive=_epochs, slips=_SLIPS)
class exercise_4_2(Callback):
    """Set `stop_training` as soon as `val_auc` reaches the target."""

    def __init__(self, target, reaches=operator.ge, name="val_auc"):
        super().__init__()
        self.target, self.reaches, self.name = target, reaches, name

    def on_epoch_end(self, epoch, logs=None):
        if self.reaches(logs[self.name], self.target):
            self.model.stop_training = True


def _pruning() -> Iterator[Case]:
    """Curves of one to six finished trials, in 16ths so that ties are exact."""
    rng, pairs = np.random.default_rng(0), []
    for _ in range(150):
        count, epochs = rng.integers(1, 7), rng.integers(1, 6)
        finished = rng.integers(4, 16, (count, epochs)) / 16
        running = rng.integers(4, 16, rng.integers(1, epochs + 1)) / 16
        pairs.append((finished.tolist(), running.tolist()))
    for finished, running in sorted(pairs, key=lambda pair: len(str(pair))):
        middle = np.median([curve[len(running) - 1] for curve in finished])
        why = f"The best is {max(running):g}, the median of the finished {middle:g}."
        yield Case(finished, running, why=why)


def _now(curve: list[float], running: list[float]) -> float:
    return curve[len(running) - 1]


_SLIPS = {
    "take the median of the finished, not the mean.": {"middle": np.mean},
    "exactly the median is not below it: go on.": {"below": operator.le},
    "the best value so far counts, not the latest.": {"best": lambda curve: curve[-1]},
    "with an even number of trials the median lies between two: np.median.": {
        "middle": lambda values: sorted(values)[len(values) // 2]
    },
}
for _what, _at in {
    "the best that it had before": lambda curve, running: max(curve[: len(running)]),
    "at the epoch of the best value": lambda curve, run: curve[int(np.argmax(run))],
    "at its first": lambda curve, running: curve[0],
    "at its last": lambda curve, running: curve[-1],
}.items():
    _SLIPS[f"take each finished curve at the same epoch, not {_what}."] = {"at": _at}


@Check(_pruning, truth, slips=_SLIPS)
def exercise_4_3(
    finished, running, best=max, middle=np.median, below=operator.lt, at=_now
) -> bool:
    """Apply the rule of the MedianPruner."""
    return bool(below(best(running), middle([at(one, running) for one in finished])))
