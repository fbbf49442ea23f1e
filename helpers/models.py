"""The slides' network, for any depth and width."""

from collections.abc import Sequence
from numbers import Integral, Real

import keras
from keras.optimizers.schedules import LearningRateSchedule

from helpers.data import FEATURES


def build_classifier(
    hidden_units: Sequence[int] = (64,),
    learning_rate: float | LearningRateSchedule = 1e-3,
    steps_per_execution: int = 1,
) -> keras.Model:
    """Build and compile a dense gamma/hadron classifier.

    Parameters
    ----------
    hidden_units : sequence of int
        Width of each hidden layer (ReLU). `(64,)` is the slides' network and
        `()` is logistic regression.
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule
        Step size of Adam, greater than 0.
    steps_per_execution : int
        Batches that `fit` hands to TensorFlow in one call: faster, same weights.

    Returns
    -------
    keras.Model
        (events, 10) scaled features in, (events, 1) gamma scores in [0, 1] out;
        compiled with binary cross-entropy and the metric `accuracy`.

    Raises
    ------
    ValueError
        The message names the argument and what it should be.
    """
    _check(hidden_units, learning_rate)
    model = keras.Sequential([keras.Input((len(FEATURES),))])
    for width in hidden_units:
        model.add(keras.layers.Dense(int(width), activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    return model


def _check(hidden_units: object, learning_rate: object) -> None:
    """Refuse what is no network of the course, in a sentence."""
    if not isinstance(hidden_units, Sequence) or not all(
        isinstance(width, Integral) and width > 0 for width in hidden_units
    ):
        raise ValueError(
            "hidden_units lists the layer widths, whole numbers from 1 up, such as "
            f"(64,), not {hidden_units!r}"
        )
    number = isinstance(learning_rate, Real) and 0 < learning_rate < float("inf")
    if not number and not isinstance(learning_rate, LearningRateSchedule):
        raise ValueError(
            f"learning_rate is a number greater than 0, not {learning_rate!r}"
        )


def restart(model: keras.Model, learning_rate: float = 1e-3) -> None:
    """Give a classifier new weights and a new Adam, as if it had just been built.

    The learning rate is a number, before and after; a schedule needs a new network.
    TensorFlow traces each newly built model again: half a second, and some MB that
    it keeps. A search over one architecture saves both.

    Parameters
    ----------
    model : keras.Model
        A model of `build_classifier`; it is changed in place, unless an error
        is raised.
    learning_rate : float
        Step size of Adam, greater than 0.

    Raises
    ------
    ValueError
        `learning_rate` is not a number greater than 0, or the model was built with
        a schedule.
    """
    built_with = model.optimizer.get_config()["learning_rate"]
    if isinstance(learning_rate, LearningRateSchedule) or isinstance(built_with, dict):
        raise ValueError(
            "restart cannot take or replace a schedule of the learning rate; build a "
            "new network: build_classifier(widths, learning_rate)"
        )
    if not int(model.optimizer.iterations):
        # No step was done: what an interrupt has left half traced fails for ever.
        model.compile_from_config(model.get_compile_config())
    widths = [layer.units for layer in model.layers[:-1]]
    model.set_weights(build_classifier(widths, learning_rate).get_weights())
    model.optimizer.build(model.trainable_variables)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    model.optimizer.learning_rate = learning_rate
