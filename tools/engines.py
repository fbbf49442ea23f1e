"""Write what the engines cost into notebook 09, from the benchmark's stored figures.

Usage: python -m tools.engines     (part of `make docs`)
"""

import json
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "benchmarks" / "engines.json"
NOTEBOOK = ROOT / "notebooks" / "09_many_workers.ipynb"
HEAD = (
    "| | s to start | ms per trial | trainings per minute with 1, 2, 4 workers |\n"
    "|---|---|---|---|"
)


def table() -> str:
    """Return the benchmark's figures as the notebook shows them."""
    lines = [HEAD]
    for engine, start, cost, *speeds in json.loads(FIGURES.read_text())["rows"]:
        trainings = ", ".join(f"{speed:.0f}" for speed in speeds)
        lines.append(f"| {engine} | {start:.1f} | {cost:.0f} | {trainings} |")
    return "\n".join(lines)


def main() -> int:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        before, found, rest = cell.source.partition(HEAD)
        if found and cell.cell_type == "markdown":
            after = rest.lstrip("\n").splitlines()
            kept = [line for line in after if not line.startswith("|")]
            cell.source = "\n".join([before + table(), *kept])
    nbformat.write(notebook, NOTEBOOK)
    return 0


if __name__ == "__main__":
    sys.exit(main())
