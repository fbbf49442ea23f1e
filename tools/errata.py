"""Write the errata of the slides, from their one source docs/errata.toml.

Usage: python -m tools.errata     (`make docs`)
"""

import sys
import tomllib
from pathlib import Path

import nbformat

from tools import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "errata.toml"
PAGE = ROOT / "docs" / "since_the_slides.md"
HEADING = "## Since the slides\n\n"
DECK = "https://aboucaud.github.io/slides/2023/euclid-school-mlops"


def rows() -> list[dict]:
    """Return the rows in the order of the source."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))["row"]


def table(chosen: list[dict]) -> str:
    """Return the Markdown table of some rows."""
    head = "| The slide (2023) | Today | Write instead |\n|---|---|---|\n"
    lines = [f"| {row['says']} | {row['today']} | {row['instead']} |" for row in chosen]
    return head + "\n".join(lines)


def notebook_table(number: str) -> str:
    """Return the section of one notebook, such as "02"."""
    return HEADING + table([row for row in rows() if number in row["notebooks"]])


def page() -> str:
    """Return the page with all rows, slide by slide in the order of the source."""
    parts = [
        "# Since the slides\n",
        f"The course follows [*An introduction to MLOps*]({DECK}) by A. Boucaud "
        "(2023). This page lists what its code and its statements do on the libraries "
        "of today, as locked in [requirements.txt](../requirements.txt). It is written "
        "from [errata.toml](errata.toml), and each row is proven by a test of its "
        "name in [tests/test_errata.py](../tests/test_errata.py).\n",
    ]
    for slide in dict.fromkeys(row["slide"] for row in rows()):
        chosen = [row for row in rows() if row["slide"] == slide]
        used = sorted({number for row in chosen for number in row["notebooks"]})
        named = [path.name for path in NOTEBOOKS if path.name[:2] in used]
        links = ", ".join(f"[{name[:2]}](../notebooks/{name})" for name in named)
        where = f"Shown in notebook {links}.\n\n" if links else ""
        parts.append(f"## {slide}\n\n{where}{table(chosen)}\n")
    return "\n".join(parts)


def main() -> int:
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown" and HEADING in cell.source:
                cell.source = notebook_table(path.name[:2])
        nbformat.write(notebook, path)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
