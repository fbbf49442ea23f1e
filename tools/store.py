"""Run notebooks from top to bottom and store each as one clean run.

Usage: python -m tools.store notebooks/02_learning_rate.ipynb [...]

A notebook that fails is left as it was. What is not the lesson is taken out:
kernel versions, timings, widget states and the text of progress bars. Solutions, and
the outputs that answer a prediction, are folded; the header gets the minutes of today.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

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
WIDGET = "application/vnd.jupyter.widget-view+json"


def clean(notebook: nbformat.NotebookNode) -> None:
    """Take out of a notebook that was run what differs from run to run."""
    notebook.metadata = nbformat.from_dict(KERNEL)
    write_header(notebook)
    predict = False
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in sorted(KEPT & set(cell.metadata))}
        )
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code":
            predict = predict or "**Predict first" in cell.source
            continue
        if "solution" in tags:
            cell.metadata["jupyter"] = nbformat.from_dict(SOLUTION)
        elif predict and cell.outputs and "nbval-ignore-output" not in tags:
            cell.metadata["jupyter"] = nbformat.from_dict(ANSWER)
            predict = False
        for output in cell.outputs:
            output.get("metadata", {}).clear()
        if "nbval-ignore-output" in tags:
            cell.outputs = [
                output
                for output in cell.outputs
                if WIDGET not in output.get("data", {})
                and output.get("name") != "stderr"
            ]


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
