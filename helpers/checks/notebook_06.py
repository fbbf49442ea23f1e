"""Exercises of notebook 06, autologging."""

import functools
import itertools
import operator
from collections.abc import Iterator

import numpy as np
from mlflow.entities import Metric

from helpers.checks.cases import Case, Check, form, number, short, truth
from helpers.checks.record import made_run
from helpers.checks.verdict import exercise

_SWITCHES = {
    "log_models": "200 models are still stored: look at log_models.",
    "checkpoint": "checkpoints are still written: look at checkpoint.",
}


@exercise
def exercise_6_1(options: dict) -> str | None:
    """Arguments of autolog for a search: numbers only."""
    form(dict, "a dictionary, {'log_models': …},")(options)
    if any(value is ... for value in options.values()):
        return "some dots are left: each switch wants True or False."
    if more := sorted(map(str, options.keys() - _SWITCHES.keys())):
        return f"leave {', '.join(more)} out: the two named switches suffice."
    for name, hint in _SWITCHES.items():
        if truth(options.get(name, True)):
            return hint
    return None


_NAMES = ("seed", "data_sha256", "valid_auc")


def _runs() -> Iterator[Case]:
    """Runs with each subset of the three; then the same names in the wrong place."""
    both = {"seed": "0", "data_sha256": "0"}
    params_of = [{}, both, {"seed": "0"}, {"data_sha256": "0"}]
    params_of.append({"Seed": "1", "split_seed": "1", "note": "seed", "valid_auc": "1"})
    metrics_of = [{}, {"valid_auc": 0.0}, dict.fromkeys((*both, "auc"), 0.9)]
    for params, metrics in itertools.product(params_of, metrics_of):
        # Their names stand in a tag as well, which is neither.
        run = made_run(params, metrics, tags=dict.fromkeys(_NAMES, "valid_auc seed"))
        says = f"for a run with the parameters {[*params]} and metrics {[*metrics]}"
        yield Case(run, says=says)


@Check(
    _runs,
    lambda answer: sorted(map(str, form(list, "a list")(answer))),
    slips={
        "your list names what is there; name what is missing.": {"turned": True},
        "valid_auc is looked for in run.data.metrics.": {"place": "params"},
    },
)
def exercise_6_2(run, place: str = "metrics", turned: bool = False) -> list[str]:
    """Name what a run lacks: seed, data_sha256, valid_auc."""
    places = (run.data.params, run.data.params, getattr(run.data, place))
    return [n for n, one in zip(_NAMES, places, strict=True) if (n in one) == turned]


def _histories() -> Iterator[Case]:
    """Losses at steps that neither begin at 0 nor are in order."""
    rng = np.random.default_rng(0)
    histories = [{4: 0.33, 0: 0.41, 3: 0.30, 1: 0.34, 2: 0.36}, {7: 0.5}]
    for count in (2, 3, 5, 5, 5, 12, 30):
        steps = rng.choice(3 * count, count, replace=False) + 1
        values = rng.permutation(count) * rng.choice([1e-7, 0.01, 3.7]) + 0.2
        histories.append(dict(zip(steps.tolist(), values.tolist(), strict=True)))
    for points in histories:
        pairs = enumerate(rng.permutation(list(points)).tolist())
        made = [Metric("val_loss", points[step], time, step) for time, step in pairs]
        listed = short([(point.step, point.value) for point in made], 120)
        yield Case(made, says=f"for the points (step, value) {listed}")


def _by_value(history: list[Metric]) -> list[int]:
    return [point.step for point in sorted(history, key=lambda point: point.value)]


@Check(
    _histories,
    functools.partial(number, what="the step of a point, its .step,"),
    slips={
        "that is the epoch of the highest loss; low is good.": {"pick": max},
        "that is the lowest value; its epoch is asked for.": {"part": "value"},
        "that is the last step, not the lowest loss.": {"pick": max, "of": "step"},
        "that is the place in the list, not the point's own .step.": lambda history: (
            int(np.argmin([point.value for point in history]))
        ),
        "that is the place in rising order, not the point's own .step.": (
            lambda history: sorted(_by_value(history)).index(_by_value(history)[0])
        ),
    },
)
def exercise_6_3(history, pick=min, of="value", part="step") -> float:
    """Step of the lowest value; the points are not in order."""
    return getattr(pick(history, key=operator.attrgetter(of)), part)
