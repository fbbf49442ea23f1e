"""What notebook 05 records of its code when it is a copy, or git is not as usual."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "05_mlflow_logging.ipynb"


@pytest.fixture
def room(tmp_path, monkeypatch):
    """The names that the cells need, in a folder with the notebook and a copy."""
    for name, text in ((NOTEBOOK, "a = 1"), ("05_mlflow_logging-Copy1.ipynb", "a = 2")):
        cells = [nbformat.v4.new_code_cell(text)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / name)
    monkeypatch.chdir(tmp_path)
    logged, version = [], SimpleNamespace(__version__="3.0")
    names = {"Path": Path, "hashlib": hashlib, "json": json, "subprocess": subprocess}
    names |= {"helpers": SimpleNamespace(__file__=str(tmp_path / "helpers.py"))}
    names |= {"keras": version, "tf": version, "logged": logged}
    names["run"] = SimpleNamespace(info=SimpleNamespace(run_id="1"))
    names["mlflow"] = SimpleNamespace(
        log_artifact=lambda path, run_id: logged.append(path)
    )
    return names


def execute(room, begin):
    """Execute the one cell of notebook 05 that has a line which begins so."""
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    (source,) = [one for one in code if f"\n{begin}" in f"\n{one}"]
    exec(source, room)


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("05_mlflow_logging-Copy1.ipynb", "05_mlflow_logging-Copy1.ipynb"),
        (NOTEBOOK, NOTEBOOK),
        # Outside JupyterLab no name is known; then the notebook names itself.
        ("/env/lib/ipykernel_launcher.py", NOTEBOOK),
    ],
)
def test_the_notebook_that_runs_is_the_one_recorded(room, source, file):
    execute(room | {"source": source}, "notebook = ")
    assert room["logged"] == [file]


def test_a_copy_has_a_checksum_of_its_own(room):
    sums = set()
    for source in (NOTEBOOK, "05_mlflow_logging-Copy1.ipynb"):
        room["source"] = source
        execute(room, "notebook = ")
        sums.add(room["sha256"](room["code_of_today"]().encode()))
    assert len(sums) == 2


@pytest.mark.parametrize(
    ("git", "version"),
    [
        ("echo 'warning: unable to access config' >&2; echo v1-dirty", "v1-dirty"),
        ("echo 'fatal: not a git repository' >&2; exit 128", "unknown"),
    ],
)
def test_what_git_says_beside_it_is_no_part_of_the_version(
    room, tmp_path, monkeypatch, git, version
):
    (tmp_path / "git").write_text(f"#!/bin/sh\n{git}\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    room["source"] = NOTEBOOK
    execute(room, "notebook = ")
    execute(room, "def code_and_packages")
    assert room["code_and_packages"]()["code_version"] == version
