"""MLflow, Optuna and TensorBoard in JupyterLab, in a real browser, in two places.

On a laptop JupyterLab is at the root of localhost. On a Hub such as Binder it has a
base URL behind a host that is not this machine's; the Hub names the base URL in
JUPYTERHUB_SERVICE_PREFIX and has JupyterLab accept that host.

The notebook that is run here makes the same calls as those of the course, on a
study of five trials. `make screenshots` keeps the pictures for README.md.
"""

import time
from contextlib import suppress
from pathlib import Path

import pytest

from tools.browser import (
    WAIT,
    TOKEN,
    needs_chromium,
    open_browser,
    until,
)

ROOT = Path(__file__).resolve().parent.parent
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(lab, tmp_path_factory):
    driver = open_browser(tmp_path_factory.mktemp("profile"), lab)
    yield driver
    driver.quit()


def wait_for(browser, text: str, frame: bool = False) -> None:
    """Wait until the page shows `text`, inside its frame if it has one."""

    shown = ""

    def is_there() -> bool:
        nonlocal shown
        browser.switch_to.default_content()
        if frame and browser.find_elements("tag name", "iframe"):
            browser.switch_to.frame(browser.find_element("tag name", "iframe"))
        shown = browser.execute_script(
            "const all = [];"
            "const look = node => {"
            "  if (node.shadowRoot) look(node.shadowRoot);"
            "  if (node.innerText) all.push(node.innerText);"
            "  node.querySelectorAll('*').forEach("
            "    child => { if (child.shadowRoot) look(child.shadowRoot); }); };"
            "look(document.body); return all.join(' ');"
        )
        return text in shown

    until(is_there, lambda: f"{text!r} is not on the page, which shows: {shown!r}")


def click_to_new_tab(browser, element) -> None:
    before = set(browser.window_handles)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()
    new = until(lambda: set(browser.window_handles) - before, "no new tab")
    browser.switch_to.window(new.pop())


@pytest.fixture(autouse=True)
def in_lab_again(request):
    """Leave one tab, JupyterLab, also when a test has failed in another."""
    yield
    if "browser" in request.fixturenames:
        back_to_lab(request.getfixturevalue("browser"))


def back_to_lab(browser) -> None:
    browser.switch_to.default_content()
    for handle in browser.window_handles[1:]:
        browser.switch_to.window(handle)
        browser.close()
    browser.switch_to.window(browser.window_handles[0])


def find(browser, css: str, text: str = ""):
    def look():
        for element in browser.find_elements("css selector", css):
            if text in element.text and element.is_displayed():
                return element

    return until(look, f"no {css} with {text!r}")


def click(browser, css: str, seconds: float = WAIT) -> None:
    """Click, and try again if JupyterLab draws the button anew or covers it."""

    def clicked() -> bool:
        browser.find_element("css selector", css).click()
        return True

    until(clicked, f"no {css} to click on", seconds)


def has_run(browser) -> bool:
    """Tell whether the first cell has run to its end, within 45 s of the click."""
    numbers = """return [...document.querySelectorAll(".jp-InputArea-prompt")].some(
        prompt => /[0-9]/.test(prompt.innerText))"""
    try:
        return until(lambda: browser.execute_script(numbers), "no cell has run", 45)
    except AssertionError:
        return False


RUN_ALL = ".jp-Toolbar [data-command='notebook:restart-run-all']"


@pytest.fixture(scope="module")
def notebook(lab, browser, empty_pages):
    """Run the notebook as a reader does, with JupyterLab's own button."""
    for _ in range(4):
        browser.get(f"{lab.address}lab/tree/notebooks/links.ipynb?token={TOKEN}")
        find(browser, ".jp-Notebook-ExecutionIndicator[data-status='idle']")
        time.sleep(3)  # a reader looks first
        try:
            click(browser, RUN_ALL, seconds=30)
            click(browser, ".jp-Dialog button.jp-mod-warn, .jp-Dialog .jp-mod-accept")
        except AssertionError:
            continue  # the toolbar did not come up: load the page again
        # JupyterLab may lose a kernel that is restarted soon after its start: its
        # status is "Unknown" then, and the cells wait for ever; or messages of one
        # that runs, on a busy machine.
        with suppress(AssertionError):
            if has_run(browser):
                wait_for(browser, "all cells were run")
                return browser
    pytest.fail("JupyterLab has not run the notebook in four attempts")


@pytest.mark.parametrize(
    ("link", "shown", "frame"),
    [
        ("Open this study in Optuna's dashboard", "study of the test", True),
        ("Open this experiment in MLflow", "run-of-the-test", False),
        ("Open this run in MLflow", "auc_of_the_test", False),
    ],
)
def test_a_link_in_the_notebook_opens_its_page(notebook, lab, link, shown, frame):
    click_to_new_tab(notebook, find(notebook, ".jp-OutputArea a", link))
    wait_for(notebook, shown, frame)
    assert notebook.current_url.startswith(lab.address)


@pytest.mark.parametrize(
    ("tile", "shown", "frame"),
    [
        ("MLflow", "experiment of the test", False),
        ("Optuna", "study of the test", True),
        ("TensorBoard", "loss_of_the_test", False),
    ],
)
def test_a_tile_opens_its_page(notebook, lab, tile, shown, frame):
    notebook.get(f"{lab.address}lab?reset&token={TOKEN}")
    card = find(notebook, ".jp-LauncherCard", tile)
    assert card.find_elements("css selector", "img, svg"), "the tile has no icon"
    click_to_new_tab(notebook, card)
    wait_for(notebook, shown, frame)
    assert notebook.current_url.startswith(lab.address)


SAVED = "notebooks/02_learning_rate.ipynb"


def test_a_notebook_saved_untouched_is_the_same_file(notebook, lab):
    notebook.get(f"{lab.address}lab/tree/{SAVED}?reset&token={TOKEN}")
    find(notebook, ".jp-Notebook-ExecutionIndicator[data-status='idle']")
    file = lab.folder / SAVED
    before = file.stat().st_mtime_ns
    click(notebook, ".jp-Toolbar [data-command='docmanager:save']")
    until(lambda: file.stat().st_mtime_ns > before, "the notebook is not saved")
    assert file.read_bytes() == (ROOT / SAVED).read_bytes()
