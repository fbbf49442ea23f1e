"""A short form of `python -m tools.interrupts`, on a notebook that is made for it."""

import nbformat
import pytest

from tools import interrupts
from tools.kernel import kernel, shown

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
    cells = interrupts.code_cells(notebook(tmp_path, CELLS))
    # At a word, since a busy machine may not have begun after a second.
    say = (
        "    if trial.number == 1:\n        print('begun', flush=True)\n    time.sleep"
    )
    cells[2].source = cells[2].source.replace("    time.sleep", say)
    cells[2].outputs = [nbformat.v4.new_output("stream", text="begun\n")]
    hit, bad = interrupts.interrupted_run(tmp_path, cells, {2: "begun"})
    assert hit == 1 and bad == []


def test_the_sweep_sees_a_claim_that_counts_the_rest(tmp_path):
    """The study is made in another cell: a second run doubles it."""
    first, _, then = CELLS[2].partition("study.optimize")
    cells = [*CELLS[:2], first, f"study.optimize{then}", CELLS[3]]
    (row,) = interrupts.sweep(notebook(tmp_path, cells), times=1, seed=1)
    assert "12 trials are complete" in row["bad"][0]


def test_a_search_whose_kernel_was_killed_goes_on_next_day(tmp_path):
    """As notebook 02 says: find it in the list, read what is complete, go on."""
    with kernel(tmp_path) as today:
        today.run(CELLS[0])
        today.run(CELLS[1])
        with pytest.raises(TimeoutError):
            night = "time.sleep(600 if trial.number == 2 else 0)"
            long = CELLS[2].replace("time.sleep(0.1)", night)
            today.run(long, seconds=12)  # then the kernel is killed
    next_day = """name = optuna.get_all_study_names(storage)[-1]
study = optuna.load_study(study_name=name, storage=storage)
print([trial.state.name for trial in study.trials].count("RUNNING"), "is left")
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)"""
    with kernel(tmp_path) as tomorrow:
        tomorrow.run(CELLS[0])
        tomorrow.run(CELLS[1])
        left = shown(tomorrow.run(next_day))
        found = shown(tomorrow.run(CELLS[3] + "\nprint(study.best_value <= 1)"))
    assert "1 is left" in left and "Error" not in left
    assert "trials are complete" in found and "True" in found
