"""The comparison is on: what is planted fails under the course's own options."""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbclient import NotebookClient
from nbval.plugin import get_sanitize_patterns

from tools import NOTEBOOKS
from tools.anatomy import text_of
from tools.store import KERNEL

ROOT = Path(__file__).resolve().parent.parent
# Not more than there were when decimals and figures came to be compared.
MOST_IGNORED = 29

SETUP = """
import helpers, matplotlib.pyplot as plt, pandas as pd
%matplotlib inline
table = pd.DataFrame({"rate": [0.01, 0.1], "auc": [0.9143, 0.9021]})
def draw(first, second, scale="linear", title="Loss"):
    plt.plot([1, 2, 3], first, label="training")
    plt.plot([1, 2, 3], second, label="validation")
    plt.xlabel("epoch"); plt.ylabel("loss"); plt.title(title); plt.xscale(scale)
    plt.legend(); plt.show()
down, up = [0.9, 0.5, 0.3], [0.9, 0.6, 0.5]
"""
LINK = "from IPython.display import HTML; HTML('<a href=\"/lab{}\">Open</a>')"
RUN = "/mlflow/#/experiments/{}/runs/" + 32 * "a"
# What a cell was when it was stored, what it is now, and whether this is noticed.
PLANTED = {
    "another word": ("print('the AUC rises')", "print('the AUC falls')", True),
    "another verdict": ("print(1 < 2)", "print(1 > 2)", True),
    "another count": ("print('14 trials')", "print('15 trials')", True),
    "another decimal": ("print('AUC 0.914')", "print('AUC 0.906')", True),
    "another share": ("print('56 %')", "print('44 %')", True),
    "a sign": ("print('gain -0.012')", "print('gain 0.012')", True),
    "little scatter": ("print('AUC 0.9143')", "print('AUC 0.9149')", False),
    "a line more": ("print('one')", "print('one\\ntwo')", True),
    "a line less": ("print('one\\ntwo')", "print('one')", True),
    "something printed": ("x = 1", "print(1)", True),
    "nothing printed": ("print(1)", "x = 1", True),
    "another table": ("table", "table * 1.02", True),
    "a table on its head": ("table", "table.iloc[::-1]", True),
    "the same table": ("table", "table * 1.001", False),
    "curves exchanged": ("draw(down, up)", "draw(up, down)", True),
    "another curve": ("draw(down, up)", "draw(down, [0.9, 0.6, 0.4])", True),
    "another scale": ("draw(down, up)", "draw(down, up, 'log')", True),
    "another title": ("draw(down, up)", "draw(down, up, title='AUC')", True),
    "no figure": ("draw(down, up)", "pass", True),
    "the same figure": ("draw(down, up)", "draw(down, [0.9, 0.6, 0.501])", False),
    "another page": (LINK.format("/mlflow/"), LINK.format("/optuna/"), True),
    "today's run": (LINK.format(RUN.format(7)), LINK.format(RUN.format(8)), False),
    "a warning": ("x = 1", "import sys; print('careful', file=sys.stderr)", True),
    "an error": ("x = 1", "1 / 0", True),
}


@pytest.fixture(scope="module")
def verdicts():
    """Store each planted cell as it was, run what it is now, under nbval."""
    cells = [nbformat.v4.new_code_cell(SETUP)]
    cells += [nbformat.v4.new_code_cell(stored) for stored, _, _ in PLANTED.values()]
    notebook = nbformat.v4.new_notebook(metadata=KERNEL, cells=cells)
    # Inside the course, where its options and its conftest hold; hidden from others.
    with TemporaryDirectory(prefix=".planted-", dir=ROOT / "notebooks") as folder:
        place = {"metadata": {"path": folder}}
        NotebookClient(notebook, kernel_name="python3", resources=place).execute()
        for cell, (_, now, _) in zip(cells[1:], PLANTED.values(), strict=True):
            cell.source = now
        path = Path(folder, "planted.ipynb")
        nbformat.write(notebook, path)
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", path],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        ).stdout
    found = re.findall(r"^(PASSED|FAILED) .*::Cell (\d+)", said, re.MULTILINE)
    assert len(found) == len(cells), said
    by_number = {int(number): verdict for verdict, number in found}
    assert by_number[0] == "PASSED", said
    return {name: by_number[k] for k, name in enumerate(PLANTED, start=1)}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_change_fails_and_scatter_does_not(verdicts, name):
    noticed = PLANTED[name][2]
    assert verdicts[name] == ("FAILED" if noticed else "PASSED")


def test_the_comparison_is_not_switched_off(pytestconfig):
    option = pytestconfig.option
    assert option.nbval and not option.nbval_lax
    assert Path(option.nbval_sanitize_with) == Path("tests/sanitize.cfg")


@pytest.mark.parametrize("file", ["Makefile", ".ci/run", "pyproject.toml"])
def test_nobody_calls_it_with_weaker_options(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    text += "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / ".github").rglob("*.yml")
    )
    for option in ("nbval-lax", "no:nbval", "--deselect", "collect_ignore", "--nbdime"):
        assert option not in text


def test_each_code_cell_is_collected():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "notebooks"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        count = sum(cell.cell_type == "code" for cell in cells)
        assert len(re.findall(rf"{path.name}::Cell \d+$", said, re.MULTILINE)) == count


def masked(text):
    rules = (ROOT / "tests" / "sanitize.cfg").read_text(encoding="utf-8")
    for regex, replace in get_sanitize_patterns(rules):
        text = re.sub(regex, replace, text)
    return text


def test_the_masks_hide_nothing_that_a_notebook_says():
    outputs = [
        text_of(output)
        for path in NOTEBOOKS
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    assert len(outputs) > 100
    for text in outputs:
        rest = re.sub(r'href="[^"]*"', "", text)
        assert masked(rest) == rest or rest.startswith("Overwriting ")
    probe = "AUC 0.9143 ± 0.0045, 14 of 20 trials, True, 56 %, 1.2e-05, fAlpha, −3"
    assert masked(probe) == probe
    address = masked('href="/user/abc/mlflow/#/experiments/7/runs?workflowType=x"')
    assert address == 'href="/mlflow/#/experiments/TODAY/runs?workflowType=x"'


def test_no_new_cell_is_exempt():
    ignored = sum(
        "nbval-ignore-output" in cell.metadata.get("tags", [])
        for path in NOTEBOOKS
        for cell in nbformat.read(path, as_version=4).cells
    )
    assert ignored <= MOST_IGNORED
