"""Read a stored notebook as a page of the book: what a page cannot do is left out."""

import nbformat

TRY = (
    "A page cannot check an answer. To try the exercises, open this notebook on Binder "
    "(the rocket above), or download it and run it in JupyterLab."
)


def read(text: str) -> nbformat.NotebookNode:
    """Fold solutions and answers, name figures, and leave links to local pages out.

    Parameters
    ----------
    text : str
        The file's content.

    Returns
    -------
    NotebookNode
        The same notebook with the tags and metadata that MyST-NB reads.

    Raises
    ------
    ValueError
        A cell was edited or run by itself after the notebook was stored.
    """
    notebook = nbformat.reads(text, as_version=4)
    _must_be_one_run(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if cell.source.startswith("## Exercises"):
                cell.source += f"\n\n:::{{note}}\n{TRY}\n:::"
            continue
        tags, page = cell.metadata.setdefault("tags", []), {}
        if "solution" in tags:
            tags.append("hide-cell")
            page["code_prompt_show"] = "Show a solution"
        elif cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            tags.append("hide-output")
            page["code_prompt_show"] = "Show the answer"
        cell.outputs = [output for output in cell.outputs if not _is_link(output)]
        for output in cell.outputs:
            if alt := output.get("metadata", {}).get("alt"):
                page["image"] = {"alt": alt}
        cell.metadata["mystnb"] = page
    return notebook


def _must_be_one_run(notebook: nbformat.NotebookNode) -> None:
    counts = [cell.execution_count for cell in notebook.cells if "outputs" in cell]
    if counts != list(range(1, len(counts) + 1)):
        title = notebook.cells[0].source.splitlines()[0]
        raise ValueError(f"{title}: not from one clean run; make run stores it")


def _is_link(output: nbformat.NotebookNode) -> bool:
    return output.get("data", {}).get("text/html", "").startswith("<a href=")
