"""Saving a notebook of the course in JupyterLab changes what the reader has changed.

JupyterLab notes the kernel's version, timings and what is collapsed in each notebook
that it opens, so that git shows a change where there is none. The Jupyter server asks
`keep_stored_form` before it writes.
"""

from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
KEPT = ("jupyter", "slideshow", "tags")
FOLDED = ("outputs_hidden", "source_hidden")
KERNEL = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
WIDGET = "application/vnd.jupyter.widget-view+json"


def attach() -> None:
    """Have the Jupyter server of this process ask before it saves; once."""
    from jupyter_server.serverapp import ServerApp

    if not ServerApp.initialized():  # another program asks for the tiles
        return
    manager = getattr(ServerApp.instance(), "contents_manager", None)
    if manager and not getattr(manager, "course_asks", False):
        manager.register_pre_save_hook(keep_stored_form)
        manager.course_asks = True


def keep_stored_form(model: dict[str, Any], path: str, contents_manager: Any, **_):
    """Take out of a notebook of the course what JupyterLab alone has noted.

    Parameters
    ----------
    model : dict
        What is about to be written; it is changed in place.
    path : str
        The place, below the server's root.
    contents_manager : jupyter_server.services.contents.manager.ContentsManager
        Who writes it.
    """
    file = Path(contents_manager.root_dir, path.strip("/")).resolve()
    if model.get("type") != "notebook" or file.parent != NOTEBOOKS:
        return
    notebook = model["content"]
    # The reader's own kernel is kept, if it is another one.
    kernel = notebook["metadata"].get("kernelspec", {}).get("name", "python3")
    if kernel == KERNEL["name"]:
        notebook["metadata"] = {
            "kernelspec": dict(KERNEL),
            "language_info": {"name": "python"},
        }
    for cell in notebook["cells"]:
        metadata = {k: v for k, v in cell["metadata"].items() if k in KEPT}
        folded = metadata.pop("jupyter", {})
        folded = {k: v for k, v in folded.items() if k in FOLDED and v}
        cell["metadata"] = metadata | ({"jupyter": folded} if folded else {})
        if cell["cell_type"] == "code":
            # A progress bar is dead when the notebook is opened again: JupyterLab
            # would write "Error displaying widget" in its place.
            cell["outputs"] = [
                output
                for output in cell["outputs"]
                if WIDGET not in output.get("data", {})
            ]
