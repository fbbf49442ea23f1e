"""The order of the tests, and how nbval compares: see tools/compare.py."""

from nbval.plugin import IPyNbCell

from tools.compare import Output, tolerance_of

_mask = IPyNbCell.sanitize


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
    """Move the tests of MLflow's record behind the notebooks that write it."""
    items.sort(key=lambda item: item.path.parent.name == "record")
