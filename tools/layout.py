"""Lay the notebooks out as slides of 1280x720 for RISE, and measure the slides.

Usage: python -m tools.layout notebooks/02_learning_rate.ipynb [...]

A section of a notebook starts a slide, a part of it a slide below. Cells share a
slide as long as they fit, by their height in a real browser; what follows a
prediction waits for the next key. Solutions and the part *Deeper* are left out.
"""

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from tools.browser import TOKEN, Lab, open_browser, until
from tools.store import clean

WIDTH, HEIGHT = 1280, 720
ROOM = 690  # px; below it is RISE's line that shows the progress
RISE = Path(sys.prefix) / "slides"  # where the Makefile installs it

# RISE is up, and the figures and diagrams are drawn.
READY = """
return !!document.querySelector(".reveal.ready .jp-Cell")
  && [...document.images].every(image => image.complete)
  && [...document.querySelectorAll("code.language-mermaid")].length === 0;
"""

# Every slide is shown for a moment and measured. Text inside a diagram counts as
# part of its picture.
MEASURE = """
const slides = [];
for (const stack of document.querySelectorAll(".reveal .slides > section")) {
  const hidden = [stack, ...stack.querySelectorAll("section")].map(
    section => [section, section.style.display, section.hidden]);
  for (const [section] of hidden) {
    section.style.display = "block";
    section.hidden = false;
  }
  for (const slide of stack.querySelectorAll("section")) {
    const all = [...slide.querySelectorAll("*")].filter(
      element => element.getClientRects().length && !element.closest("svg"));
    const texts = all.filter(element => [...element.childNodes].some(
      node => node.nodeType === 3 && node.textContent.trim()));
    slides.push({
      name: slide.id,
      height: slide.scrollHeight,
      // Later slides stand to the right of the window.
      right: Math.max(...all.map(element => element.getBoundingClientRect().right))
        - slide.getBoundingClientRect().left,
      cut: Math.max(...all.map(element =>
        ["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX)
        ? element.scrollWidth - element.clientWidth : 0)),
      font: Math.min(...texts.map(
        element => parseFloat(getComputedStyle(element).fontSize))),
      cells: [...slide.querySelectorAll(".jp-Notebook-cell")].map(cell =>
        [Number(cell.dataset.windowedListIndex), cell.getBoundingClientRect().height]),
    });
  }
  for (const [section, display, was] of hidden) {
    section.style.display = display;
    section.hidden = was;
  }
}
return slides;
"""


# What notebooks write beside themselves is not shown.
_WRITTEN = shutil.ignore_patterns("*.db*", "mlruns", "*.log*", ".*", "__pycache__")


@contextlib.contextmanager
def presenter(notebooks: Path) -> Iterator:
    """Serve copies of the notebooks with RISE, and yield a function that shows one.

    The function takes the name of a notebook and returns the browser on its first
    slide.
    """
    with contextlib.ExitStack() as ends:
        folder, profile = (
            ends.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
            for _ in range(2)
        )
        shutil.copytree(notebooks, folder, ignore=_WRITTEN, dirs_exist_ok=True)
        lab = Lab(
            Path(folder),
            PYTHONPATH=os.pathsep.join([str(RISE), folder]),
            JUPYTER_PATH=str(RISE / "share" / "jupyter"),
            JUPYTER_CONFIG_PATH=str(RISE / "etc" / "jupyter"),
        )
        ends.callback(lab.kill)
        browser = open_browser(Path(profile), lab, (WIDTH, HEIGHT))
        ends.callback(browser.quit)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1}
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", size | {"mobile": False}
        )

        def show(name: str):
            browser.get(f"{lab.address}rise/{name}?token={TOKEN}")
            until(lambda: browser.execute_script(READY), f"RISE does not show {name}")
            seen = []

            def drawn() -> bool:
                seen.append(browser.execute_script(MEASURE))
                return seen[-3:].count(seen[-1]) == 3

            until(drawn, f"the slides of {name} do not come to rest")
            return browser

        yield show


def lay_out(notebook: nbformat.NotebookNode, heights: dict[int, float]) -> list[str]:
    """Give each cell its slide type, and name the cells that are too high.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed in place.
    heights : dict
        Height in px of each cell, by its number.

    Returns
    -------
    list of str
        One line for each cell that no slide holds.
    """
    faults, used, predict, deeper = [], 0.0, False, False
    for number, cell in enumerate(notebook.cells):
        height = heights.get(number, 0)
        kind = ""
        deeper = deeper or cell.source.startswith("## Deeper")
        if deeper or "solution" in cell.metadata.get("tags", []):
            kind, height = "skip", 0
        elif cell.cell_type == "markdown" and re.match(r"##? ", cell.source):
            kind = "slide"
        elif cell.source.startswith("### ") or used + height > ROOM:
            kind = "subslide"
        elif predict:
            kind = "fragment"
        used = height if "slide" in kind else used + height
        predict = "**Predict first" in cell.source or (predict and kind == "skip")
        cell.metadata.pop("slideshow", None)
        if kind:
            cell.metadata["slideshow"] = nbformat.from_dict({"slide_type": kind})
        if height > ROOM:
            first = cell.source.splitlines()[0]
            faults.append(f"cell {number} has {height:.0f} of {ROOM} px: {first}")
    return faults


def main(paths: list[str]) -> int:
    faults = []
    with presenter(Path(paths[0]).parent) as show:
        for path in map(Path, paths):
            slides = show(path.name).execute_script(MEASURE)
            heights = dict(cell for slide in slides for cell in slide["cells"])
            notebook = nbformat.read(path, as_version=4)
            found = lay_out(notebook, heights)
            faults += [f"{path.name}: {fault}" for fault in found]
            if not found:
                clean(notebook)
                nbformat.write(notebook, path)
    print("\n".join(faults) or "laid out")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
