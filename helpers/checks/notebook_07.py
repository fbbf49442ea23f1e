"""Exercises of notebook 07, figures of a run."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from helpers.checks.verdict import call, exercise


def _complaint(answer, curves: int) -> str | None:
    """Say what a figure of loss curves lacks."""
    if not isinstance(answer, Figure):
        return (
            f"a figure is asked for, this is {type(answer).__name__}: return the "
            "`figure` of `figure, axes = plt.subplots()`."
        )
    if not answer.axes:
        return "the figure is empty: is it the one you drew in?"
    axes = answer.axes[0]
    if len(axes.lines) > curves:
        return "there are more curves than losses: start with plt.subplots()."
    if len(axes.lines) < curves:
        return f"{curves} curve(s) expected, {len(axes.lines)} drawn."
    if not axes.get_xlabel() or not axes.get_ylabel():
        return "name both axes: axes.set(xlabel=..., ylabel=...)."
    if any(line.get_label().startswith("_") for line in axes.lines):
        return "give each curve a label, for the legend."
    return None


def _drawn_by(loss_figure: Callable, history: dict):
    """Call the reader's function; the cell shows no figure that it left open."""
    try:
        return call(loss_figure, history)
    finally:
        plt.close("all")


@exercise
def exercise_7_1(loss_figure: Callable) -> str | None:
    """Draw the loss curves, with or without a validation loss."""
    losses = {"loss": [0.5, 0.4, 0.3], "val_loss": [0.6, 0.5, 0.45]}
    answer = _drawn_by(loss_figure, dict(losses))
    complaint = _complaint(answer, curves=2)
    if complaint:
        return complaint
    curves = [
        (line.get_label().lower(), list(line.get_ydata()))
        for line in answer.axes[0].lines
    ]
    if sorted(values for _, values in curves) != sorted(losses.values()):
        return "the two curves are not the two lists under 'loss' and 'val_loss'."
    if curves[0][0] == curves[1][0]:
        return "both curves have the same label."
    if any(
        ("val" in label and values != losses["val_loss"])
        or ("train" in label and values != losses["loss"])
        for label, values in curves
    ):
        return "the labels are exchanged: the validation loss is history['val_loss']."
    try:
        answer = _drawn_by(loss_figure, {"loss": losses["loss"]})
    except KeyError:
        return "without a validation loss it ends in the slide's KeyError: ask first."
    complaint = _complaint(answer, curves=1)
    return complaint and f"without a validation loss: {complaint}"


@exercise
def exercise_7_2(cut_keeping: Callable) -> str | None:
    """Return the cut above which a share of the gammas lies."""
    rng = np.random.default_rng(0)
    labels = np.repeat([1, 0], [600, 400])
    scores = np.concatenate([rng.beta(5, 2, 600), rng.beta(2, 4, 400)])
    gammas, hadrons = scores[labels == 1], scores[labels == 0]
    for share in (0.8, 0.3):
        answer = call(cut_keeping, labels, scores, share)
        if np.size(answer) != 1:
            return "one number is asked for, the cut."
        cut = float(answer)
        if abs(np.mean(gammas > cut) - share) < 0.005:
            continue
        if abs(np.mean(gammas < cut) - share) < 0.005:
            return "that share of the gammas lies below your cut, not above it."
        if abs(np.mean(hadrons > cut) - share) < 0.006:
            return "that share of the hadrons is kept; the gammas are asked for."
        if abs(np.mean(scores > cut) - share) < 0.005:
            return "that share of all events is kept: choose the gammas first."
        return (
            f"for a share of {share} your cut keeps {np.mean(gammas > cut):.0%} of the "
            "gammas. (roc_curve leaves thresholds out: take np.quantile.)"
        )
    return None


@exercise
def exercise_7_3(best_run: Callable) -> str | None:
    """Name the run with the highest efficiency at 1 % background."""
    table = pd.DataFrame(
        {
            "tags.mlflow.runName": ["rate 3", "rate 1", "rate 2", "search", "rate 4"],
            "metrics.eff_at_01": [0.30, 0.20, 0.35, np.nan, 0.25],
            "metrics.eff_at_20": [0.94, 0.90, 0.91, np.nan, 0.92],
        },
        index=[10, 11, 12, 13, 14],
    )
    answer = call(best_run, table)
    if not isinstance(answer, str):
        return (
            f"the run's name is asked for, this is {type(answer).__name__}: look it "
            "up in the column tags.mlflow.runName."
        )
    return {
        "rate 2": None,
        "rate 1": "that is the lowest; keep as many gammas as possible.",
        "rate 3": "that is the first row, or the best at 20 %; at 1 % another is best.",
        "search": "this run has no such metric: idxmax leaves empty values out.",
    }.get(answer, "take the row with the highest metrics.eff_at_01.")
