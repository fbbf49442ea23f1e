"""Make the pictures of README.md and docs/ anew, from the notebooks' own records.

Usage: python -m tools.pictures     (part of `make screenshots`, after `make run`)

The pages show what notebooks 02 and 05 have recorded beside themselves; the class
of the board's picture is simulated.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import numpy as np
import optuna
import pandas as pd

from helpers import links, stores
from helpers.launch import board
from tools.browser import TOKEN, Lab, open_browser, until

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1280, 800)
# What disturbs a picture: a question about news, the assistant, a tip.
CLOSE = (
    "[data-component-id='mlflow.assistant.chat_panel.close']",
    "[aria-label='Close assistant']",
    "[class*='jp-Notification-Toast-Close']",
)


def newest_experiment(start: str) -> str:
    """Return the id of the newest experiment whose name starts so."""
    found = mlflow.search_experiments(
        filter_string=f"name LIKE '{start}%'", order_by=["creation_time DESC"]
    )
    if not found:
        sys.exit(f"no experiment {start!r} yet: run its notebook first (make run)")
    return found[0].experiment_id


def newest_study(start: str) -> optuna.Study:
    """Return the newest study whose name starts so."""
    storage = stores.create_optuna_database()
    names = [
        name
        for name in optuna.get_all_study_names(storage)
        if name.startswith(start) and "continued" not in name
    ]
    if not names:
        sys.exit(f"no study {start!r} yet: run its notebook first (make run)")
    return optuna.load_study(study_name=max(names), storage=storage)


def picture(browser, address: str, shows: str, path: Path) -> None:
    """Open a page, wait for a word of it, close what disturbs, and keep it."""
    browser.get(address)
    text = "return document.body.innerText + [...document.querySelectorAll('iframe')]"
    text += ".map(one => one.contentDocument?.body.innerText).join()"
    until(lambda: shows in browser.execute_script(text), f"{address} shows no {shows}")
    time.sleep(4)  # charts are drawn after their words
    for css in CLOSE:
        for button in browser.find_elements("css selector", css):
            browser.execute_script("arguments[0].click()", button)
            time.sleep(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(path))


def simulated_class() -> pd.DataFrame:
    """Return the runs of thirty learners that never were, for the board's picture.

    Their AUC follows the curve that notebook 02 measures: a broad top at rates of 0.01,
    a slow fall to the left, a fast one to the right.
    """
    random = np.random.default_rng(1)
    rates = 10 ** random.uniform(-4, -0.3, 240)
    decades = np.log10(rates) + 2
    scores = 0.914 - 0.02 * np.clip(-decades, 0, None) ** 1.7
    scores -= 0.05 * np.clip(decades - 1, 0, None) + random.normal(0, 0.002, 240)
    names = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn"]
    learners = [f"{names[n % 6]}{n // 6 + 1}" for n in range(30)]
    start = pd.Timestamp("2026-11-26 10:00", tz="UTC")
    return pd.DataFrame(
        {
            "learner": np.repeat(learners, 8),
            "what": random.choice(["05 logging", "06 autolog"], 240),
            "start_time": start + pd.to_timedelta(random.uniform(0, 900, 240), "s"),
            board.SCORE: scores,
            board.RATE: rates.astype(str),
        }
    )


def board_picture(browser, folder: Path, path: Path) -> None:
    """Keep a picture of the board with a simulated class."""
    page = folder / "board.html"
    page.write_text(board.page(simulated_class()), encoding="utf-8")
    browser.set_window_size(1000, 1700)
    picture(browser, page.as_uri(), "Ada1", path)


def main() -> int:
    mlflow.set_tracking_uri(stores.create_mlflow_database())
    search = newest_experiment("05 logging")
    study = links.to_study(newest_study("learning rate, 2")).address
    images = ROOT / "docs" / "images"
    lab = Lab(ROOT)
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            browser = open_browser(Path(profile), lab, SIZE)
            browser.get(f"{lab.address}lab?token={TOKEN}")
            start, mlflow_page = (
                lab.address.rstrip("/"),
                f"{lab.address}mlflow/#/experiments/",
            )
            picture(browser, start + study, "Trial", images / "study.png")
            picture(
                browser,
                f"{mlflow_page}{search}/runs?{links.SHOW_RUNS}",
                "trial",
                images / "runs.png",
            )
            board_picture(browser, Path(profile), images / "board.png")
            browser.quit()
    finally:
        lab.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
