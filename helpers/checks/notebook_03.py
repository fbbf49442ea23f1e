"""Exercises of notebook 03, the architecture search."""

from collections.abc import Callable, Iterator

import numpy as np
import optuna
from optuna.distributions import IntDistribution
from optuna.trial import FrozenTrial, create_trial

from helpers.checks.cases import Case, call, compare, number, short
from helpers.checks.verdict import exercise


def _good(trials: list[FrozenTrial], error: float) -> list[FrozenTrial]:
    highest = max(trial.values[0] for trial in trials)
    return [trial for trial in trials if trial.values[0] >= highest - error]


def _fewest(trials: list[FrozenTrial]) -> FrozenTrial:
    return min(trials, key=lambda trial: trial.values[1])


def _highest(trials: list[FrozenTrial]) -> FrozenTrial:
    return max(trials, key=lambda trial: trial.values[0])


def _networks() -> Iterator[Case]:
    """Networks whose AUC does not follow their size; limits that are met exactly."""
    rng = np.random.default_rng(0)
    for count in (6, 7, 1, 2, 15):
        # In 1024ths, exact in binary, so that the limit itself can be tried.
        aucs = rng.integers(820, 940, count) / 1024
        sizes = rng.choice(50_000, count, replace=False)
        trials = [
            create_trial(values=[float(auc), float(size)])
            for auc, size in zip(aucs, sizes, strict=True)
        ]
        for error in (60 / 1024, 4 / 1024, 0.0045, float(np.ptp(aucs)), 0.0):
            right = _fewest(_good(trials, error))
            yield Case(
                trials,
                error,
                says=f"for {count} network(s) with AUCs up to {aucs.max():.4f} and the "
                f"error {error:.4f}",
                why=f"At least {aucs.max() - error:.4f} is good enough (exactly that "
                f"too), and of those {right.values[1]:.0f} is the fewest weights.",
            )


def _is_trial(answer) -> str | None:
    if isinstance(answer, FrozenTrial):
        return None
    return "return the trial itself, not its AUC, weights or number, and no list."


@exercise
def exercise_3_1(choose: Callable) -> str | None:
    """Choose the fewest weights within one error of the highest AUC."""
    return compare(
        choose,
        lambda trials, error: _fewest(_good(trials, error)),
        _networks(),
        fits=_is_trial,
        same=lambda expected, answer: answer.values == expected.values,
        words=lambda trial: "an AUC of {:.4f} with {:.0f} weights".format(
            *trial.values
        ),
        slips={
            "an AUC of exactly the highest minus the error is good enough: >=.": (
                lambda trials, error: _fewest(
                    [
                        one
                        for one in trials
                        if one.values[0] > _highest(trials).values[0] - error
                    ]
                )
            ),
            "that is the largest network. The fewest weights are asked for.": (
                lambda trials, error: max(trials, key=lambda trial: trial.values[1])
            ),
            "that is the smallest network of all. Keep those within one error of the "
            "highest AUC first.": lambda trials, error: _fewest(trials),
            "that is the network with the highest AUC. Among those at most one error "
            "below it, which has the fewest weights?": (
                lambda trials, error: _highest(trials)
            ),
            "you choose always as if the error were 0.0045: it is the argument `error` "
            "that decides.": lambda trials, error: _fewest(_good(trials, 0.0045)),
            "that is the lowest AUC within one error of the highest; the fewest "
            "weights are asked for.": (
                lambda trials, error: min(
                    _good(trials, error), key=lambda trial: trial.values[0]
                )
            ),
        },
    )


@exercise
def exercise_3_2(suggest_tapering: Callable) -> str | None:
    """Suggest one to four widths of which none is wider than the one before."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for layers, width in [(3, 64), (1, 128), (4, 16), (4, 128), (2, 17)]:
        study.enqueue_trial({"num_layers": layers, "width_1": width})
    counts, hint = set(), None
    for _ in range(40):
        trial = study.ask()
        case = Case(trial, says="for a trial")
        widths, _ = call(suggest_tapering, case, copies=False)
        hint = _misasked(trial, widths)
        if hint:
            return hint
        counts.add(len(widths))
    return None if counts == {1, 2, 3, 4} else f"it only gives {counts} layers."


def _misasked(trial: optuna.Trial, widths: list[int]) -> str | None:
    """Say what is wrong with what a trial was asked, or with the widths returned."""
    asked = trial.distributions
    if "num_layers" not in asked:
        return "ask the trial for `num_layers`, a whole number from 1 to 4."
    if not all(isinstance(one, IntDistribution) for one in asked.values()):
        return "all of these are whole numbers: trial.suggest_int."
    layers = asked["num_layers"]
    if (layers.low, layers.high, layers.step) != (1, 4, 1):
        return f"num_layers is 1 to 4, yours is {layers.low} to {layers.high}."
    count = trial.params["num_layers"]
    names = [f"width_{k}" for k in range(1, count + 1)]
    if sorted(asked) != sorted(["num_layers", *names]):
        return (
            f"with num_layers = {count} the trial is asked for {names} besides, "
            f"yours asks for {[name for name in asked if name != 'num_layers']}."
        )
    if not isinstance(widths, list) or widths != [trial.params[one] for one in names]:
        return (
            "return the list of the widths that the trial suggested, in order: "
            f"{[trial.params[name] for name in names]}, not {short(widths)}."
        )
    high = 128
    for name in names:
        one = asked[name]
        if (one.low, one.high) != (16, high):
            before = "" if name == "width_1" else f" after a layer of {high} units"
            return f"{name} is 16 to {high}{before}, yours is {one.low} to {one.high}."
        if not one.log:
            return f"a width is known by its factor of two: {name} lacks log=True."
        if one.step != 1:
            return f"every whole number may come: {name} has step={one.step}."
        high = trial.params[name]
    return None


def _events(seed: int, size: int, shared: float, own: tuple) -> tuple[np.ndarray, ...]:
    """Labels and two scores that share their luck, each with some of its own."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(size) < 0.65).astype(float)
    luck = labels + rng.normal(0, shared, size)
    return labels, *(luck + rng.normal(0, noise, size) for noise in own)


def _differences(events: tuple, slip: str = "", draws: int = 2500) -> np.ndarray:
    """Bootstrap the AUC of the first minus that of the second, or with a slip."""
    rng = np.random.default_rng(5)
    labels, *scores = events
    size, gamma = len(labels), labels == 1
    rows, columns = (gamma, ~gamma) if slip != "labels stay" else (gamma | True,) * 2

    def aucs(score: np.ndarray, counts: tuple) -> np.ndarray:
        above, below = score[rows][:, None], score[columns][None, :]
        beats = (above > below) + 0.5 * (above == below)
        won = ((counts[0] @ beats) * counts[1]).sum(axis=1)
        return won / counts[0].sum(axis=1) / counts[1].sum(axis=1)

    def drawn(number: int) -> np.ndarray:  # how often each event is taken
        return rng.multinomial(number, np.full(size, 1 / size), draws)

    def counts() -> tuple:
        if slip == "labels stay":
            return drawn(gamma.sum()), drawn((~gamma).sum())
        taken = drawn(size // 2 if slip == "half" else size)
        return taken[:, gamma], taken[:, ~gamma]

    one = counts()
    first = aucs(scores[0], one)
    if slip == "single":
        return first
    return first - aucs(scores[1], counts() if slip == "independent" else one)


def _slip_3_3(answer: float, events: tuple, expected: float) -> str | None:
    """Say which known slip gives about this number."""
    right = _differences(events)
    for value, what in [
        (expected**2, "what np.var gives; its square root is the error: np.std"),
        (right.mean(), "the mean difference; its scatter is asked for: np.std"),
        (
            expected / np.sqrt(200),
            "what a division by √200 gives. The scatter of the draws is itself the "
            "error, and more draws do not make the telescope see more events",
        ),
        (np.abs(right).std(), "the scatter of the differences without their sign"),
        *(
            (_differences(events, slip).std(), what)
            for slip, what in {
                "independent": "what two independent draws give. Take the same events "
                "from labels, first and second, so that the shared luck cancels",
                "labels stay": "what comes out if the labels are not drawn along",
                "single": "the error of one AUC. That of the difference is asked for",
                "half": "what half as many events give: draw len(labels) of them",
            }.items()
        ),
    ]:
        if abs(answer - value) < 0.15 * abs(value):
            return f"for {len(events[0])} events yours is {answer:.2g}, near {what}."
    return None


@exercise
def exercise_3_3(difference_error: Callable) -> str | None:
    """Bootstrap the error of an AUC difference on the same events."""
    deviations = []
    for made in [(3, 200, 0.25, (0.2, 0.2)), (5, 170, 0.6, (0.15, 0.15))]:
        events = _events(*made)
        says = f"for {made[1]} events"
        answer, changed = call(difference_error, Case(*events, says=says))
        complaint = number(answer) or changed
        if complaint:
            return complaint
        answer, expected = float(answer), float(_differences(events).std())
        deviations.append(answer / expected - 1)
        # The scatter of 200 draws is itself known to 5 %, of two sets to 3.5 %.
        if abs(deviations[-1]) < 0.2 and abs(np.mean(deviations)) < 0.2:
            continue
        if abs(answer) < 1e-9:
            return (
                "an error of 0: each draw was the same. Make rng once, before the loop,"
                " and draw with replacement: rng.integers(len(labels), "
                "size=len(labels))."
            )
        return _slip_3_3(answer, events, expected) or (
            f"{says} an error near {expected:.2g} was expected, yours is {answer:.2g}."
        )
    if abs(np.mean(deviations)) > 0.14:
        return (
            f"in two sets of events your error is off by {deviations[0]:+.0%} and "
            f"{deviations[1]:+.0%}, more than the luck of 200 draws: is it np.std?"
        )
    return None
