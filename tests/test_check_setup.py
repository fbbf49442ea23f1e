"""`make check`: a sound machine passes, and each fault is one line with its cure."""

import socket
import sys
import tempfile
from pathlib import Path

import pytest

from helpers import data
from helpers.launch import check_setup

# The free port and the memory are the machine's own affair.
EVERYWHERE = [name for name in check_setup.CHECKS if name not in ("port", "memory")]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_sound_machine_passes(name):
    assert check_setup.CHECKS[name]()


def take_the_port(monkeypatch):
    taken = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(check_setup, "PORT", taken.getsockname()[1])
    return taken


def alter_the_data(monkeypatch):
    monkeypatch.setattr(data, "DATA_SHA256", "0" * 64)


def take_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))


def fill_the_memory(monkeypatch):
    monkeypatch.setattr(check_setup, "NEEDED_MEMORY", 1e6)


def import_another(monkeypatch):
    monkeypatch.setattr(check_setup, "ROOT", check_setup.ROOT.parent)
    monkeypatch.setattr(check_setup.subprocess, "run", lambda *_, **__: Elsewhere)


class Elsewhere:
    stdout = b"/another/helpers/__init__.py"


def move_the_folder(monkeypatch):
    """Programs of an environment that was made elsewhere name a Python that is gone."""
    folder = Path(tempfile.mkdtemp())
    (folder / "jupyter").write_text("#!/gone/.venv/bin/python\n")
    monkeypatch.setattr(check_setup.sysconfig, "get_path", lambda _: str(folder))


def break_a_database(monkeypatch):
    folder = Path(tempfile.mkdtemp())
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "mlflow.db").write_text("no database " * 99)
    monkeypatch.setattr(check_setup, "ROOT", folder)


@pytest.mark.parametrize(
    ("name", "fault", "said", "cure"),
    [
        ("port", take_the_port, "is taken", "make lab LAB_FLAGS=--port="),
        ("data", alter_the_data, "magic.csv was altered", "git checkout --"),
        ("Python", take_an_old_python, "the course needs 3.11 to 3.13", "PYTHON="),
        ("place", import_another, "instead of the helpers", "delete the folder"),
        ("place", move_the_folder, "the folder has moved", "delete the folder .venv"),
        ("databases", break_a_database, "it is damaged", "Rename the file"),
        ("memory", fill_the_memory, "GB of memory are free", "close other programs"),
    ],
)
def test_a_fault_is_one_line_with_its_cure(monkeypatch, name, fault, said, cure):
    kept = fault(monkeypatch)
    with pytest.raises(check_setup.Failed) as caught:
        check_setup.CHECKS[name]()
    what, arrow, advice = str(caught.value).partition(" -> ")
    assert said in what and arrow and cure in advice
    assert "\n" not in str(caught.value)
    if kept:
        kept.close()
