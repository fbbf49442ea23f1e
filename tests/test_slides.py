"""Every notebook as slides: nothing cut off, nothing too small, in a real browser."""

import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from selenium.webdriver.common.keys import Keys
from tools import NOTEBOOKS
from tools.browser import needs_chromium, until
from tools.layout import HEIGHT, MEASURE, RISE, WIDTH, lay_out, presenter

ROOT = Path(__file__).resolve().parent.parent
PRESENT = "section.present > section.present"
MOST_KEYS = 100
SMALLEST = 18  # px of 720, readable from the last row

in_rise = [
    needs_chromium,
    pytest.mark.skipif(
        not (RISE / "jupyterlab_rise").exists(),
        reason="needs jupyterlab-rise in .venv/slides, from make test",
    ),
]


@pytest.fixture(scope="module")
def show():
    with presenter(ROOT / "notebooks") as show:
        yield show


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def slides(request, show):
    return show(request.param.name).execute_script(MEASURE)


PLACE = """
return [document.querySelector("section.present > section.present").id,
        document.querySelectorAll(".fragment.visible").length];
"""
AT_REST = """
return !document.getAnimations().some(one => one instanceof CSSTransition);
"""


def press_space(browser):
    """Go one slide or one fragment on, and wait until it is there."""
    before = browser.execute_script(PLACE)
    browser.find_element("css selector", "body").send_keys(Keys.SPACE)
    until(lambda: browser.execute_script(PLACE) != before, "the slides do not go on")
    until(lambda: browser.execute_script(AT_REST), "the slide does not come to rest")


def go_to(browser, text):
    """Go on, slide by slide, to the first one that shows `text`."""
    for _ in range(MOST_KEYS):
        if text in browser.find_element("css selector", PRESENT).text:
            return
        press_space(browser)
    raise AssertionError(f"no slide shows {text!r}")


class TestSlides:
    pytestmark = in_rise

    def test_they_fit_and_can_be_read(self, slides):
        assert len(slides) > 20
        for slide in slides:
            name = slide["name"]
            assert slide["height"] <= HEIGHT, f"{name} is too high"
            assert slide["right"] <= WIDTH, f"{name} is too wide"
            assert slide["cut"] == 0, f"a line of {name} does not fit its box"
            if slide["font"] is not None:  # a picture alone has no text
                assert slide["font"] >= SMALLEST, f"{name} has text that is too small"

    def test_what_follows_a_prediction_waits_for_the_next_key(self, show):
        browser = show("02_learning_rate.ipynb")
        go_to(browser, "Predict first")
        answer = browser.find_element("css selector", f"{PRESENT} .fragment")
        assert answer.value_of_css_property("opacity") == "0"
        press_space(browser)
        assert answer.value_of_css_property("opacity") == "1"

    def test_a_figure_and_its_code_share_a_slide(self, show):
        browser = show("02_learning_rate.ipynb")
        go_to(browser, "upper edge of the range")
        figure = browser.find_element("css selector", f"{PRESENT} img")
        assert figure.size["height"] > HEIGHT / 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_section_starts_a_slide_and_a_solution_is_left_out(path):
    deeper = False
    for cell in nbformat.read(path, as_version=4).cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "")
        deeper = deeper or cell.source.startswith("## Deeper")
        solution = "solution" in cell.metadata.get("tags", [])
        assert (kind == "skip") == (deeper or solution)
        section = cell.cell_type == "markdown" and cell.source.startswith(("# ", "## "))
        assert (kind == "slide") == (section and not deeper)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_the_static_slides_have_the_notebooks_sections(tmp_path):
    (path, *_) = NOTEBOOKS
    make = ["make", "slides", f"NOTEBOOKS={path.relative_to(ROOT).as_posix()}"]
    make += [f"SLIDES={tmp_path.as_posix()}"]
    subprocess.run(make, cwd=ROOT, check=True, capture_output=True)
    html = (tmp_path / f"{path.stem}.slides.html").read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in cells]
    starts = kinds.count("slide") + kinds.count("subslide")
    # One frame around each stack, one around each of its slides.
    assert html.count("<section>") == kinds.count("slide") + starts
    assert ".reveal .jp-RenderedHTMLCommon table" in html, "not the course's sizes"
    solution = next(
        cell for cell in cells if "solution" in cell.metadata.get("tags", [])
    )
    assert "_solution" in solution.source and "_solution(" not in html


def test_the_layout_tells_what_no_slide_holds():
    cells = [
        nbformat.v4.new_markdown_cell("# 01 · Try"),
        nbformat.v4.new_markdown_cell("**Predict first:** what comes out?"),
        nbformat.v4.new_code_cell("1 + 1"),
        nbformat.v4.new_code_cell("2 + 2"),
        nbformat.v4.new_code_cell("for _ in range(100):\n    print()"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    faults = lay_out(notebook, {0: 300, 1: 100, 2: 200, 3: 200, 4: 800})
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in cells]
    assert kinds == ["slide", None, "fragment", "subslide", "subslide"]
    assert faults == ["cell 4 has 800 of 690 px: for _ in range(100):"]
