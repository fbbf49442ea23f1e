"""Run notebooks from top to bottom and store each as one clean run.

Usage: python -m tools.store notebooks/02_learning_rate.ipynb [...]

A notebook that fails is left as it was. What is not the lesson is taken out:
kernel versions, timings, widget states and the text of progress bars. Solutions, and
the outputs that answer a prediction, up to the next text, are folded; the header gets
the minutes of today.
A figure's alternative text is its own (helpers/figures.py) and the author's first
sentence under it.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.figures import BEGIN
from tools.reading_time import write_header

KERNEL = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
KEPT = {"tags", "slideshow"}
# One click opens a solution; to run the cell under a prediction shows its output.
SOLUTION, ANSWER = {"source_hidden": True}, {"outputs_hidden": True}
LEAD = re.compile(r"^\*\*[^*]{,40}\*\*\s+")  # "**How to read it.** "
# The end of a sentence, not of "e.g." or "0.5"; markup that nobody reads aloud.
SENTENCE = re.compile(r".*?[.?!](?=\s+[A-Z]|$)|.*")
MARKUP, LINKED = re.compile(r"\*\*|[`$]"), re.compile(r"\[([^\]]*)\]\([^)]*\)")
WIDGET = "application/vnd.jupyter.widget-view+json"


def clean(notebook: nbformat.NotebookNode) -> None:
    """Take out of a notebook that was run what differs from run to run."""
    notebook.metadata = nbformat.from_dict(KERNEL)
    write_header(notebook)
    predict = answered = False
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in sorted(KEPT & set(cell.metadata))}
        )
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code":
            predict = "**Predict first" in cell.source or (predict and not answered)
            answered = False
            continue
        if "solution" in tags:
            cell.metadata["jupyter"] = nbformat.from_dict(SOLUTION)
        elif predict and cell.outputs and "nbval-ignore-output" not in tags:
            cell.metadata["jupyter"] = nbformat.from_dict(ANSWER)
            answered = True
        sentence = _first_sentence(notebook.cells[number + 1 : number + 2])
        for output in cell.outputs:
            output.get("metadata", {}).clear()
            if "image/png" in output.get("data", {}):
                shown = " ".join(output.data.get("text/plain", "").split())
                shown = shown.removeprefix(f"{BEGIN} ")
                alt = f"{shown} {sentence}".strip()
                output.metadata["alt"] = alt if len(alt.split()) < 120 else shown
        if "nbval-ignore-output" in tags:
            cell.outputs = [
                output
                for output in cell.outputs
                if WIDGET not in output.get("data", {})
                and output.get("name") != "stderr"
            ]


def _first_sentence(after: list[nbformat.NotebookNode]) -> str:
    """Return what the author says first under a figure, as plain words."""
    if not after or after[0].cell_type != "markdown":
        return ""
    source = MARKUP.sub("", LEAD.sub("", after[0].source)).strip()
    paragraphs = re.split(r"\n\s*\n", source)
    text = next((p for p in paragraphs if not p.startswith(("#", "|", "!"))), "")
    text = LINKED.sub(r"\1", " ".join(text.split()))
    return SENTENCE.match(text)[0] if text else ""


def main(paths: list[str]) -> int:
    os.environ["COLUMNS"] = "80"
    for path in map(Path, paths):
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            record_timing=False,
            coalesce_streams=True,
        )
        try:
            # The kernel's own warnings are about itself, not about the notebook.
            client.execute(stderr=subprocess.DEVNULL)
        except CellExecutionError as error:
            print(f"{path} is unchanged; a cell failed:\n{error}", file=sys.stderr)
            return 1
        clean(notebook)
        nbformat.write(notebook, path)
        print(f"{path} stored")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
