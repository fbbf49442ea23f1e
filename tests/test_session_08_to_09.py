"""Notebooks 08 to 09 in a JupyterLab, each cell twice: see tests/twice.py."""

from tests.twice import each_cell_twice, lab  # noqa: F401

test_each_cell_runs_twice_where_the_reader_sits = each_cell_twice("08", "09")
