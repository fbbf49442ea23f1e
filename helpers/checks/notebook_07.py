"""Exercises of notebook 07, figures of a run."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from helpers import drawn
from helpers.checks.cases import Case, Check, form, given, number, short, slip
from helpers.checks.verdict import demand

_BOTH = {"loss": [0.5, 0.4, 0.3], "val_loss": [0.6, 0.5, 0.55]}
_MORE = {"accuracy": [0.7, 0.8, 0.82], "val_auc": [0.75, 0.84, 0.86]} | _BOTH
_ALONE = {"loss": [1.7, 0.9], "accuracy": [0.6, 0.7], "val_auc": [0.7, 0.6]}
_LONG = {"loss": [1 / k for k in range(1, 31)], "val_loss": [1, 2, 3, 4, 5] * 6}
_LONG["decoder_loss"] = [0.2] * 30
_HISTORIES = [Case(one) for one in (_BOTH, _ALONE, {"loss": [0.7, 0.3]}, _MORE, _LONG)]
_NAME, _RATE = "tags.mlflow.runName", "metrics.eff_at_01"


def _curves(figure: Figure) -> list[tuple[str, list]]:
    """Return label and values of each curve, or say what the figure lacks."""
    panels = form(Figure, "a figure, as plt.subplots() makes,", figure).axes
    kinds = ("Curve", "Markers", "Histogram")  # lines, points, steps
    curves = [(a, one) for a in panels for one in drawn.find(a) if one.kind in kinds]
    demand(curves, "it shows no curve: is it the figure that you drew in?")
    empty = any(not len(line.get_xdata()) for axes in panels for line in axes.lines)
    demand(not empty, "a curve without points is in the legend: draw what is there.")
    finite = all(np.isfinite(one.y).all() for _, one in curves)
    demand(finite, "a curve holds nan: draw what is there.")
    first = curves[0][1].x[0]
    for axes, one in curves:
        demand(one.name.strip(), "give each curve a label, for the legend.")
        steps = np.diff(one.x)
        to_the_left = axes.xaxis_inverted() or min(steps, default=1) <= 0
        demand(not to_the_left, "the epochs do not run from left to right.")
        ok = abs(first - 0.5) <= 1 and one.x[0] == first and np.allclose(steps, 1)
        demand(ok, "all curves begin at 0 or at 1; an epoch is one step to the right.")
        inside = all(map(axes.viewLim.contains, one.x, one.y))
        demand(inside, "the limits of the axes cut the curves off.")
        for name in "xy":  # its own, or that of the axes it shares
            shared = getattr(axes, f"get_shared_{name}_axes")().get_siblings(axes)
            own = [getattr(each, f"get_{name}label")() for each in shared]
            names = "".join([*own, getattr(axes.figure, f"get_sup{name}label")()])
            demand(names.strip(), "name both axes: axes.set(xlabel=..., ylabel=...).")
        x, y = axes.get_xlabel().lower(), axes.get_ylabel().lower()
        ok = ("epoch" in x or "loss" not in x) and ("loss" in y or "epoch" not in y)
        ok = ok and "accuracy" not in y and "auc" not in y
        demand(ok, "the axes' names: to the right the epochs, upwards the loss.")
    hint = "two curves have the same label: name each, in a new figure each time."
    demand(len({one.name for _, one in curves}) == len(curves), hint)
    return [(one.name, one.y.tolist()) for _, one in curves]


def _alike(right: list, told: list) -> bool:
    """Compare the values; a label may be any, but not the other curve's."""
    words = ("val", "train"), ("train", "val")
    for (_, values), (other, own) in zip(right, words, strict=False):
        labels = [label.lower() for label, one in told if one == values]
        if not any(other not in label or own in label for label in labels):
            return False
    return len(right) == len(told)


@Check(_HISTORIES, _curves, same=_alike)
def exercise_7_1(history) -> Figure:
    """Draw the loss curves, with or without a validation loss."""
    axes = Figure().add_subplot(xlabel="epoch", ylabel="loss")
    for name in [one for one in ("loss", "val_loss") if one in history]:
        axes.plot(history[name], label=name)
    return axes.figure


def _cuts() -> Iterator[Case]:
    """Labels, scores and shares: sorted or not, many or few, also with ties."""
    rng = np.random.default_rng(0)
    for gammas, hadrons, scale in [(600, 400, 1.0), (41, 300, 1), (1000, 77, 12.0)]:
        scores = np.concatenate([rng.beta(5, 2, gammas), rng.beta(2, 4, hadrons)])
        labels = np.repeat([1, 0], [gammas, hadrons]).astype(type(scale))
        order = rng.permutation(len(labels))
        says = f"for {gammas} gammas, {hadrons} hadrons and the share"
        for share in (0.8, 0.3, 0.95, 0.5, 0.107):
            some = labels[order], scores[order] * scale - 6 * (scale > 1), share
            yield Case(*some, says=f"{says} {share}")
    yield Case(labels, np.round(scores, 2), 0.8, says=f"{says} 0.8, with ties")


def _kept(cut_for: Callable, labels, scores, share: float) -> dict:
    """Return how many gammas are above a cut; two numbers if some are just there."""
    gammas = scores[labels == 1]  # a copy, before the answer may change them
    cut = number(given(cut_for(labels, scores, share)))
    return {"gammas from the cut on": sum(gammas >= cut), "above": sum(gammas > cut)}


def _within_one(right: dict, told: dict) -> bool:
    """Allow for one gamma, however the cut between two of them is placed."""
    (low, high), (most, least) = sorted(right.values()), told.values()
    return least <= high + 1 and most >= low - 1


@Check(_cuts, same=_within_one, drive=_kept)
@slip("that share of the gammas lies below your cut, not above.", above=False)
@slip("that share of the hadrons is kept, not of the gammas.", kept=[0])
@slip("that share of all is kept: choose the gammas first.", kept=[0, 1])
def exercise_7_2(labels, scores, share, kept=(1,), above=True) -> float:
    """Return the cut above which a share of the gammas lies."""
    return np.quantile(scores[np.isin(labels, kept)], 1 - share if above else share)


def _tables() -> Iterator[Case]:
    """Tables as `mlflow.search_runs` returns them, whole, sorted, or a part of them."""
    rng = np.random.default_rng(0)
    for count in (5, 8, 8, 2, 3):
        rates = rng.choice([0.001, 0.3]) + 0.0001 * rng.permutation(count)
        table = pd.DataFrame({"metrics.auc": rng.random(count), _RATE: rates})
        table["run_id"] = [*map(str, range(count))]
        table["status"] = np.where(rates == rates.max(), "RUNNING", "FINISHED")
        others = (1 - table[_RATE]).where(rates < rates.max())  # better at 20 %
        table.insert(1, "metrics.eff_at_20", others)
        table["start_time"] = pd.Timestamp("2026-01-01", tz="UTC")
        table["tags.note"], table["params.seed"] = None, [None, *["1"] * (count - 1)]
        # A cell that was run twice gives two runs of one name.
        table[_NAME] = [f"seed {k // 2}, Rate {k // 3}" for k in rng.permutation(count)]
        without = {_RATE: np.nan, "run_id": "s", _NAME: ["search", "seed 9"]}
        both = pd.concat([table.iloc[[0, 0]].assign(**without), table])
        falling = both.sort_values(_RATE, ascending=False, na_position="first")
        for some in (both, both[::-1], both.sort_values("metrics.auc"), table, falling):
            some = some.reset_index(drop=True)  # as a search numbers its rows
            pairs = zip(some[_NAME], some[_RATE].round(4), strict=True)
            yield Case(some, says=f"for names and rates at 1 % {short([*pairs], 200)}")


@Check(_tables, lambda name: form(str, f"the run's name, from {_NAME},", name))
@slip("that is the lowest; keep as many gammas as possible.", best="idxmin")
@slip("that is the best at 20 %; at 1 % another is best.", of="metrics.eff_at_20")
def exercise_7_3(table, best: str = "idxmax", of: str = _RATE) -> str:
    """Name the run with the highest efficiency at 1 % background."""
    return table.loc[getattr(table[of], best)(), _NAME]
