"""Exercises of notebook 07, figures of a run."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import Container
from matplotlib.figure import Figure

from helpers.checks.cases import Case, Check, form, number, short
from helpers.checks.verdict import NotYet


def _curves(axes: Axes) -> Iterator[tuple[str, list, list]]:
    """Label, x and y of each curve: a line, a line with errors, points, or steps."""
    for curve, label in zip(*axes.get_legend_handles_labels(), strict=True):
        curve = curve[0] if isinstance(curve, Container) else curve
        if hasattr(curve, "get_data"):
            x, y, *_ = curve.get_data()
            x, y = (y[1:], x) if _ else (x, y)  # axes.stairs gives its heights first
        else:
            x, y = curve.get_offsets().T
        yield label, list(x), np.asarray(y).tolist()


def _named(axes: Axes, name: str) -> bool:
    """Tell whether an axis has a name, its own or that of the axes it shares."""
    shared = getattr(axes, f"get_shared_{name}_axes")().get_siblings(axes)
    above = getattr(axes.figure, f"get_sup{name}label")()
    return bool(above or any(getattr(one, f"get_{name}label")() for one in shared))


def _drawn(figure: Figure) -> list[tuple[str, list]]:
    """Return label and values of each curve, or say what the figure lacks."""
    figure = form(Figure, "a figure, as plt.subplots() makes,")(figure)
    panels = [one for one in figure.axes if one.lines or one.collections or one.patches]
    if not panels:
        raise NotYet("the figure is empty: is it the one you drew in?")
    lines = [line for axes in panels for line in axes.lines]
    lines += [
        p for axes in panels for p in axes.collections if len(p.get_offsets()) > 1
    ]
    labels = [str(line.get_label()).strip() for line in lines]
    if not all(labels) or any(label.startswith("_child") for label in labels):
        raise NotYet("give each curve a label, for the legend.")
    curves = [curve for axes in panels for curve in _curves(axes)]
    if any(np.any(np.diff(x) <= 0) for _, x, _ in curves):
        raise NotYet("the epochs do not run from left to right.")
    if not all(_named(axes, name) for axes in panels for name in "xy"):
        raise NotYet("name both axes: axes.set(xlabel=..., ylabel=...).")
    if any("loss" in axes.get_xlabel().lower() for axes in panels):
        raise NotYet("the names of the axes are exchanged: the loss stands upwards.")
    if len({label for label, _, _ in curves}) < len(curves):
        raise NotYet("two curves have the same label.")
    return [(str(label), values) for label, _, values in curves]


def _alike(right: list, told: list) -> bool:
    """Compare the values; a label may be any, but not the other curve's."""
    others = {"loss": "val", "val_loss": "train"}
    return len(right) == len(told) and all(
        any(one == values and others[name] not in label.lower() for label, one in told)
        for name, values in right
    )


_BOTH = {"loss": [0.5, 0.4, 0.3], "val_loss": [0.6, 0.5, 0.45]}
_MORE = {"accuracy": [0.7, 0.8, 0.82], "val_auc": [0.75, 0.84, 0.86]}


@Check(
    [Case(_BOTH), Case({"loss": [0.7, 0.35, 0.3, 0.28]}), Case(_MORE | _BOTH)],
    _drawn,
    same=_alike,
)
def exercise_7_1(history) -> Figure:
    """Draw the loss curves, with or without a validation loss."""
    figure = Figure()
    axes = figure.add_subplot(xlabel="epoch", ylabel="loss")
    for name in ("loss", "val_loss"):
        if name in history:
            axes.plot(history[name], label=name)
    return figure


def _cuts() -> Iterator[Case]:
    """Labels, scores and shares: sorted or not, many or few, also with ties."""
    rng = np.random.default_rng(0)
    for gammas, hadrons, scale in [(600, 400, 1.0), (41, 300, 1), (1000, 77, 12.0)]:
        scores = np.concatenate([rng.beta(5, 2, gammas), rng.beta(2, 4, hadrons)])
        labels = np.repeat([1, 0], [gammas, hadrons]).astype(type(scale))
        order = rng.permutation(len(labels))
        says = f"for {gammas} gammas, {hadrons} hadrons and the share"
        why = "Any cut between the two is right; roc_curve leaves some thresholds out."
        for share in (0.8, 0.3, 0.95, 0.5, 0.107):
            some = labels[order], scores[order] * scale - (scale > 1), share
            yield Case(*some, says=f"{says} {share}", why=why)
    yield Case(labels, np.round(scores, 2), 0.8, says=f"{says} 0.8, with ties", why=why)


@Check(
    _cuts,
    lambda cut: cut if isinstance(cut, tuple) else number(cut),
    same=lambda limits, cut: limits[0] <= cut <= limits[1],
    slips={
        "that share of the gammas lies below your cut, not above.": {"above": False},
        "that share of the hadrons is kept, not of the gammas.": {"kept": [0]},
        "that share of all is kept: choose the gammas first.": {"kept": [0, 1]},
    },
)
def exercise_7_2(labels, scores, share, kept=(1,), above=True) -> tuple[float, float]:
    """Return the cut above which a share of the gammas lies."""
    # Within one gamma, however the cut between two of them is placed.
    falling = np.sort(scores[np.isin(labels, kept)])[::-1]
    wanted = (share if above else 1 - share) * len(falling)
    falling = [np.inf, *falling, *[-np.inf] * 2]
    return falling[int(wanted + 1) + 1], falling[max(math.ceil(wanted - 1), 0)]


_NAME, _RATE = "tags.mlflow.runName", "metrics.eff_at_01"


def _tables() -> Iterator[Case]:
    """Tables as `mlflow.search_runs` returns them, whole, sorted, or a part of them."""
    rng = np.random.default_rng(0)
    for count in (5, 8, 8, 2, 3):
        rates = 0.3 + 0.0001 * rng.permutation(count)
        table = pd.DataFrame(
            {_RATE: rates, "metrics.auc": 0.9 + 0.1 * rng.random(count)}
        )
        table["metrics.eff_at_20"] = table[_RATE].where(rates < rates.max())
        table["start_time"] = pd.Timestamp("2026-01-01", tz="UTC")
        table["tags.note"], table["params.seed"] = None, [None, *["1"] * (count - 1)]
        table[_NAME] = [f"rate {k}" for k in rng.permutation(count)]
        search = table.head(1).assign(**{_NAME: "search", _RATE: np.nan})
        both = pd.concat([search, table], ignore_index=True)
        for some in (both, both[::-1], both.sort_values("metrics.auc"), table):
            pairs = zip(some[_NAME], some[_RATE].round(4), strict=True)
            yield Case(some, says=f"for the runs {short(list(pairs), 200)}")


_SLIPS = {
    "that is the lowest; keep as many gammas as possible.": {"best": "idxmin"},
    "that is the best at 20 %; at 1 % another is best.": {"of": "metrics.eff_at_20"},
    "that is the first row, not the highest.": lambda table: table[_NAME].iloc[0],
    "that run has no such metric: an empty value was taken for the highest. idxmax "
    "leaves it out.": lambda table: table[_NAME].iloc[np.argmax(table[_RATE].array)],
}


@Check(_tables, form(str, f"the run's name, from {_NAME},"), slips=_SLIPS)
def exercise_7_3(table, best: str = "idxmax", of: str = _RATE) -> str:
    """Name the run with the highest efficiency at 1 % background."""
    return table.loc[getattr(table[of], best)(), _NAME]
