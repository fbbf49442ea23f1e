"""Estimate how many minutes a notebook asks of its reader.

Usage: python -m tools.reading_time [-v] [notebooks/02_learning_rate.ipynb ...]

A model of one first reading without haste. It was held against the estimates of
four readers of eight notebooks and lies within 10 to 20 % of each. `make run` writes
its minutes into the notebook's header, rounded to five.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from tools import NOTEBOOKS

WORDS_PER_MINUTE = 200
# Seconds for a line of code: to be understood, that draws, or that is only read over.
LINE, DRAWING_LINE, THIN_LINE = 5, 2, 1
OUTPUT_LINE, MOST_OUTPUT_LINES, FIGURE, PREDICTION = 2.5, 12, 40, 30
WAITING = 90  # s a notebook, for the cells that train
EXERCISE = 240  # s of thinking and typing for each
MOST = 25  # min of a core

THIN = re.compile(
    r"\s*(import |from \S+ import |[)\]}]+,?$|\w+=[\w.\"'(), ]+,$|#|%%?\w)"
)
DIAGRAM = re.compile(r"```mermaid.*?```", re.DOTALL)
FENCED = re.compile(r"```.*?```", re.DOTALL)
WORD = re.compile(r"[\w'’.,%-]*\w[\w'’.,%-]*")
TIME = re.compile(r"^Time: .*?(?= · Slides: )", re.MULTILINE)


def seconds(cell: nbformat.NotebookNode) -> float:
    """Estimate the seconds that one cell and its outputs ask for."""
    if cell.cell_type == "markdown":
        # Without the times themselves, which would change what they say.
        prose = TIME.sub("", DIAGRAM.sub(" ", cell.source))
        prose = re.sub(r"\]\([^)]*\)", "]", prose)
        pictures = len(DIAGRAM.findall(cell.source)) + cell.source.count("![")
        predictions = cell.source.count("**Predict first")
        words = len(WORD.findall(prose))
        spent = 60 * words / WORDS_PER_MINUTE
        return spent + FIGURE * pictures + PREDICTION * predictions
    if cell.cell_type != "code" or "solution" in cell.metadata.get("tags", []):
        return 0
    line = DRAWING_LINE if cell.source.rstrip().endswith("plt.show()") else LINE
    code = sum(
        THIN_LINE if THIN.match(text) else line
        for text in cell.source.splitlines()
        if text.strip()
    )
    return code + sum(map(_seconds_of_output, cell.outputs))


def _seconds_of_output(output: nbformat.NotebookNode) -> float:
    data = output.get("data", {})
    if "image/png" in data or "<table" in data.get("text/html", ""):
        return FIGURE
    text = output.get("text") or data.get("text/plain") or output.get("evalue", "")
    return OUTPUT_LINE * min(MOST_OUTPUT_LINES, len(text.strip().splitlines()))


def sections(
    notebook: nbformat.NotebookNode,
) -> Iterator[tuple[str, str, list[nbformat.NotebookNode]]]:
    """Yield heading, kind (core, exercises or deeper) and cells of each section."""
    heading, kind, cells, optional = "(top)", "core", [], 0
    for cell in notebook.cells:
        text = FENCED.sub("", cell.source) if cell.cell_type == "markdown" else ""
        if found := re.search(r"^(#{1,4}) (.+)$", text, re.MULTILINE):
            if cells:
                yield heading, kind, cells
            level, heading, cells = len(found[1]), found[2].strip(), []
            if re.match(r"Deeper|Go further", heading):
                kind, optional = "deeper", level
            elif heading.startswith("Exercise"):
                kind, optional = "exercises", level
            elif not optional or level <= optional:
                kind, optional = "core", 0
        cells.append(cell)
    yield heading, kind, cells


def minutes(notebook: nbformat.NotebookNode) -> dict[str, float]:
    """Return the minutes of the core, the exercises and the deeper part.

    *Go further*, a list of links to be opened another day, counts for none of them.
    """
    found: dict[str, float] = {"core": WAITING, "exercises": 0, "deeper": 0}
    for heading, kind, cells in sections(notebook):
        if heading.startswith("Go further"):
            continue
        found[kind] += sum(map(seconds, cells))
        found["exercises"] += EXERCISE * bool(re.match(r"Exercise \d", heading))
    return {kind: spent / 60 for kind, spent in found.items()}


def header(notebook: nbformat.NotebookNode) -> str:
    """Return the header's times, such as `Time: core 20 min · exercises 15 min`."""
    rounded = {kind: 5 * round(spent / 5) for kind, spent in minutes(notebook).items()}
    return "Time: " + " · ".join(
        f"{kind} {max(5, rounded[kind])} min"
        for kind, spent in minutes(notebook).items()
        if spent
    )


def write_header(notebook: nbformat.NotebookNode) -> None:
    """Put the times of today into the notebook's first cell."""
    first = notebook.cells[0]
    first.source = TIME.sub(header(notebook), first.source)


def main(arguments: list[str]) -> int:
    """Print the minutes of each notebook, with -v of each section."""
    paths = [Path(name) for name in arguments if name != "-v"]
    longest = 0.0
    for path in paths or NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        if "-v" in arguments:
            for heading, kind, cells in sections(notebook):
                spent = sum(map(seconds, cells)) / 60
                print(f"{spent:8.1f} min  {kind:9s}  {heading}")
        found = minutes(notebook)
        longest = max(longest, found["core"])
        print(path.name, *(f"{kind} {spent:.1f} min" for kind, spent in found.items()))
    print(f"longest core {longest:.1f} min, at most {MOST}")
    return longest > MOST


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
