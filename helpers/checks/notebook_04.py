"""Exercises of notebook 04, callbacks and pruning."""

import operator
from collections.abc import Callable, Iterator
from numbers import Real

import keras
import numpy as np
from keras.callbacks import Callback, CallbackList

from helpers.checks.cases import Case, a, call, compare, short, truth
from helpers.checks.verdict import NotYet, Untouched, exercise

BATCHES = 4


def _made(callback: Callable, *arguments) -> Callback:
    """Make the reader's callback, or say why that is none."""
    if isinstance(callback, Callback):
        raise NotYet("give the class itself, without ().")
    says = f"when it is made with {short(arguments)}" if arguments else "when made"
    made, _ = call(callback, Case(*arguments, says=says))
    if not isinstance(made, Callback):
        raise NotYet("the class must inherit from keras.callbacks.Callback.")
    return made


def _fit(
    callback: Callback, aucs: list[float], optimizer=None, validation: bool = True
) -> int:
    """Drive a callback as `fit` does, and return after how many epochs it ends."""
    model = keras.Sequential(name="checks")
    model.compile(optimizer=optimizer or keras.optimizers.Adam(0.1))
    model.stop_training = False
    hooks = CallbackList([callback], model=model, epochs=len(aucs), steps=BATCHES)
    hooks.set_params({"verbose": 0, "epochs": len(aucs), "steps": BATCHES})
    hooks.on_train_begin()
    for epoch, value in enumerate(aucs):
        # All others lie on the other side of 0.8.
        other = 0.55 if value >= 0.8 else 0.99
        logs = {"loss": 0.3, "auc": other, "accuracy": other}
        hooks.on_epoch_begin(epoch)
        for batch in range(BATCHES):
            hooks.on_train_batch_begin(batch)
            model.optimizer.iterations.assign_add(1)
            hooks.on_train_batch_end(batch, dict(logs))
        if validation:
            tested = {"loss": 0.4, "auc": value, "accuracy": other}
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


def _rates(logger: Callback) -> list:
    if not hasattr(logger, "rates"):
        raise NotYet("`__init__` must make the list: self.rates = [].")
    if logger.rates is ...:
        raise Untouched
    if not isinstance(logger.rates, list):
        raise NotYet(f"self.rates is a list, yours is {a(logger.rates)}.")
    return logger.rates


@exercise
def exercise_4_1(rate_logger: Callable) -> str | None:
    """Log the learning rate at the end of each epoch in `self.rates`."""
    schedules = keras.optimizers.schedules
    for schedule, epochs, validation in [
        (schedules.InverseTimeDecay(0.1, 1, 1.0), 3, True),
        (schedules.ExponentialDecay(0.003, 2, 0.7), 5, False),
        (0.0012345678, 2, True),
    ]:
        logger, other = _made(rate_logger), _made(rate_logger)
        if _rates(logger):
            return f"the list is empty at first, yours is {short(logger.rates)}."
        optimizer = keras.optimizers.Adam(schedule)
        _fit(logger, [0.7] * epochs, optimizer, validation)
        steps = np.arange(epochs + 1) * BATCHES
        at = [float(schedule(k)) if callable(schedule) else schedule for k in steps]
        hint = _misses(_rates(logger), at[1:], at[:-1])
        if hint:
            return hint
        if _rates(other):
            return (
                "a second logger has the rates of the first: the list belongs to the "
                "class. Make it in `__init__`: self.rates = []."
            )
    return None


def _misses(rates: list, ends: list[float], begins: list[float]) -> str | None:
    """Compare the logged rates with those at the end of each epoch."""
    epochs = len(ends)
    if not rates:
        return "after a training the list is empty: append to self.rates in a hook."
    if len(rates) == epochs * BATCHES:
        return (
            f"{len(rates)} numbers in {epochs} epochs of {BATCHES} batches: use "
            "on_epoch_end, once per epoch."
        )
    if len(rates) != epochs:
        return f"{epochs} epochs should give {epochs} numbers, yours gave {len(rates)}."
    strange = [one for one in rates if not isinstance(one, Real)]
    if strange:
        kind = type(strange[0]).__name__
        return f"the entries are of type {kind}: float(...) makes numbers of them."
    if np.allclose(rates, ends, rtol=1e-6, atol=0):
        return None
    if np.allclose(rates, begins, rtol=1e-6, atol=0):
        return "these are the rates at the begin of each epoch: use on_epoch_end."
    return (
        f"in {epochs} epochs self.model.optimizer.learning_rate was {short(ends)} at "
        f"the end of each, yours are {short(rates)}."
    )


def _curves() -> Iterator[tuple[float, list[float]]]:
    """Targets and curves of val_auc that reach them, just miss them, or pass."""
    yield 0.9, [0.70, 0.85, 0.91, 0.80]
    yield 0.9, [0.60, 0.90, 0.95]
    yield 0.9, [0.70, 0.80, 0.89, 0.70]
    yield 0.8, [0.70, 0.85, 0.95]
    yield 0.93, [0.90, 0.92, 0.94, 0.95]
    rng = np.random.default_rng(0)
    for target in (0.9, 0.8625, 0.75, 0.5):
        below = [target - step for step in (0.3, 0.02, 0.004, 0.0004, 1e-6)]
        yield target, [*below, target, 0.99]
        yield target, [*below, float(np.nextafter(target, 0)), 0.3]
        yield target, [*(float(one) for one in rng.permutation(below)), target + 1e-6]


@exercise
def exercise_4_2(stop_at: Callable) -> str | None:
    """Set `stop_training` as soon as `val_auc` reaches the target."""
    curves = list(_curves())
    callbacks = [_made(stop_at, target) for target, _ in curves]
    if getattr(callbacks[0], "target", None) is ...:
        raise Untouched
    # All are made before the first is used: each keeps its own target.
    for callback, (target, curve) in zip(callbacks, curves, strict=True):
        reached = [value >= target for value in curve]
        right = reached.index(True) + 1 if any(reached) else len(curve)
        says = f"with a target of {target} and the val_auc {short(curve)}"
        try:
            ended = _fit(callback, curve)
        except Exception as error:
            return f"{says} your answer ends in {type(error).__name__}: {error}"
        if ended == right:
            continue
        if right == ended - 1 and curve[right - 1] == target:
            return f"{says} it goes on: exactly the target is enough (>=)."
        where = f"after epoch {right} of {len(curve)}" if any(reached) else "not at all"
        return (
            f"{says} the training should be stopped {where}, and it ended after "
            f"{ended}: self.model.stop_training = True when logs['val_auc'] is at "
            "least self.target."
        )
    return None


def _pruning() -> Iterator[Case]:
    """Curves of one to six finished trials, in 16ths so that ties are exact."""
    rising = [[0.6, 0.7, 0.8], [0.7, 0.8, 0.9], [0.8, 0.9, 0.91], [0.8, 0.9, 0.92]]
    rising.append([0.0, 0.1, 0.2])
    pairs = [(rising, [best]) for best in (0.5, 0.65, 0.75, 0.7)]
    pairs += [(rising, [0.6, 0.75]), (rising, [0.85, 0.7])]
    rng = np.random.default_rng(0)
    for _ in range(150):
        count, epochs = rng.integers(1, 7), rng.integers(1, 6)
        finished = rng.integers(4, 16, (count, epochs)) / 16
        running = rng.integers(4, 16, rng.integers(1, epochs + 1)) / 16
        pairs.append((finished.tolist(), running.tolist()))
    for finished, running in pairs:
        middle = np.median([curve[len(running) - 1] for curve in finished])
        yield Case(
            finished,
            running,
            says=f"for finished = {short(finished)} and running = {short(running)}",
            why=f"The best so far is {short(max(running))}, the median of the finished "
            f"after epoch {len(running)} is {short(middle)}.",
        )


def _prunes(best=max, middle=np.median, below=operator.lt, at=None) -> Callable:
    """The rule, or the rule with one slip; `at` picks a value of a finished curve."""

    def would_prune(finished: list, running: list) -> bool:
        values = [
            at(curve, running) if at else curve[len(running) - 1] for curve in finished
        ]
        return bool(below(best(running), middle(values)))

    return would_prune


_SLIPS = {
    "take the median of the finished, not the mean.": _prunes(middle=np.mean),
    "exactly the median is not below it: go on.": _prunes(below=operator.le),
    "the best value so far counts, not the latest.": _prunes(lambda curve: curve[-1]),
    "take each finished curve at the same epoch, not the best that it had before.": (
        _prunes(at=lambda curve, running: max(curve[: len(running)]))
    ),
    "take each finished curve at the epoch that has just ended, not at the epoch of "
    "the best value.": _prunes(at=lambda curve, run: curve[int(np.argmax(run))]),
    "take each finished curve at the same epoch, not at its first.": (
        _prunes(at=lambda curve, running: curve[0])
    ),
    "take each finished curve at the same epoch, not at its last.": (
        _prunes(at=lambda curve, running: curve[-1])
    ),
    "with an even number of trials the median lies between two: np.median.": (
        _prunes(middle=lambda values: sorted(values)[len(values) // 2])
    ),
    "it is the other way round: True below the median.": _prunes(below=operator.ge),
}


@exercise
def exercise_4_3(would_prune: Callable) -> str | None:
    """Apply the rule of the MedianPruner."""
    return compare(would_prune, _prunes(), _pruning(), truth, slips=_SLIPS)
