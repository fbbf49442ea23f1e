"""Every stored notebook is whole, clean and one run; and the test can tell."""

from pathlib import Path

import nbformat
import pytest

from tools import NOTEBOOKS
from tools.anatomy import find_faults
from tools.store import ANSWER, clean

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "notebooks" / "02_learning_rate.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_whole_and_clean(path):
    assert find_faults(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_storing_again_would_change_no_metadata(path):
    notebook = nbformat.read(path, as_version=4)
    again = nbformat.read(path, as_version=4)
    clean(again)
    assert again == notebook


def code(notebook, text):
    return next(
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and text in cell.source
    )


def markdown(notebook, text):
    return next(
        cell
        for cell in notebook.cells
        if cell.cell_type == "markdown" and text in cell.source
    )


def plant_unrun(notebook):
    code(notebook, "load_events").execution_count = None


def plant_stderr(notebook):
    code(notebook, "load_events").outputs.append(
        nbformat.v4.new_output("stream", name="stderr", text="WARNING")
    )


def plant_path(notebook):
    code(notebook, "load_events").outputs[0].text = "/home/me/course/data/magic.csv"


def plant_noise(notebook):
    notebook.cells[3].metadata["collapsed"] = False


def plant_version(notebook):
    notebook.metadata["language_info"]["version"] = "3.11.7"


def plant_skip(notebook):
    code(notebook, "load_events").metadata["tags"] = ["nbval-skip"]


def plant_comment(notebook):
    code(notebook, "load_events").source += "\n# NBVAL_IGNORE_OUTPUT"


def plant_tolerance(notebook, source="# Compared within 0.05: luck\n", tag="0.05"):
    cell = code(notebook, "load_events")
    cell.metadata["tags"] = [f"tolerance-{tag}"]
    cell.source = source + cell.source


def plant_wide_tolerance(notebook):
    reason = "# Compared within 0.5: no seed is set here\n"
    plant_tolerance(notebook, reason, "0.5")


def plant_many_tolerances(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells[:3]:
        cell.metadata["tags"] = ["tolerance-0.05"]


def plant_missing_section(notebook):
    cell = markdown(notebook, "## Since the slides")
    cell.source = cell.source.replace("## Since the slides", "## Slides")


def plant_no_check(notebook):
    notebook.cells.remove(code(notebook, "checks.exercise_2_1(suggest_decay)"))


def plant_no_solution(notebook):
    notebook.cells.remove(code(notebook, "decay_solution"))


def plant_wrong_solution(notebook):
    code(notebook, "decay_solution").outputs[0].text = "✘ Exercise 2.1: not yet."


def plant_open_solution(notebook):
    del code(notebook, "decay_solution").metadata["jupyter"]


def plant_dead_link(notebook):
    markdown(notebook, "## Go further").source += "\n[next](99_nothing.ipynb)"


def plant_html(notebook):
    markdown(notebook, "## Remember").source += "\n<details>hidden</details>"


def plant_deep_heading(notebook):
    markdown(notebook, "## Remember").source += "\n\n#### Much deeper"


def plant_error(notebook):
    code(notebook, "load_events").outputs = [
        nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=[])
    ]


def plant_unread_figure(notebook):
    figure = code(notebook, "plot_optimization_history")
    notebook.cells.remove(notebook.cells[notebook.cells.index(figure) + 1])


def plant_answer(notebook):
    folded = next(c for c in notebook.cells if c.metadata.get("jupyter") == ANSWER)
    folded.outputs[0].text = "AUC 0.914\nand more"


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (plant_unrun, "not from one clean run"),
        (plant_stderr, "writes to stderr"),
        (plant_path, "a path of one machine"),
        (plant_noise, "metadata noise: collapsed"),
        (plant_version, "the notebook's metadata"),
        (plant_skip, "unknown tag nbval-skip"),
        (plant_comment, "a comment that switches the comparison"),
        (plant_tolerance, "says no reason"),
        (plant_wide_tolerance, "a tolerance above 0.2"),
        (plant_many_tolerances, "cells with a tolerance of their own"),
        (plant_missing_section, "a section is missing: ## Since the slides"),
        (plant_no_check, "exercise 2.1: no check cell"),
        (plant_no_solution, "exercise 2.1: no solution"),
        (plant_wrong_solution, "exercise 2.1: its solution was not run, or"),
        (plant_open_solution, "exercise 2.1: its solution is not folded away"),
        (plant_dead_link, "dead link: 99_nothing.ipynb"),
        (plant_html, "raw HTML that GitHub's viewer strips: <details>"),
        (plant_deep_heading, "headings do not nest"),
        (plant_error, "ends in NameError"),
        (plant_unread_figure, "no text under the figure"),
        (plant_answer, "folded, it still shows its answer"),
    ],
)
def test_a_planted_fault_is_found(tmp_path, plant, said):
    (tmp_path / "notebooks").mkdir()
    for path in NOTEBOOKS:
        (tmp_path / "notebooks" / path.name).touch()
    notebook = nbformat.read(EXAMPLE, as_version=4)
    plant(notebook)
    path = tmp_path / "notebooks" / EXAMPLE.name
    nbformat.write(notebook, path)
    faults = find_faults(path)
    assert any(said in fault for fault in faults), faults
