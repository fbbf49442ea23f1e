"""Interrupt a notebook's long cells, go on as its reader does, and look at the end.

Usage: python -m tools.interrupts notebooks/02_learning_rate.ipynb [...] [--moments 3]

Each cell that runs longer than a second is interrupted at random moments, in a kernel
of its own each time round. Then the cell is run again, and all that follow. It is well
if no cell fails that did not fail in the stored run, and if each compared output that
is a claim ("True", counts and words) is the stored one.
"""

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from tools.kernel import Kernel, kernel, shown

LONG = 1.0  # s
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Figures, and numbers that another run may round in another way.
LOOSE = re.compile(r"[-−+]?\d+\.\d+(e-?\d+)?|<[^>]*>|[0-9a-f]{32}|\d{4}-\d\d-\d\d.*")


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Return the code cells of a notebook, in their order."""
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def claims(outputs: list[Any]) -> str:
    """Return the words and counts that outputs show, without what may scatter."""
    text = ANSI.sub("", shown([dict(output) for output in outputs]))
    return LOOSE.sub("~", text).strip()


def differs(cell: nbformat.NotebookNode, outputs: list[Any]) -> str:
    """Say in what a cell's outputs are not those of the stored run, or nothing."""
    tags = cell.metadata.get("tags", [])
    errors = [one for one in outputs if one["output_type"] == "error"]
    if errors and "raises-exception" not in tags:
        return f"{errors[0]['ename']}: {errors[0]['evalue']}".splitlines()[0]
    if "nbval-ignore-output" in tags or errors:
        return ""
    stored, found = claims(cell.outputs), claims(outputs)
    return "" if stored == found else f"another output: {found[:90]!r}"


def durations(running: Kernel, cells: list[nbformat.NotebookNode]) -> list[float]:
    """Run all cells once, and return the seconds of each."""
    seconds = []
    for cell in cells:
        begin = time.monotonic()
        running.run(cell.source)
        seconds.append(time.monotonic() - begin)
    return seconds


def interrupted_run(
    folder: Path, cells: list[nbformat.NotebookNode], moments: dict[int, float]
) -> tuple[int, list[str]]:
    """Run a notebook once, interrupting some cells; return how many, and the faults."""
    done, faults = 0, []
    with kernel(folder) as running:
        for number, cell in enumerate(cells):
            if number in moments:
                outputs = running.run(cell.source, interrupt=moments[number])
                done += any(one.get("ename") == "KeyboardInterrupt" for one in outputs)
            if fault := differs(cell, running.run(cell.source)):
                faults.append(f"cell {number}: {fault}")
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
