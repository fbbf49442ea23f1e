"""Trials per minute: the slide's objective as written, and ours with the same scores.

Usage: python -m benchmarks.search
"""

import contextlib
import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.common import journal, report

SEEDS, TRIALS, EPOCHS, BATCH = 5, 4, 10, 32
AIM = 4.0


def learning_rates(seed: int) -> list[float]:
    """Draw the learning rates of one search, the same for each way."""
    import numpy as np

    return (10 ** np.random.default_rng(seed).uniform(-5, -2, TRIALS)).tolist()


def slide_search(split, seed: int):
    """Search as the slide writes it, on the validation part and with a direction."""
    import keras
    import optuna

    def objective(trial):
        lr = trial.suggest_float("lr", 1e-5, 1e-2, log=True)
        keras.utils.set_random_seed(trial.number)
        model = keras.models.Sequential()
        model.add(keras.layers.Dense(64, activation="relu"))
        model.add(keras.layers.Dense(1, activation="sigmoid"))
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=lr),
            loss="binary_crossentropy",
            metrics=["accuracy"],
        )
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            model.fit(
                split.x_train,
                split.y_train,
                epochs=EPOCHS,
                validation_data=(split.x_valid, split.y_valid),
            )
        return model.evaluate(split.x_valid, split.y_valid, verbose=0)[1]

    study = optuna.create_study(direction="maximize")
    for rate in learning_rates(seed):
        study.enqueue_trial({"lr": rate})
    study.optimize(objective, n_trials=TRIALS)
    return study


class FastTrainer:
    """Train the same network again and again without tracing it anew.

    The graph is traced once per process; each trial puts fresh weights, a fresh
    Adam and its own learning rate into it.
    """

    def __init__(self) -> None:
        import helpers  # noqa: F401
        from helpers import data, models

        self.split = data.split_events(data.load_events())
        steps = -(-len(self.split.x_train) // BATCH)
        self.model = models.build_classifier(steps_per_execution=steps)
        self.restart = models.restart

    def accuracy(self, learning_rate: float, seed: int) -> float:
        """Return the validation accuracy after training with this learning rate."""
        import keras

        keras.utils.set_random_seed(seed)
        self.restart(self.model, learning_rate)
        self.model.fit(
            self.split.x_train,
            self.split.y_train,
            epochs=EPOCHS,
            batch_size=BATCH,
            verbose=0,
        )
        scores = self.model(self.split.x_valid).numpy().ravel()
        return float(((scores > 0.5) == self.split.y_valid).mean())


def _start_worker() -> None:
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    global _trainer
    _trainer = FastTrainer()


def _work(path: str, name: str, trials: int) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial):
        rate = trial.suggest_float("lr", 1e-5, 1e-2, log=True)
        return _trainer.accuracy(rate, trial.number)

    study = optuna.load_study(study_name=name, storage=journal(path))
    study.optimize(objective, n_trials=trials)


def fast_search(pool: ProcessPoolExecutor, path: str, seed: int, workers: int):
    """Search the same trials with worker processes on one journal."""
    import optuna

    study = optuna.create_study(
        study_name=f"seed {seed}", direction="maximize", storage=journal(path)
    )
    for rate in learning_rates(seed):
        study.enqueue_trial({"lr": rate})
    jobs = [
        pool.submit(_work, path, study.study_name, TRIALS // workers)
        for _ in range(workers)
    ]
    for job in jobs:
        job.result()
    return study


def measure(workers: int) -> tuple[list[float], list[float], float, list[float], int]:
    """Time both searches for each seed.

    Returns
    -------
    tuple
        Seconds of the slide's searches, of ours, of the workers' start; differences
        of the scores; in how many searches both found the same best learning rate.
    """
    from helpers import data

    split = data.split_events(data.load_events())
    slide_times, fast_times, differences, same_best = [], [], [], 0
    with TemporaryDirectory() as folder:
        path = str(Path(folder, "journal.log"))
        start = time.perf_counter()
        with ProcessPoolExecutor(workers, get_context("spawn"), _start_worker) as pool:
            for job in [pool.submit(time.sleep, 1) for _ in range(workers)]:
                job.result()
            start_up = time.perf_counter() - start
            for seed in range(SEEDS):
                start = time.perf_counter()
                slide = slide_search(split, seed)
                middle = time.perf_counter()
                fast = fast_search(pool, path, seed, workers)
                slide_times.append(middle - start)
                fast_times.append(time.perf_counter() - middle)
                values = {trial.params["lr"]: trial.value for trial in fast.trials}
                differences += [
                    abs(trial.value - values[trial.params["lr"]])
                    for trial in slide.trials
                ]
                same_best += slide.best_params == fast.best_params
    return slide_times, fast_times, start_up, differences, same_best


def main() -> None:
    import helpers  # noqa: F401
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    slide_times, fast_times, start_up, differences, same_best = measure(workers=2)
    slow, quick = statistics.median(slide_times), statistics.median(fast_times)
    searches = SEEDS * quick + start_up
    rows = [
        ["the slide's", slow / TRIALS, 60 * TRIALS / slow, 1.0],
        ["ours", quick / TRIALS, 60 * TRIALS / quick, slow / quick],
        [
            f"ours, with the workers' start in {SEEDS} searches",
            searches / SEEDS / TRIALS,
            60 * TRIALS * SEEDS / searches,
            slow * SEEDS / searches,
        ],
    ]
    met = "met" if slow / quick >= AIM else "missed"
    report(
        __file__,
        f"search: {SEEDS} searches of {TRIALS} trials, batch {BATCH}, {EPOCHS} epochs",
        ["way", "s per trial", "trials per minute", "times as fast"],
        rows,
        [
            f"aim at least {AIM:g} times as fast: {met}",
            f"largest difference of a score: {max(differences):.1e}; "
            f"same best learning rate in {same_best} of {SEEDS} searches",
        ],
    )


if __name__ == "__main__":
    main()
