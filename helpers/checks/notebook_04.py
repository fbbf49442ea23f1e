"""Exercises of notebook 04, callbacks and pruning."""

from collections.abc import Callable
from types import SimpleNamespace

import keras
import numpy as np

from helpers.checks.verdict import call, exercise


def _small_model() -> keras.Model:
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1.0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")
    return model


def _not_a_callback(answer) -> str | None:
    if isinstance(answer, keras.callbacks.Callback):
        return None
    return "the class must inherit from keras.callbacks.Callback."


@exercise
def exercise_4_1(rate_logger: Callable) -> str | None:
    """Log the learning rate at the end of each epoch in `self.rates`."""
    if isinstance(rate_logger, keras.callbacks.Callback):
        return "give the class itself, without ()."
    logger = call(rate_logger)
    hint = _not_a_callback(logger)
    if hint:
        return hint
    if not hasattr(logger, "rates"):
        return "`__init__` must make the list: self.rates = []."
    rates = call(lambda: logger.rates, may_return_nothing=True)
    if not isinstance(rates, list):
        return f"self.rates is a list, yours has the type {type(rates).__name__}."
    # Eight events in batches of two: four steps an epoch, rate 0.1 / (1 + steps).
    model = _small_model()
    model.fit(
        np.ones((8, 2)),
        np.ones((8, 1)),
        batch_size=2,
        epochs=3,
        verbose=0,
        callbacks=[logger],
    )
    rates = logger.rates
    if not isinstance(rates, list):
        return f"self.rates became a {type(rates).__name__}: append to the list."
    expected = [0.1 / 5, 0.1 / 9, 0.1 / 13]
    if len(rates) == 0:
        return "after a training the list is empty: append to self.rates in a hook."
    if len(rates) == 12:
        return "12 numbers in 3 epochs of 4 batches: use on_epoch_end, once per epoch."
    if len(rates) != 3:
        return f"3 epochs should give 3 numbers, yours gave {len(rates)}."
    if not all(isinstance(rate, float) for rate in rates):
        return (
            f"the entries are of type {type(rates[0]).__name__}: float(...) makes "
            "numbers of them."
        )
    if np.allclose(rates, [0.1, 0.1 / 5, 0.1 / 9], rtol=1e-3):
        return "these are the rates at the begin of each epoch: use on_epoch_end."
    if not np.allclose(rates, expected, rtol=1e-3):
        return "these are not the rates of self.model.optimizer.learning_rate."
    return None


@exercise
def exercise_4_2(stop_at: Callable) -> str | None:
    """Set `stop_training` as soon as `val_auc` reaches the target."""
    for target, curve, stops_after in [
        (0.9, [0.70, 0.85, 0.91, 0.80], 3),
        (0.9, [0.60, 0.90, 0.95], 2),
        (0.9, [0.70, 0.80, 0.89], None),
        (0.8, [0.70, 0.85, 0.95], 2),
    ]:
        callback = call(stop_at, target)
        hint = _not_a_callback(callback)
        if hint:
            return hint
        call(getattr, callback, "target", None, may_return_nothing=True)
        model = SimpleNamespace(stop_training=False)
        callback.set_model(model)
        stopped_after = None
        for epoch, value in enumerate(curve):
            # All others lie on the wrong side of the target.
            other = 0.5 if value >= target else 0.99
            logs = dict.fromkeys(["auc", "accuracy", "val_accuracy"], other)
            logs |= {"loss": 0.3, "val_loss": 0.3, "val_auc": value}
            callback.on_epoch_end(epoch, logs)
            if model.stop_training:
                stopped_after = epoch + 1
                break
        if stopped_after == stops_after:
            continue
        if curve[1] == 0.90 and stopped_after in (None, 3):
            return "at least the target means >=: exactly the target is enough."
        if stopped_after is None:
            return (
                f"with a target of {target} and the curve {curve} nothing stopped. Set "
                "self.model.stop_training = True when logs['val_auc'] >= target."
            )
        return (
            f"with a target of {target} and the curve {curve} it stopped after "
            f"{stopped_after} epoch(s): compare logs['val_auc'] with self.target (>=)."
        )
    return None


@exercise
def exercise_4_3(would_prune: Callable) -> str | None:
    """Apply the rule of the MedianPruner."""
    rising = [
        [0.60, 0.70, 0.80],
        [0.70, 0.80, 0.90],
        [0.80, 0.90, 0.91],
        [0.80, 0.90, 0.92],
        [0.00, 0.10, 0.20],
    ]
    falling = [[0.6, 0.5, 0.4], [0.7, 0.8, 0.5], [0.8, 0.6, 0.5]]
    cases = [
        (
            [0.50],
            True,
            "0.50 after the first epoch lies below the median there, 0.70: stop.",
        ),
        (
            [0.65],
            True,
            "compare with the median of the finished (0.70), not with the mean.",
        ),
        ([0.75], False, "0.75 after the first epoch is above the median 0.70: go on."),
        (
            [0.60, 0.75],
            True,
            "compare with the same epoch: after the second the median is 0.80.",
        ),
        (
            [0.85, 0.70],
            False,
            "the best value so far counts: 0.85, though the latest is 0.70.",
        ),
        ([0.70], False, "exactly the median is not below it: go on."),
        ([0.60, 0.70, 0.95], False, "0.95 after the third epoch is the best of all."),
    ]
    same_epoch = (
        "take each finished curve at the same epoch, not the best that it had before."
    )
    middle = "with an even number of trials the median lies between two: np.median."
    four = [[0.6], [0.7], [0.8], [0.9]]
    for finished, (running, expected, hint) in [
        *((rising, case) for case in cases),
        (falling, ([0.5, 0.6, 0.6], False, same_epoch)),
        (four, ([0.74], True, middle)),
        (four, ([0.76], False, middle)),
    ]:
        curves = [list(curve) for curve in finished]
        answer = call(would_prune, curves, list(running))
        if bool(answer) is not expected:
            return hint
    return None
