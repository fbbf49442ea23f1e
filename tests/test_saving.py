"""A notebook that is opened and saved untouched is the same file, to the byte."""

import shutil
from pathlib import Path

import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager

from helpers.launch import saving
from tools import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def manager(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(saving, "NOTEBOOKS", tmp_path / "notebooks")
    manager = LargeFileManager(root_dir=str(tmp_path))
    manager.register_pre_save_hook(saving.keep_stored_form)
    return manager


def as_jupyterlab_does(notebook):
    """Note what JupyterLab 4.6 notes in a notebook that it has opened."""
    notebook["metadata"]["language_info"] |= {
        "version": "3.11.7",
        "codemirror_mode": {"name": "ipython", "version": 3},
    }
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter": {}}
    for cell in notebook["cells"]:
        cell["metadata"]["trusted"] = True
        cell["metadata"]["editable"] = True
        if cell["cell_type"] == "code":
            cell["metadata"]["execution"] = {"iopub.status.busy": "2026-11-26"}
            cell["metadata"]["scrolled"] = True
            hidden = cell["metadata"].get("jupyter", {}).get("outputs_hidden", False)
            cell["metadata"]["collapsed"] = hidden


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_saved_untouched_it_is_the_same_file(manager, path):
    copy = Path(manager.root_dir, "notebooks", path.name)
    shutil.copy(path, copy)
    model = manager.get(f"notebooks/{path.name}")
    as_jupyterlab_does(model["content"])
    manager.save(model, f"notebooks/{path.name}")
    assert copy.read_bytes() == path.read_bytes()


def test_what_the_reader_did_stays(manager):
    path = NOTEBOOKS[0]
    shutil.copy(path, Path(manager.root_dir, "notebooks", path.name))
    model = manager.get(f"notebooks/{path.name}")
    code = [c for c in model["content"]["cells"] if c["cell_type"] == "code"][0]
    code["source"] = "mine = 1\nmine"
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "my own"}]
    code["execution_count"] = 99
    manager.save(model, f"notebooks/{path.name}")
    kept = manager.get(f"notebooks/{path.name}")["content"]["cells"]
    kept = [cell for cell in kept if cell["cell_type"] == "code"][0]
    assert (kept["source"], kept["execution_count"]) == ("mine = 1\nmine", 99)
    assert kept["outputs"][0]["text"] == "my own"


def test_other_notebooks_are_not_touched(manager):
    path = NOTEBOOKS[0]
    shutil.copy(path, Path(manager.root_dir, "own.ipynb"))
    model = manager.get("own.ipynb")
    model["content"]["metadata"]["mine"] = 1
    manager.save(model, "own.ipynb")
    assert manager.get("own.ipynb")["content"]["metadata"]["mine"] == 1
