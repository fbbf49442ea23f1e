"""Make all pictures of README.md, docs/ and notebook 07 anew.

Usage: python -m tools.screenshots     (`make screenshots`)

Notebooks 02, 05 and 07 run in a copy of the course, and the pages show what they have
recorded there; the class of the board's picture is simulated. Each picture keeps what
it says (tools/screenshot_words.py), and is not made where the page does not say so.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import nbformat
import optuna
from nbclient import NotebookClient
from selenium.webdriver.common.keys import Keys

from helpers import links, stores
from helpers.launch import board
from tools import screenshot_words
from tools.browser import TOKEN, Lab, open_browser, until
from tools.layout import presenter

ROOT = Path(__file__).resolve().parent.parent
RECORDED = ("02_learning_rate", "05_mlflow_logging", "07_mlflow_plots")
SIZE, BOARD = (1280, 800), (1000, 1850)
# What disturbs a picture: a question about news, the assistant, a tip.
CLOSE = (
    "[data-component-id='mlflow.assistant.chat_panel.close']",
    "[aria-label='Close assistant']",
    "[class*='jp-Notification-Toast-Close']",
)
SHOWN = "section.present > section.present"
TEXT = """
return document.body.innerText + [...document.querySelectorAll("iframe")].map(
  one => one.contentDocument?.body.innerText).join();
"""
METRICS = "input[placeholder*='Search metric']"


def recorded(folder: Path) -> Path:
    """Copy the course and run there the notebooks whose record is shown."""
    course = folder / "course"
    for part in ("notebooks", "helpers", "data"):
        leave = shutil.ignore_patterns("*.db*", "mlruns", "__pycache__", "*.log")
        shutil.copytree(ROOT / part, course / part, ignore=leave)
    os.environ["PYTHONPATH"] = str(course)  # its kernels take its helpers
    for name in RECORDED:
        notebook = nbformat.read(course / f"notebooks/{name}.ipynb", as_version=4)
        place = {"metadata": {"path": str(course / "notebooks")}}
        print(f"running {name}", flush=True)
        client = NotebookClient(notebook, timeout=600, resources=place)
        client.execute(stderr=subprocess.DEVNULL)  # its warnings are its own
    return course


def experiment(start: str) -> str:
    """Return the id of the experiment whose name starts so."""
    (found,) = mlflow.search_experiments(filter_string=f"name LIKE '{start}%'")
    return found.experiment_id


def study(folder: Path, start: str) -> int:
    """Return the number of the study whose name starts so."""
    address = stores.create_optuna_database(folder / "optuna.db")
    storage = optuna.storages.RDBStorage(address)
    names = optuna.get_all_study_names(storage)
    (name,) = (n for n in names if n.startswith(start) and "continued" not in n)
    return storage.get_study_id_from_name(name)


def take(browser, name: str, visible: list[str]) -> None:
    """Wait until the page shows these words, close what disturbs, keep the picture."""
    shown = []

    def all_there() -> bool:
        shown[:] = [browser.execute_script(TEXT)]
        return all(words in shown[0] for words in visible)

    def missing() -> str:
        return f"{name} lacks {[w for w in visible if w not in shown[0]]}: {shown[0]}"

    until(all_there, missing)
    time.sleep(4)  # charts are drawn after their words
    for css in CLOSE:
        for button in browser.find_elements("css selector", css):
            browser.execute_script("arguments[0].click()", button)
            time.sleep(1)
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(path))
    screenshot_words.keep(path, screenshot_words.SAYS[name]())
    print(f"{name} made", flush=True)


def filter_metrics(browser, pattern: str) -> None:
    """Type into the field above MLflow's charts."""
    field = until(
        lambda: browser.find_element("css selector", METRICS), "no field for metrics"
    )
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(pattern)


def pages(browser, lab: Lab) -> None:
    """Keep the pictures of Optuna's and MLflow's pages."""
    root = lab.address.rstrip("/")
    browser.get(f"{lab.address}lab?token={TOKEN}")
    number = study(lab.folder / "notebooks", "learning rate, 2")
    browser.get(f"{root}/optuna/#/studies/{number}")
    take(browser, "docs/images/study.png", ["History", "Trial"])
    of = f"{root}/mlflow/#/experiments/{{}}/runs?{links.SHOW_RUNS}"
    browser.get(of.format(experiment("05 logging")))
    version, *names = screenshot_words.runs_picture()
    number = version.partition("==")[2]
    take(browser, "docs/images/runs.png", [number, *names])
    chosen, pattern = screenshot_words.metrics_picture()[1:3]
    page = of.format(experiment("07 plots")) + "&compareRunsMode=CHART&searchFilter="
    browser.get(page + chosen.replace("%", "%25"))
    filter_metrics(browser, pattern)
    words = [*screenshot_words.run_names(), "eff_at_01", "val_loss"]
    take(browser, "notebooks/images/07_mlflow_page.png", words)


def board_page(browser, folder: Path) -> None:
    """Keep a picture of the board with a simulated class."""
    page = folder / "board.html"
    page.write_text(board.page(screenshot_words.simulated_class()), encoding="utf-8")
    browser.set_window_size(*BOARD)
    browser.get(page.as_uri())
    take(browser, "docs/images/board.png", screenshot_words.board_picture()[:-1])


def slides() -> None:
    """Keep the pictures of two slides, from the notebook as it is stored."""
    with presenter(ROOT / "notebooks") as show:
        for name, words in screenshot_words.SLIDES.items():
            browser = show("02_learning_rate.ipynb")
            plain = re.sub(r"[`#*]", "", words).strip()
            for _ in range(100):
                if plain in browser.find_element("css selector", SHOWN).text:
                    break
                browser.find_element("css selector", "body").send_keys(Keys.SPACE)
                time.sleep(1)
            shown = browser.find_element("css selector", SHOWN)
            if name == "slide-figure":
                image = shown.find_element("css selector", ".jp-OutputArea img")
                assert image.is_displayed(), "the slide's figure is folded"
            take(browser, f"docs/images/{name}.png", [plain])


def main() -> int:
    slides()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        course = recorded(Path(folder))
        mlflow.set_tracking_uri(
            stores.create_mlflow_database(course / "notebooks" / "mlflow.db")
        )
        lab = Lab(course)
        try:
            browser = open_browser(Path(folder, "profile"), lab, SIZE)
            pages(browser, lab)
            board_page(browser, Path(folder))
            browser.quit()
        finally:
            lab.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
