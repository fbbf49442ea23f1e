"""Notebooks 01 to 04 in a JupyterLab, each cell twice: see tools/session.py.

Two files, because each worker of `make test` takes one.
"""

import pytest

from tools.session import NOTEBOOKS, opened, run_twice


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("course"))


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name[:2] < "05"])
def test_each_cell_runs_twice_where_the_reader_sits(lab, name):
    assert run_twice(lab, f"notebooks/{name}") == []
