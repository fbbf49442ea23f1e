"""The gate of notebook 01, fed with models that it must refuse."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "01_dev_cycle.ipynb"


@pytest.fixture(scope="module")
def gate():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (source,) = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and "def gate(" in cell.source
    ]
    room = {}
    exec(source, room)
    return room["gate"]


@pytest.mark.parametrize(
    ("candidate", "passes"),
    [
        (0.9375, True),  # better by two errors
        (0.796875, False),  # better by half an error
        (0.84375, False),  # better by one error exactly
        (0.75, False),  # no better
        (0.5625, False),  # worse by two errors
        (float("nan"), False),  # an AUC that could not be computed
    ],
)
def test_a_model_passes_only_if_it_is_better_by_more_than_the_error(
    gate, candidate, passes
):
    assert bool(gate(candidate, baseline_auc=0.75, error=0.09375)) is passes
