"""Write what the engines cost into notebook 09, from the benchmark's stored figures.

Usage: python -m tools.engines     (part of `make docs`)
"""

import json
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks"
NOTEBOOK = ROOT / "notebooks" / "09_many_workers.ipynb"
HEAD = "| | ms for a trial | trainings per minute with 1, 2, 4 workers |\n|---|---|---|"


def table() -> str:
    """Return the figures of storages and engines as the notebook shows them."""
    found = {}
    for kind, objective, _, speed, _ in _rows("scale.json"):
        found.setdefault(kind, {}).setdefault(objective, []).append(speed)
    costs = [
        (kind, 60_000 / speeds["trivial"][0], *speeds["real"])
        for kind, speeds in found.items()
    ]
    costs += [(name, *rest) for name, _, *rest in _rows("engines.json")]
    lines = [HEAD]
    for name, cost, *speeds in costs:
        trainings = ", ".join(f"{speed:.0f}" for speed in speeds)
        lines.append(f"| {name} | {cost:.0f} | {trainings} |")
    return "\n".join(lines)


def _rows(name: str) -> list[list]:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))["rows"]


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
