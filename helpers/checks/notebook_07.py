"""Exercises of notebook 07, figures of a run."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from helpers.checks.cases import Case, a, call, compare, number_of, short
from helpers.checks.verdict import NotYet, exercise

_HISTORIES = {
    "a history with both losses": {
        "loss": [0.5, 0.4, 0.3],
        "val_loss": [0.6, 0.5, 0.45],
    },
    "a history without a validation loss": {"loss": [0.7, 0.35, 0.3, 0.28]},
    "a history as Keras writes it, with more than losses": {
        "accuracy": [0.7, 0.8, 0.82, 0.81, 0.83],
        "auc": [0.75, 0.84, 0.86, 0.87, 0.88],
        "val_loss": [0.6, 0.5, 0.55, 0.5, 0.52],
        "val_accuracy": [0.72, 0.78, 0.79, 0.8, 0.8],
        "learning_rate": [0.01, 0.01, 0.01, 0.005, 0.005],
        "loss": [0.5, 0.42, 0.4, 0.38, 0.37],
    },
}


def _curves(axes: Axes) -> list[tuple[str, list, list]]:
    """Label, x and y of each curve: a line, a line with errors, points, or steps."""
    curves = []
    bars = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    inside = {id(bar[0]): bar.get_label() for bar in bars}
    for line in axes.lines:
        if line.get_xdata().__len__() == 0 or _is_part_of(line, bars):
            continue
        label = inside.get(id(line), line.get_label())
        curves.append((str(label), *map(list, line.get_data(orig=False))))
    for points in axes.collections:
        xy = np.asarray(points.get_offsets())
        if len(xy) > 1:
            curves.append((str(points.get_label()), list(xy[:, 0]), list(xy[:, 1])))
    for patch in axes.patches:
        if hasattr(patch, "get_data"):  # axes.stairs
            values, edges, _ = patch.get_data()
            curves.append((str(patch.get_label()), list(edges[1:]), list(values)))
    return curves


def _is_part_of(line, bars: list[ErrorbarContainer]) -> bool:
    return any(line in bar[1] for bar in bars)  # the caps of the errors


def _named(axes: Axes, name: str) -> bool:
    """Tell whether an axis has a name, its own or that of the axes it shares."""
    shared = getattr(axes, f"get_shared_{name}_axes")().get_siblings(axes)
    above = getattr(axes.figure, f"get_sup{name}label")()
    return bool(above or any(getattr(one, f"get_{name}label")() for one in shared))


def _complaint(answer, history: dict) -> str | None:
    """Say what a figure of loss curves lacks."""
    if not isinstance(answer, Figure):
        return (
            f"a figure is asked for, this is {a(answer)}: return the `figure` of "
            "`figure, axes = plt.subplots()`."
        )
    drawn = [axes for axes in answer.axes if _curves(axes)]
    if not drawn:
        return "the figure is empty: is it the one you drew in?"
    curves = [curve for axes in drawn for curve in _curves(axes)]
    losses = {name: history[name] for name in ("loss", "val_loss") if name in history}
    if len(curves) != len(losses):
        return f"{len(losses)} curve(s) expected, {len(curves)} drawn."
    for name, values in losses.items():
        if not any(np.array_equal(y, values) for _, _, y in curves):
            return f"no curve has the values of history['{name}']."
    if any(np.any(np.diff(x) <= 0) for _, x, _ in curves):
        return "the epochs do not run from left to right."
    if not all(_named(axes, name) for axes in drawn for name in "xy"):
        return "name both axes: axes.set(xlabel=..., ylabel=...)."
    if any("loss" in one.get_xlabel().lower() for one in drawn):
        return "the names of the axes are exchanged: the loss stands upwards."
    labels = [label.lower() for label, _, _ in curves]
    if any(not label.strip() or label.startswith("_") for label in labels):
        return "give each curve a label, for the legend."
    if len(set(labels)) < len(labels):
        return "both curves have the same label."
    for label, (_, _, y) in zip(labels, curves, strict=True):
        other = "loss" if "val" in label else "val_loss" if "train" in label else None
        if other in losses and np.array_equal(y, losses[other]):
            return "the labels are exchanged: history['val_loss'] is the validation's."
    return None


@exercise
def exercise_7_1(loss_figure: Callable) -> str | None:
    """Draw the loss curves, with or without a validation loss."""
    kept = []
    for name, history in [*_HISTORIES.items(), *_HISTORIES.items()]:
        figure, changed = call(loss_figure, Case(history, says=f"for {name}"))
        complaint = _complaint(figure, history)
        if complaint and kept and any(figure is one for one, _ in kept):
            return "a second call draws into the first figure: use plt.subplots()."
        if complaint:
            return complaint if not kept else f"for {name}: {complaint}"
        if changed:
            return changed
        kept.append((figure, history))
    if any(_complaint(*one) for one in kept):
        return "a later call changes an earlier figure: begin with plt.subplots()."
    return None


def _score_sets() -> Iterator[tuple]:
    """Labels, scores and shares: sorted or not, many or few, also with ties."""
    rng = np.random.default_rng(0)
    for gammas, hadrons, scale, kind in [
        (600, 400, 1.0, float),
        (41, 300, 1.0, int),
        (1000, 77, 12.0, float),
    ]:
        scores = np.concatenate([rng.beta(5, 2, gammas), rng.beta(2, 4, hadrons)])
        labels = np.repeat([1, 0], [gammas, hadrons]).astype(kind)
        order = rng.permutation(len(labels))
        for share in (0.8, 0.3, 0.95, 0.5, 0.107):
            yield labels[order], scores[order] * scale - (scale > 1), share
    yield labels, np.round(scores, 2), 0.8


def _gammas_cut(labels, scores, share):
    return np.quantile(scores[labels == 1], 1 - share)


def _cuts() -> Iterator[Case]:
    for labels, scores, share in _score_sets():
        says = f"for {sum(labels == 1):.0f} gammas, {sum(labels == 0):.0f} hadrons and"
        yield Case(labels, scores, share, says=f"{says} the share {share}")


_CUT_SLIPS = {
    "that share of the gammas lies below your cut, not above it.": (
        lambda labels, scores, share: np.quantile(scores[labels == 1], share)
    ),
    "that share of the hadrons is kept; the gammas are asked for.": (
        lambda labels, scores, share: np.quantile(scores[labels == 0], 1 - share)
    ),
    "that share of all events is kept: choose the gammas first.": (
        lambda labels, scores, share: np.quantile(scores, 1 - share)
    ),
}


@exercise
def exercise_7_2(cut_keeping: Callable) -> str | None:
    """Return the cut above which a share of the gammas lies."""
    is_number = number_of("one number, the cut,")

    def nearest(wrong: Callable, cases: list[Case]) -> bool:
        pairs = [(wrong(*one.arguments), call(cut_keeping, one)[0]) for one in cases]
        return bool(np.allclose(*zip(*pairs, strict=True), atol=0.01))

    cases = list(_cuts())
    for case in cases + cases[:1]:
        labels, scores, share = case.arguments
        answer, changed = call(cut_keeping, case)
        complaint = is_number(answer)
        if complaint:
            return complaint
        gammas = scores[labels == 1]
        above, wanted = np.sum(gammas > float(answer)), share * len(gammas)
        # Within one gamma, however the cut between two of them is placed.
        if above - 1 <= wanted <= np.sum(gammas >= float(answer)) + 1:
            if changed:
                return changed
            continue
        try:
            hint = next(
                (h for h, one in _CUT_SLIPS.items() if nearest(one, cases)), None
            )
        except (NotYet, TypeError, ValueError):
            hint = None
        return hint or (
            f"{case.says} your cut {short(answer)} keeps {above} gammas, "
            f"{above / len(gammas):.1%}. (roc_curve leaves thresholds out: take "
            "np.quantile.)"
        )
    return None


_NAME, _RATE = "tags.mlflow.runName", "metrics.eff_at_01"


def _tables() -> Iterator[Case]:
    """Tables as `mlflow.search_runs` returns them, whole, sorted, or a part of them."""
    rng = np.random.default_rng(0)
    for count in (5, 8, 8, 1, 3):
        rates = 0.3 + 0.0001 * rng.permutation(count)
        table = pd.DataFrame(
            {
                "run_id": [f"{k:032x}" for k in rng.permutation(count)],
                "status": "FINISHED",
                "start_time": pd.Timestamp("2026-01-01", tz="UTC"),
                "metrics.auc": 0.9 + 0.01 * rng.random(count),
                _RATE: rates,
                "metrics.eff_at_20": np.where(rates == rates.max(), np.nan, rates),
                "metrics.loss": np.nan,
                "params.seed": [None, *["1"] * (count - 1)],
                _NAME: [f"rate {k}" for k in rng.permutation(count)],
                "tags.note": None,
            }
        )
        search = table.head(1).assign(**{_NAME: "search", _RATE: np.nan})
        both = pd.concat([search, table], ignore_index=True)
        for some in (both, both[::-1], both.sort_values("metrics.auc"), table):
            names = ", ".join(
                f"{name}: {rate:.4f}"
                for name, rate in zip(some[_NAME], some[_RATE], strict=True)
            )
            yield Case(some, says=f"for the runs ({names})")


@exercise
def exercise_7_3(best_run: Callable) -> str | None:
    """Name the run with the highest efficiency at 1 % background."""
    return compare(
        best_run,
        lambda table: table.loc[table[_RATE].idxmax(), _NAME],
        _tables(),
        fits=lambda answer: (
            None
            if isinstance(answer, str)
            else f"the run's name is asked for, this is {a(answer)}: look it up in the "
            f"column {_NAME}."
        ),
        slips={
            "that is the lowest; keep as many gammas as possible.": (
                lambda table: table.loc[table[_RATE].idxmin(), _NAME]
            ),
            "that is the best at 20 %; at 1 % another is best.": (
                lambda table: table.loc[table["metrics.eff_at_20"].idxmax(), _NAME]
            ),
            "that is the first row: which has the highest metrics.eff_at_01?": (
                lambda table: table[_NAME].iloc[0]
            ),
            "that run has no such metric: argmax takes an empty value for the highest, "
            "idxmax leaves it out.": (
                lambda table: table[_NAME].iloc[int(np.argmax(table[_RATE].to_numpy()))]
            ),
        },
    )
