"""The gate of notebook 08, as it stands there: it refuses, and moves no alias."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest

from helpers import metrics

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "08_closing_the_loop.ipynb"
GAMMAS, HADRONS = 400, 300
EVENTS = pd.DataFrame({"class": ["g"] * GAMMAS + ["h"] * HADRONS})


class Registry:
    """As much of MlflowClient as the gate uses."""

    def __init__(self):
        self.aliases = {"champion": "1"}

    def get_model_version_by_alias(self, name, alias):
        assert name == "gamma-hadron"
        return SimpleNamespace(version=self.aliases[alias])

    def set_registered_model_alias(self, name, alias, version):
        assert name == "gamma-hadron"
        self.aliases[alias] = version


def scores_with(auc):
    """Scores of EVENTS whose area under the ROC curve is `auc`."""
    above = round(auc * HADRONS)
    hadrons = np.linspace(0, 1, HADRONS)
    return np.hstack([np.full(GAMMAS, (above - 0.5) / (HADRONS - 1)), hadrons])


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture
def gate(registry):
    """Run the notebook's cell that defines `promote`; models are lists of scores."""
    (cell,) = (
        cell
        for cell in nbformat.read(NOTEBOOK, as_version=4).cells
        if cell.cell_type == "code" and "def promote(" in cell.source
    )
    models = {}

    def score(uri, events):
        assert events is EVENTS
        name, _, version = uri.removeprefix("models:/").partition("/")
        assert name in ("gamma-hadron", "gamma-hadron@champion")
        return models[version or registry.aliases["champion"]]

    names = {"metrics": metrics, "client": registry, "score": score}
    names["MODEL"] = "gamma-hadron"
    exec(cell.source, names)
    return SimpleNamespace(models=models, **names)


def error_of(auc):
    labels = EVENTS["class"] == "g"
    return metrics.auc_with_error(labels, scores_with(auc))[1]


@pytest.mark.parametrize(
    "auc",
    [0.5, 0.86, 0.9, 0.9 + 0.9 * error_of(0.91)],
    ids=["guesses", "worse", "equal", "better by less than the error"],
)
def test_a_model_that_is_not_better_by_more_than_the_error_is_refused(
    gate, registry, auc
):
    gate.models["1"] = scores_with(0.9)
    gate.models["2"] = scores_with(auc)
    with pytest.raises(gate.PromotionRefused, match="not better by more than"):
        gate.promote("2", EVENTS)
    assert registry.aliases == {"champion": "1"}


@pytest.mark.parametrize("errors", [1.2, 3])
def test_a_model_that_is_better_by_more_becomes_champion(gate, registry, errors):
    gate.models["1"] = scores_with(0.9)
    gate.models["2"] = scores_with(0.9 + errors * error_of(0.91))
    gate.promote("2", EVENTS)
    assert registry.aliases == {"champion": "2", "previous": "1"}
