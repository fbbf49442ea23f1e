"""MLflow, Optuna and TensorBoard in JupyterLab, in a real browser, in two places.

On a laptop JupyterLab is at the root of localhost. On a Hub such as Binder it has a
base URL behind a host that is not this machine's; the Hub names the base URL in
JUPYTERHUB_SERVICE_PREFIX and has JupyterLab accept that host.

The notebook that is run here makes the same calls as those of the course, on a
study of five trials. `make screenshots` keeps the pictures for README.md.
"""

import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

from tools.browser import (
    TOKEN,
    WAIT,
    Lab,
    keep_picture,
    needs_chromium,
    open_browser,
    until,
)
from tools.store import KERNEL

ROOT = Path(__file__).resolve().parent.parent
pytestmark = needs_chromium

CELLS = [
    """import helpers
import mlflow, optuna
import tensorflow as tf
from helpers import links, stores

optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    study_name="study of the test", storage=stores.create_optuna_database()
)
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
mlflow.set_tracking_uri(stores.create_mlflow_database())
mlflow.set_experiment("experiment of the test")
with mlflow.start_run(run_name="run-of-the-test") as run:
    mlflow.log_metric("auc_of_the_test", 0.9)
with tf.summary.create_file_writer("mlruns/curve-of-the-test").as_default():
    for epoch in range(5):
        tf.summary.scalar("loss_of_the_test", 1 / (epoch + 1), step=epoch)""",
    "links.to_study(study)",
    "links.to_experiment(run.info.experiment_id)",
    "links.to_run(run)",
    "print('all cells', 'were run')",
]


@pytest.fixture(scope="module", params=["/user/abc/", "/"], ids=["hub", "root"])
def lab(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "helpers", folder / "helpers")
    (folder / "notebooks").mkdir()
    notebook = nbformat.v4.new_notebook(
        metadata=KERNEL, cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS]
    )
    nbformat.write(notebook, folder / "notebooks" / "links.ipynb")
    lab = Lab(folder, request.param)
    yield lab
    lab.kill()
    left = lab.servers()
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert left == {}, "killing JupyterLab leaves a server behind"


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


def click(browser, css: str) -> None:
    """Click, and try again if JupyterLab draws the button anew or covers it."""

    def clicked() -> bool:
        browser.find_element("css selector", css).click()
        return True

    until(clicked, f"no {css} to click on")


@pytest.fixture(scope="module")
def empty_pages(lab):
    """What the three pages answer before any notebook has run."""
    return {
        page: lab.get(page)
        for page in (
            "mlflow/",
            "optuna/dashboard",
            "optuna/api/studies",
            "tensorboard/",
        )
    }


def test_before_any_run_the_pages_are_empty_not_errors(empty_pages):
    assert {page: status for page, (status, _) in empty_pages.items()} == {
        page: 200 for page in empty_pages
    }
    assert '"study_summaries": []' in empty_pages["optuna/api/studies"][1]


def has_run(browser) -> bool:
    """Tell whether the first cell has run to its end, within 45 s of the click."""
    numbers = """return [...document.querySelectorAll(".jp-InputArea-prompt")].some(
        prompt => /[0-9]/.test(prompt.innerText))"""
    try:
        return until(lambda: browser.execute_script(numbers), "no cell has run", 45)
    except AssertionError:
        return False


@pytest.fixture(scope="module")
def notebook(lab, browser, empty_pages):
    """Run the notebook as a reader does, with JupyterLab's own button."""
    for _ in range(4):
        browser.get(f"{lab.address}lab/tree/notebooks/links.ipynb?token={TOKEN}")
        find(browser, ".jp-Notebook-ExecutionIndicator[data-status='idle']")
        time.sleep(3)  # a reader looks first
        click(browser, ".jp-Toolbar [data-command='notebook:restart-run-all']")
        click(browser, ".jp-Dialog button.jp-mod-warn, .jp-Dialog .jp-mod-accept")
        # JupyterLab may lose a kernel that is restarted soon after its start: its
        # status is "Unknown" then, and the cells wait for ever.
        if has_run(browser):
            break
    wait_for(browser, "all cells were run")
    return browser


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
    keep_picture(notebook, link.split()[2] + "-" + link.split()[-1].lower())


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
    keep_picture(notebook, "lab-tiles")
    click_to_new_tab(notebook, card)
    wait_for(notebook, shown, frame)
    assert notebook.current_url.startswith(lab.address)


SERVERS = {
    "mlflow": "mlflow/ajax-api/2.0/mlflow/runs/search",
    "optuna": "optuna/api/studies",
    "tensorboard": "tensorboard/data/runs",
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_request_without_the_token_is_refused(lab, empty_pages, name):
    status, text = lab.get(SERVERS[name], Authorization="none")
    assert status == 403 or "token" in text.lower()
    assert "study_summaries" not in text and "runs" not in text.lower()[:200]


laptop_only = pytest.mark.parametrize(
    "lab", [pytest.param("/", id="root")], indirect=True, scope="module"
)


@laptop_only
@pytest.mark.parametrize("name", SERVERS)
def test_a_foreign_host_is_refused(lab, empty_pages, name):
    assert lab.get(SERVERS[name], Host="evil.example")[0] == 403


@laptop_only
@pytest.mark.parametrize("name", SERVERS)
def test_a_foreign_origin_is_refused(lab, empty_pages, name):
    body = b'{"experiment_ids": ["0"]}' if name != "tensorboard" else None
    headers = {"Content-Type": "application/json", "Origin": "http://evil.example"}
    assert lab.get(SERVERS[name], body, **headers)[0] == 403


@pytest.mark.parametrize("name", SERVERS)
def test_the_servers_own_port_is_as_strict(lab, empty_pages, name):
    """Not only through Jupyter: the port on loopback refuses them as well."""
    (port,) = {
        command.split()[-2]
        for command in lab.servers().values()
        if f"helpers.launch.servers {name} " in command
    }
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/{SERVERS[name].partition('/')[2]}",
            b"{}" if "Origin" in headers and name != "tensorboard" else None,
            {"Content-Type": "application/json"} | headers,
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=WAIT)
        assert refused.value.code == 403


def test_the_mlflow_server_is_one_process(lab, empty_pages):
    """No second worker, no waiting parent, no job processes: Binder has 2 GB."""
    commands = [command.replace(sys.prefix, "") for command in lab.servers().values()]
    assert sum("mlflow" in command for command in commands) == 1
