"""Notebooks 01 to 04 in a JupyterLab, each cell twice: see tools/session.py.

Three files, so that the two workers of `make test` share them.
"""

import pytest

from tools.session import NOTEBOOKS, opened, run_twice


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("course"))


@pytest.mark.parametrize("name", [n for n in NOTEBOOKS if "01" <= n[:2] <= "04"])
def test_each_cell_runs_twice_where_the_reader_sits(lab, name):
    assert run_twice(lab, f"notebooks/{name}") == []
