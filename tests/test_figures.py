"""The text of a figure: it changes with what is shown, and reads well."""

import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from IPython.lib.pretty import pretty
from matplotlib.figure import Figure

from helpers import figures
from tools import NOTEBOOKS
from tools.compare import Output

ROOT = Path(__file__).resolve().parent.parent
EPOCHS = np.arange(1, 11)
FALLING, RISING = 0.5 - 0.02 * EPOCHS, 0.8 + 0.01 * EPOCHS


def draw(
    curves=(("training", FALLING), ("validation", RISING)),
    title="Loss",
    legend=True,
    kind="plot",
    errors=0.01,
    counts=(5, 9, 2),
    image=((1.0, 2.0), (3.0, 4.0)),
    **settings,
):
    """Draw curves, markers with errors, bars, a histogram and an image."""
    figure = Figure()
    axes, other, picture = figure.subplots(1, 3)
    for name, values in curves:
        getattr(axes, kind)(EPOCHS, values, label=name)
    axes.errorbar(EPOCHS, 2 * FALLING, errors, fmt="o", label="measured")
    axes.axhline(0.4, label="limit")
    axes.set(**{"xlabel": "epoch", "ylabel": "loss", "title": title} | settings)
    other.bar(["a", "b", "c"], counts)
    other.hist(np.repeat([0.0, 1.0, 2.0], counts), histtype="step", label="scores")
    other.set(xlabel="name", ylabel="count")
    figure.colorbar(picture.imshow(image), label="AUC")
    if legend:
        axes.legend()
    return figures.describe(figure)


def test_the_text_says_what_is_shown():
    text = draw()
    for part in (
        "Panel 1: “Loss”. x: epoch, 0.55 to 10.4. y: loss, 0.27 to 1.0.",
        "Markers “measured”",
        "Curve “training”, 10 points: first 0.480",
        "Bars, 3 points: first 5.0, last 2.0.",
        "Image of 2 rows, 2 columns: 1.0, 2.0; 3.0, 4.0; colours: AUC.",
    ):
        assert part in text
    assert len(text.split()) <= 105
    assert Output(text) == Output(draw())


@pytest.mark.parametrize(
    "change",
    [
        {"curves": (("training", RISING), ("validation", FALLING))},
        {"curves": (("training", FALLING),)},
        {"curves": (("training", FALLING), ("validation", RISING - 0.01))},
        {"curves": (("training", FALLING), ("validation", RISING[::-1]))},
        {"curves": (("training", FALLING), ("test", RISING))},
        {"title": "Accuracy"},
        {"xlabel": "step"},
        {"ylabel": ""},
        {"xscale": "log"},
        {"yscale": "log"},
        {"ylim": (0, 1)},
        {"legend": False},
        {"kind": "scatter"},
        {"errors": 0.02},
        {"counts": (9, 5, 2)},
        {"counts": (5, 9, 3)},
        {"image": ((1.0, 3.0), (2.0, 4.0))},
    ],
    ids=str,
)
def test_a_change_of_the_figure_changes_the_text(change):
    assert Output(draw()) != Output(draw(**change))


def test_a_little_scatter_does_not():
    rng = np.random.default_rng(0)
    for _ in range(20):
        noise = rng.normal(0, 2e-4, (2, 10))
        curves = (("training", FALLING + noise[0]), ("validation", RISING + noise[1]))
        assert Output(draw()) == Output(draw(curves=curves))


def proxies(colours):
    """Draw curves without names, and a legend that explains them by their colour."""
    axes = Figure().subplots()
    for k, colour in enumerate(colours):
        axes.plot(EPOCHS, RISING + k / 10, color=colour)
    axes.plot([], [], color="C0", label="finished")
    axes.plot([], [], color="C1", label="pruned")
    axes.legend()
    return figures.describe(axes.figure)


def test_the_legend_names_curves_that_have_no_name():
    text = proxies(["C0", "C1", "C1"])
    assert "Curve “finished”, 10 points: first 0.810 at 1" in text
    assert "2 curves “pruned”, first 0.960 in the median" in text
    assert Output(text) != Output(proxies(["C1", "C0", "C0"]))


def test_of_points_in_no_order_the_ends_are_those_to_the_left_and_right():
    texts = []
    for order in (
        [*range(10)],
        [3, 0, 9, 1, 2, 4, 8, 5, 7, 6],
        [9, 3, *range(3), *range(4, 9)],
    ):
        axes = Figure().subplots()
        axes.plot(EPOCHS[order], RISING[order], "o", label="trials")
        texts.append(figures.describe(axes.figure))
    assert "first 0.810 at 1" in texts[0]
    assert f"leftmost 0.810 at 1, rightmost {RISING[-1]:.3f} at 10" in texts[1]
    assert texts[1] == texts[2]


def test_the_place_of_the_highest_point_is_said_unless_luck_decides():
    axes = Figure().subplots()
    axes.plot(EPOCHS, [1, 2, 9, 2, 1, 1, 1, 1, 1, 1], label="peak")
    axes.plot(EPOCHS, [5, 8.99, 9, 9, 8.98, 9, 9, 9, 8.99, 9], label="plateau")
    text = figures.describe(axes.figure)
    assert "highest 9.0 near 3.0." in text
    assert text.endswith("lowest 5.0 near 1.0, highest 9.0. No legend.")


def test_the_title_of_a_legend_says_what_its_names_are():
    axes = Figure().subplots()
    axes.plot(EPOCHS, EPOCHS, label="0.01")
    axes.legend(title="learning rate")
    assert figures.describe(axes.figure).endswith("Legend: learning rate.")


def test_a_figure_that_nobody_thought_of_is_still_shown(monkeypatch):
    monkeypatch.setattr(Figure, "_repr_pretty_", figures._show, raising=False)
    figure = Figure()
    assert pretty(figure) == f"{figures.BEGIN}\nAn empty figure."
    figure.subplots().plot([1, 2], [np.nan, np.nan])
    monkeypatch.setattr(figures, "describe", lambda figure: 1 / 0)
    assert "<Figure size" in pretty(figure)


@pytest.mark.parametrize("module", ["helpers", "helpers.launch.tiles"])
def test_the_servers_need_no_matplotlib(module):
    code = f"import sys, {module}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def _stored_figures():
    for path in NOTEBOOKS:
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    yield pytest.param(output, id=f"{path.stem}-{number}")


@pytest.mark.parametrize("output", list(_stored_figures()))
def test_each_stored_figure_has_its_text_and_reads_well(output):
    text, alt = output.data["text/plain"], output.metadata["alt"]
    assert text.startswith(f"{figures.BEGIN}\n") and "<Figure" not in text
    assert " ".join(text.split()).removeprefix(f"{figures.BEGIN} ") in alt
    assert len(alt.split()) < 120
    assert "no label" not in text
    assert alt.endswith((".", "?", "!", "…"))
