"""What the search loop costs beyond the fits: ours, and others on the same fits.

The same fits take up to a tenth more or less from turn to turn, so the ratio of two
totals scatters by a few percent. The time outside the fits, measured in the same
turn, does not: it is the loop alone.

Usage: python -m benchmarks.overhead   (with KerasTuner, which `make bench` installs)
"""

import contextlib
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from operator import truediv
from pathlib import Path
from tempfile import TemporaryDirectory

import helpers  # noqa: F401
import keras
import mlflow
import numpy as np
import optuna
from mlflow.entities import Metric, Param

from benchmarks.common import journal, in_turns, medians, report
from helpers import data, models, stores

TRIALS, REPETITIONS, EPOCHS, BATCH, AIM = 5, 4, 5, 128, 1.10
RATES = (10 ** np.random.default_rng(0).uniform(-4, -1, TRIALS)).tolist()
SPLIT = data.split_events(data.load_events())
in_fits = [0.0]  # seconds, of all fits so far


def fit(rate: float, callbacks=()) -> tuple[float, keras.callbacks.History]:
    """Train once; every way of searching calls this or the same calls."""
    start = time.perf_counter()
    keras.utils.set_random_seed(1)
    model = models.build_classifier(learning_rate=rate)
    history = model.fit(
        SPLIT.x_train,
        SPLIT.y_train,
        epochs=EPOCHS,
        batch_size=BATCH,
        validation_data=(SPLIT.x_valid, SPLIT.y_valid),
        callbacks=list(callbacks),
        verbose=0,
    )
    in_fits[0] += time.perf_counter() - start
    return history.history["val_accuracy"][-1], history


def bare_loop() -> None:
    """Fit after fit, and the best is kept."""
    max(fit(rate)[0] for rate in RATES)


def plain_optuna() -> None:
    """Search as Optuna's own first example does: in memory, no record."""

    def objective(trial):
        return fit(trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True))[0]

    study = optuna.create_study(direction="maximize")
    for rate in RATES:
        study.enqueue_trial({"learning_rate": rate})
    study.optimize(objective, n_trials=TRIALS)


class Report(keras.callbacks.Callback):
    """Tell Optuna the score of each epoch, as notebook 04 does."""

    def __init__(self, trial: optuna.Trial) -> None:
        super().__init__()
        self.trial = trial

    def on_epoch_end(self, epoch, logs=None):
        self.trial.report(logs["val_accuracy"], epoch)


def our_search() -> None:
    """Search with a journal, a callback, and an MLflow run per trial.

    The journal of notebook 02 and one call per run, not one per epoch, cost least.
    """
    started = f"{datetime.now():%H:%M:%S.%f}"
    mlflow.set_experiment(f"overhead {started}")

    def objective(trial):
        rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
        name = f"trial {trial.number}"
        with mlflow.start_run(run_name=name, nested=True) as run:
            score, history = fit(rate, [Report(trial)])
            now = int(1000 * time.time())
            mlflow.MlflowClient().log_batch(
                run.info.run_id,
                metrics=[
                    Metric(name, value, now, epoch)
                    for name, values in history.history.items()
                    for epoch, value in enumerate(values)
                ],
                params=[Param("learning_rate", str(rate))],
            )
        return score

    study = optuna.create_study(
        study_name=started, direction="maximize", storage=journal("search.log")
    )
    for rate in RATES:
        study.enqueue_trial({"learning_rate": rate})
    with mlflow.start_run(run_name="search"):
        study.optimize(objective, n_trials=TRIALS)


def keras_tuner() -> None:
    """Search with KerasTuner's RandomSearch over the same learning rates."""
    import keras_tuner

    def build(hp):
        keras.utils.set_random_seed(1)
        return models.build_classifier(learning_rate=hp.Choice("learning_rate", RATES))

    with TemporaryDirectory() as folder:
        tuner = keras_tuner.RandomSearch(
            build,
            objective="val_accuracy",
            max_trials=TRIALS,
            seed=0,
            directory=folder,
            overwrite=True,
        )
        tuner.search(
            SPLIT.x_train,
            SPLIT.y_train,
            epochs=EPOCHS,
            batch_size=BATCH,
            validation_data=(SPLIT.x_valid, SPLIT.y_valid),
            verbose=0,
        )


def measure() -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return seconds per turn by way: of all of it, and of its fits alone."""
    ways = {
        "bare loop": bare_loop,
        "plain Optuna": plain_optuna,
        "our search": our_search,
        "KerasTuner": keras_tuner,
    }
    fits = {name: [] for name in ways}

    def watched(name: str, way: Callable) -> Callable:
        def run() -> None:
            before = in_fits[0]
            way()
            fits[name].append(in_fits[0] - before)

        return run

    ways = {name: watched(name, way) for name, way in ways.items()}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return in_turns(ways, REPETITIONS), fits


def main() -> None:
    packages = Path(sys.prefix, "benchmarks")  # not among the course's own packages
    if not packages.is_dir():
        sys.exit(
            "KerasTuner is not there: `make bench` installs it for the benchmarks."
        )
    sys.path.append(str(packages))
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        mlflow.set_tracking_uri(stores.create_mlflow_database())
        fit(1e-3)
        totals, fits = measure()
    times = medians(totals)
    bare = times["bare loop"]
    over = {
        name: statistics.median(map(truediv, totals[name], spent))
        for name, spent in fits.items()
        if all(spent)  # KerasTuner fits by itself
    }
    ratios = times["our search"] / bare, over["our search"]
    report(
        __file__,
        f"overhead: {TRIALS} fits of {EPOCHS} epochs, median of {REPETITIONS} turns",
        ["way", "s per trial", "over the bare loop", "over its own fits"],
        [
            [name, seconds / TRIALS, seconds / bare, over.get(name, "")]
            for name, seconds in times.items()
        ],
        [
            f"over {what}, aim at most {AIM:.2f}: {'met' if ratio <= AIM else 'missed'}"
            for what, ratio in zip(
                ("the bare loop", "its own fits"), ratios, strict=True
            )
        ],
    )


if __name__ == "__main__":
    main()
