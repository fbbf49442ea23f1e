"""Interrupt a notebook's long cells, go on as its reader does, and look at the end.

Usage: python -m tools.interrupts notebooks/02_learning_rate.ipynb [...] [--moments 3]

Each cell that runs longer than a second is interrupted at random moments, in a kernel
of its own each time round. Then the cell is run again, and all that follow. It is well
if no cell differs from what is stored, by the rules of the tests (tools/compare.py).
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from tools.compare import compare_cell
from tools.kernel import Kernel, kernel

LONG = 1.0  # s


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Return the code cells of a notebook, in their order."""
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def durations(running: Kernel, cells: list[nbformat.NotebookNode]) -> list[float]:
    """Run all cells once, and return the seconds of each."""
    seconds = []
    for cell in cells:
        begin = time.monotonic()
        running.run(cell.source)
        seconds.append(time.monotonic() - begin)
    return seconds


def interrupted_run(
    folder: Path, cells: list[nbformat.NotebookNode], moments: dict[int, float | str]
) -> tuple[int, list[str]]:
    """Run a notebook once, interrupting some cells; return how many, and the faults."""
    done, faults = 0, []
    with kernel(folder) as running:
        for number, cell in enumerate(cells):
            if number in moments:
                outputs = running.run(cell.source, interrupt=moments[number])
                done += any(one.get("ename") == "KeyboardInterrupt" for one in outputs)
            outputs = [nbformat.NotebookNode(one) for one in running.run(cell.source)]
            faults += [f"cell {number}: {one}" for one in compare_cell(cell, outputs)]
    return done, faults


def sweep(path: Path, times: int, seed: int, most: int | None = None) -> list[dict]:
    """Interrupt each long cell of a notebook so many times, one kernel each time."""
    cells, dice = code_cells(path), random.Random(seed)
    rows = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        shutil.copy(path, folder)
        with kernel(folder) as running:
            seconds = durations(running, cells)
        # Not the first cell: a library that is half imported asks for a restart.
        long = [n for n, s in enumerate(seconds) if s > LONG and n > 0][:most]
        for _ in range(times):
            moments = {number: dice.uniform(0, seconds[number]) for number in long}
            done, faults = interrupted_run(folder, cells, moments)
            rows.append(
                {"notebook": path.stem, "cells": len(long), "hit": done, "bad": faults}
            )
    return rows


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--moments", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    total, bad = 0, 0
    print("notebook | long cells | interrupts | reached its end with its claims")
    for path in given.notebooks:
        for row in sweep(path, given.moments, given.seed):
            total, bad = total + row["hit"], bad + bool(row["bad"])
            end = "yes" if not row["bad"] else "; ".join(row["bad"])
            line = f"{row['notebook']} | {row['cells']} | {row['hit']} | {end}"
            print(line, flush=True)
    print(f"{total} interrupts, {bad} runs with a fault")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
