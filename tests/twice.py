"""Notebooks in a JupyterLab, each cell twice: see tools/session.py.

The tests of this are three files, so that the two workers of `make test` share them.
"""

from collections.abc import Callable

import pytest

from tools.session import NAMES, opened, run_twice


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("course"))


def each_cell_twice(first: str, last: str) -> Callable:
    """Return the test of the notebooks from one number to another."""

    @pytest.mark.parametrize("name", [n for n in NAMES if first <= n[:2] <= last])
    def test(lab, name):
        found = run_twice(lab, f"notebooks/{name}")
        assert not found, "\n".join(found)

    return test
