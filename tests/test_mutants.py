"""The breaks that `make mutants` plants, and that it tells noticed from unnoticed."""

import nbformat
import pytest

from tools import mutants
from tools.store import KERNEL

CODE = """
import matplotlib.pyplot as plt
def best(x_train, x_valid):
    return max(x_valid) if len(x_train) > 2 else min(x_train, key=abs)
study = dict(direction="maximize", trials=20)
plt.plot([1, 2], label="training")
plt.plot([2, 1], label="validation")
rate = 0.05
"""


@pytest.mark.parametrize(
    ("kind", "new"),
    [
        ("swap", "max(x_test)"),
        ("swap", "min(x_valid)"),
        ("swap", "len(x_valid)"),
        ("swap", 'direction="minimize"'),
        ("compare", "len(x_train) < 2"),
        ("keyword", "min(x_train)"),
        ("keyword", "dict(trials=20)"),
        ("number", "trials=24"),
        ("number", "rate = 0.06"),
        ("statement", "pass\nplt.plot([2, 1]"),
        ("labels", 'label="validation")\nplt.plot([2, 1], label="training")'),
    ],
)
def test_each_kind_of_break_is_planted(kind, new):
    cell = nbformat.v4.new_code_cell("%matplotlib inline" + CODE)
    found = mutants.find_mutants(nbformat.v4.new_notebook(cells=[cell]))
    assert any(m.kind == kind and new in m.source for m in found)
    for mutant in found:
        assert mutant.source.startswith("%matplotlib inline")
        compile(mutant.source.partition("\n")[2], "cell", "exec")


def test_the_same_seed_takes_the_same_breaks_of_each_kind():
    cell = nbformat.v4.new_code_cell(CODE)
    found = mutants.find_mutants(nbformat.v4.new_notebook(cells=[cell]))
    chosen = mutants.choose(found, 1)
    assert chosen == mutants.choose(found, 1) != mutants.choose(found, 2)
    kinds = {mutant.kind for mutant in found}
    assert {mutant.kind for mutant in chosen[: len(kinds)]} == kinds


def test_what_nothing_notices_is_printed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(mutants, "READERS", ("tests/record",))
    cells = [
        nbformat.v4.new_code_cell("rate, unused = 0.5, 0.7"),
        nbformat.v4.new_code_cell("print(f'rate {rate:.3f}')"),
    ]
    cells[0].execution_count, cells[1].execution_count = 1, 2
    cells[1].outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="rate 0.500\n")
    ]
    path = tmp_path / "00_small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(metadata=KERNEL, cells=cells), path)
    assert mutants.report(path, most=9, seconds=600, seed=1) == 1
    said = capsys.readouterr().out
    assert "00_small.ipynb: 1 of 2 breaks were noticed" in said
    assert "0.7 -> 0.84\n    SURVIVED" in said
