"""What the sampler costs when a study has become long: up to 100,000 trials.

Usage: python -m benchmarks.long_study
"""

import statistics
import time

import helpers  # noqa: F401
import numpy as np
import optuna

from benchmarks.common import report
from benchmarks.scale import SPACE, fill

SIZES = (1_000, 10_000, 100_000)
ASKED = 5  # the median of so many


def rows() -> list[list]:
    """Measure one more trial of a growing study in memory, for two samplers."""
    samplers = {
        "random": optuna.samplers.RandomSampler(seed=0),
        "TPE": optuna.samplers.TPESampler(seed=0),
    }
    study = optuna.create_study()
    generator = np.random.default_rng(0)
    costs = {name: [] for name in samplers}
    for size in SIZES:
        missing = size - len(study.get_trials(deepcopy=False))
        fill(study, generator.uniform(size=(missing, 2)).tolist())
        for name, study.sampler in samplers.items():
            seconds = []
            for _ in range(ASKED):
                begin = time.process_time()
                study.tell(study.ask(SPACE), 0)
                seconds.append(time.process_time() - begin)
            costs[name].append(statistics.median(seconds) * 1000)
    return [[name, *costs[name]] for name in samplers]


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    head = ["sampler", *(f"ms at {size:,} trials" for size in SIZES)]
    title = "long study: processor time of one more trial, in memory"
    report(__file__, title, head, rows())


if __name__ == "__main__":
    main()
