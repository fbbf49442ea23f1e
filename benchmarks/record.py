"""What one complete MLflow record costs: our way, and the library's defaults.

Usage: python -m benchmarks.record
"""

import contextlib
import logging
import warnings
from tempfile import TemporaryDirectory

import helpers  # noqa: F401
import keras
import matplotlib
import matplotlib.pyplot as plt
import mlflow
import numpy as np
from mlflow.models import infer_signature

from benchmarks.common import in_turns, medians, report
from helpers import data, models, stores

REPETITIONS, AIM = 5, 0.1
SPLIT = data.split_events(data.load_events())


def log_all_but_model(history: dict[str, list[float]]) -> None:
    """Log parameters, per-epoch metrics and a figure; the same in both ways."""
    mlflow.log_params({"learning_rate": 1e-3, "hidden_units": (64,), "epochs": 10})
    for epoch in range(len(history["loss"])):
        step = {name: values[epoch] for name, values in history.items()}
        mlflow.log_metrics(step, step=epoch)
    figure, axes = plt.subplots()
    axes.plot(history["loss"])
    mlflow.log_figure(figure, "loss.png")
    plt.close(figure)


def measure() -> tuple[dict[str, float], dict[str, bool], bool]:
    """Return seconds by way, which models load and predict the same, same metrics."""
    keras.utils.set_random_seed(1)
    model = models.build_classifier()
    history = model.fit(
        SPLIT.x_train, SPLIT.y_train, epochs=10, batch_size=128, verbose=0
    ).history
    example = SPLIT.x_valid[:5]
    signature = infer_signature(example, model(example).numpy())
    pinned = [f"keras=={keras.__version__}", f"numpy=={np.__version__}"]
    kept = {}

    def by_default() -> None:
        with mlflow.start_run():
            log_all_but_model(history)
            kept["defaults"] = mlflow.tensorflow.log_model(model, name="model")

    def our_way() -> None:
        with mlflow.start_run():
            log_all_but_model(history)
            kept["ours"] = mlflow.tensorflow.log_model(
                model, name="model", signature=signature, pip_requirements=pinned
            )

    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        mlflow.set_tracking_uri(stores.create_mlflow_database())
        mlflow.set_experiment("record")
        ways = {"defaults": by_default, "ours": our_way}
        times = medians(in_turns(ways, REPETITIONS))
        runs = mlflow.search_runs()
        same_metrics = runs.filter(like="metrics.").nunique().max() == 1
        expected = model(SPLIT.x_test).numpy()
        readable = {
            name: np.array_equal(
                mlflow.tensorflow.load_model(logged.model_uri)(SPLIT.x_test).numpy(),
                expected,
            )
            for name, logged in kept.items()
        }
    return times, readable, same_metrics


def main() -> None:
    matplotlib.use("agg")
    warnings.filterwarnings("ignore")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    times, readable, same_metrics = measure()
    ratio = times["ours"] / times["defaults"]
    report(
        __file__,
        f"record: parameters, metrics, figure and model of a run, {REPETITIONS} turns",
        ["way", "s per run", "over the defaults", "model loads and predicts the same"],
        [
            [name, seconds, seconds / times["defaults"], readable[name]]
            for name, seconds in times.items()
        ],
        [
            f"aim at most {AIM:g} of the time: {'met' if ratio <= AIM else 'missed'}",
            f"all runs hold the same parameters and metrics: {same_metrics}",
        ],
    )


if __name__ == "__main__":
    main()
