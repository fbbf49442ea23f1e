"""A short form of `python -m tools.interrupts`, on a notebook that is made for it."""

import nbformat

from tools import interrupts

CELLS = [
    """import helpers
import optuna, time
from datetime import datetime
from helpers import stores
optuna.logging.set_verbosity(optuna.logging.ERROR)
imported = optuna.create_study()""",
    "storage = stores.create_optuna_database()",
    """def objective(trial):
    time.sleep(0.1)
    return trial.suggest_float("x", 0, 1)

name = f"search {datetime.now():%Y-%m-%d %H:%M:%S.%f}"
study = optuna.create_study(study_name=name, storage=storage)
study.optimize(objective, n_trials=12)""",
    """done = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
print(len(done), "trials are complete")""",
]


def notebook(folder, cells):
    outputs = [nbformat.v4.new_output("stream", text="12 trials are complete\n")]
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
    )
    made.cells[-1].outputs = outputs
    nbformat.write(made, folder / "search.ipynb")
    return folder / "search.ipynb"


def test_a_search_that_makes_its_study_itself_goes_on(tmp_path):
    (row,) = interrupts.sweep(notebook(tmp_path, CELLS), times=1, seed=1)
    assert row["hit"] >= 1 and row["bad"] == []


def test_the_sweep_sees_a_claim_that_counts_the_rest(tmp_path):
    """The study is made in another cell: a second run doubles it."""
    first, _, then = CELLS[2].partition("study.optimize")
    cells = [*CELLS[:2], first, f"study.optimize{then}", CELLS[3]]
    (row,) = interrupts.sweep(notebook(tmp_path, cells), times=1, seed=1)
    assert "another output" in row["bad"][0]
