"""The order of the tests, and how nbval compares: see tools/compare.py."""

from nbval.plugin import IPyNbCell

from tools.compare import Output, tolerance_of

_mask = IPyNbCell.sanitize
# A reader's own copies are no part of the course.
collect_ignore_glob = ["notebooks/*-Copy*.ipynb"]
LONG = ("test_session_", "test_surroundings", "test_class", "test_many_workers")


def _read(cell, shown):
    """Mask what tests/sanitize.cfg says, and compare the rest as tools/compare.py."""
    masked = _mask(cell, shown)
    if not isinstance(masked, str):
        return masked
    return Output(masked, tolerance_of(cell.cell.metadata.get("tags", [])))


IPyNbCell.sanitize = _read


def pytest_assertrepr_compare(op, left, right):
    """Say which words or numbers of a cell differ, not only that they do."""
    if op == "==" and isinstance(left, Output) and isinstance(right, Output):
        return left.differences(right)
    return None


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that two workers end together.

    The tests of MLflow's record come behind the notebooks that write it.
    """
    items.sort(key=lambda item: (item.path.parent.name == "record", not long(item)))


def long(item):
    """Tell whether a test trains for minutes: notebooks, here or in a session."""
    return item.path.suffix == ".ipynb" or item.path.stem.startswith(LONG)
