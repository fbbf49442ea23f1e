"""What every benchmark needs: turns, medians, a table and a JSON file."""

import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "optuna", "mlflow")


def machine() -> dict[str, object]:
    """Return what a figure depends on: cores, processor, Python and versions."""
    found = {"cores": os.cpu_count(), "processor": platform.machine()}
    found |= {"system": platform.system(), "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except ImportError:
            continue
    return found | {"date": time.strftime("%Y-%m-%d")}


def journal(path: str):
    """Open Optuna's storage in one file, as notebook 02 does."""
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    from optuna.storages import JournalStorage

    return JournalStorage(JournalFileBackend(path, JournalFileOpenLock(path)))


def in_turns(ways: dict[str, Callable], repetitions: int) -> dict[str, list[float]]:
    """Time each way once per repetition, in seconds; each comes first in its turn."""
    seconds = {name: [] for name in ways}
    order = list(ways.items())
    for turn in range(repetitions):
        first = turn % len(order)
        for name, way in order[first:] + order[:first]:
            gc.collect()
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def medians(seconds: dict[str, list[float]]) -> dict[str, float]:
    """Return the median of each way's times."""
    return {name: statistics.median(times) for name, times in seconds.items()}


def report(
    script: str, title: str, head: list[str], rows: list[list], notes=()
) -> None:
    """Print the table and write the figures beside the script.

    Parameters
    ----------
    script : str
        `__file__` of the benchmark; `search.py` writes `search.json`.
    title : str
        What was measured.
    head, rows : list
        The table; numbers are rounded for print only.
    notes : iterable of str
        Sentences below the table: aims, and whether they were met.
    """
    figures = {"title": title, "machine": machine(), "head": head, "rows": rows}
    path = Path(script).with_suffix(".json")
    path.write_text(json.dumps(figures | {"notes": list(notes)}, indent=1) + "\n")
    cells = [head, *([short(cell) for cell in row] for row in rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(head))]
    print(f"\n{title}")
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    for number, row in enumerate(cells):
        print(
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            )
        )
        if number == 0:
            print("  ".join("-" * width for width in widths))
    for note in notes:
        print(note)
    sys.stdout.flush()


def short(cell: object) -> str:
    """Round a number for print; leave anything else."""
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
