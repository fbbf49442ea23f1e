"""The network that all notebooks share, and the error of its AUC."""

import keras
import numpy as np
import pytest

from helpers.metrics import auc_with_error, signal_efficiency
from helpers.models import build_classifier, restart


@pytest.mark.parametrize(
    ("hidden", "weights"),
    [((64,), 11 * 64 + 65), ([32, 16], 11 * 32 + 33 * 16 + 17), ((), 11)],
)
def test_depth_and_width(hidden, weights):
    model = build_classifier(hidden)
    assert model.count_params() == weights
    scores = model(np.zeros((3, 10), np.float32))
    assert scores.shape == (3, 1)
    assert 0 <= float(scores[0, 0]) <= 1


def test_learning_rate_and_loss():
    model = build_classifier(learning_rate=0.02)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert model.loss == "binary_crossentropy"


def test_a_schedule_is_a_learning_rate():
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
    model = build_classifier(learning_rate=schedule)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


def test_steps_per_execution_changes_no_weight():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(640, 10)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    weights = []
    for steps in (1, 20):
        keras.utils.set_random_seed(3)
        model = build_classifier(steps_per_execution=steps)
        model.fit(x, y, epochs=2, batch_size=32, verbose=0)
        weights.append(np.hstack([part.ravel() for part in model.get_weights()]))
    assert np.array_equal(*weights)


def test_a_restarted_model_trains_like_a_new_one():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(320, 10)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    used = build_classifier([8, 4], learning_rate=0.1)
    used.fit(x, y, epochs=1, verbose=0)
    weights = []
    for new in (True, False):
        keras.utils.set_random_seed(3)
        if new:
            model = build_classifier([8, 4], learning_rate=0.01)
        else:
            model = used
            restart(model, learning_rate=0.01)
        model.fit(x, y, epochs=2, verbose=0)
        weights.append(np.hstack([part.ravel() for part in model.get_weights()]))
    assert np.array_equal(*weights)
    with pytest.raises(ValueError, match="greater than 0"):
        restart(used, learning_rate=0)


def test_a_restart_refuses_a_schedule_and_leaves_the_model_as_it_was():
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
    for built_with, asked_for in [(0.1, schedule), (schedule, 0.1)]:
        model = build_classifier([4], learning_rate=built_with)
        before = model.get_weights()
        with pytest.raises(ValueError, match="a schedule.* build a new network"):
            restart(model, asked_for)
        assert all(map(np.array_equal, before, model.get_weights()))
        assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"hidden_units": 64}, "hidden_units lists the layer widths.* not 64"),
        ({"hidden_units": "64"}, "hidden_units lists the layer widths.* not '64'"),
        ({"hidden_units": (64, 0)}, r"whole numbers from 1 up.* not \(64, 0\)"),
        ({"hidden_units": (6.4,)}, r"whole numbers from 1 up.* not \(6.4,\)"),
        ({"learning_rate": 0}, "learning_rate is a number greater than 0, not 0"),
        ({"learning_rate": float("nan")}, "greater than 0, not nan"),
        ({"learning_rate": "fast"}, "greater than 0, not 'fast'"),
    ],
)
def test_bad_arguments_are_clear_errors(arguments, said):
    with pytest.raises(ValueError, match=said):
        build_classifier(**arguments)


def test_auc_error_is_the_scatter_over_new_events():
    generator = np.random.default_rng(0)
    aucs, errors = [], []
    for _ in range(300):
        labels = np.repeat([1, 0], [400, 200])
        scores = generator.normal(1.5 * labels, 1)
        auc, error = auc_with_error(labels, scores)
        aucs.append(auc)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(aucs), rel=0.15)


def test_auc_extremes_and_shapes():
    labels = np.array([1, 1, 0, 0])
    assert auc_with_error(labels, np.array([[0.9], [0.8], [0.2], [0.1]])) == (1.0, 0.0)
    assert auc_with_error(labels, np.ones(4))[0] == 0.5
    with pytest.raises(ValueError, match="needs both classes, not 2 g and 0 h"):
        auc_with_error(np.ones(2), np.ones(2))


def test_signal_efficiency_counts_gammas_above_the_hadrons_cut():
    hadrons = np.arange(100) / 100
    gammas = np.array([0.985, 0.97, 0.905, 0.5])
    labels = np.repeat([0, 1], [100, 4])
    scores = np.hstack([hadrons, gammas])
    # One hadron in 100 lies above 0.98, ten lie at 0.9 or more, ninety at 0.1 or more.
    assert signal_efficiency(labels, scores, 0.01) == 0.25
    assert signal_efficiency(labels, scores, 0.1) == 0.75
    assert signal_efficiency(labels, scores[:, None], 0.9) == 1.0
    with pytest.raises(ValueError, match="a share from 0 to 1, not 5"):
        signal_efficiency(labels, scores, 5)


def test_a_first_fit_that_was_interrupted_does_no_harm():
    """An interrupt while TensorFlow traces leaves a function that fails for ever."""
    model, x = build_classifier(), np.zeros((4, 10), np.float32)
    model.make_train_function()
    model.train_function = lambda batch: 1 / 0  # half made
    with pytest.raises(ZeroDivisionError):
        model.fit(x, x[:, 0], verbose=0)
    restart(model, 0.01)
    model.fit(x, x[:, 0], verbose=0)
    assert int(model.optimizer.iterations) == 1
