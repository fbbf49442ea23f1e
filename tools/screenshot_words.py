"""What the pictures of README.md, docs/ and notebook 07 say, by the course of today.

Each picture keeps inside its PNG file what it said when `make screenshots` made it, so
that a test can tell when the text or the page that it shows has changed.
"""

import html
import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
from PIL import Image

from helpers.launch import board
from tools import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
KEY = "says"  # of the text inside the PNG file
SLIDES = {  # a picture of a slide of notebook 02: the words that stand on it
    "slide-prediction": "### Why `log=True`?",
    "slide-figure": 'label="upper edge of the range"',
}
FILTERS = re.compile(r"`(attributes\.\S+ LIKE '[^']*'|\^[^`]*\$)`")


def cells(number: int) -> list[nbformat.NotebookNode]:
    """Return the cells of a notebook, by its number."""
    return nbformat.read(NOTEBOOKS[number - 1], as_version=4).cells


def code(number: int) -> str:
    """Return the code of a notebook."""
    return "\n".join(c.source for c in cells(number) if c.cell_type == "code")


def shown_by(cell: nbformat.NotebookNode) -> list[str]:
    """Return the texts of a cell's figures."""
    figures = (output.get("data", {}) for output in cell.get("outputs", []))
    texts = (data["text/plain"] for data in figures if "image/png" in data)
    return [" ".join(text.split()).removeprefix("Figure: ") for text in texts]


def figure(number: int, label: str) -> str:
    """Return the text of the first figure of a notebook that has this label."""
    texts = (text for cell in cells(number) for text in shown_by(cell))
    return next(text for text in texts if label in text)


def on_slide(words: str) -> list[nbformat.NotebookNode]:
    """Return the cells of the slide of notebook 02 with these words, up to a key."""
    slide = []
    for cell in cells(2):
        if cell.metadata.get("slideshow", {}).get("slide_type"):
            if any(words in one.source for one in slide):
                break
            slide = []
        slide.append(cell)
    return slide


def slide_picture(words: str) -> list[str]:
    says = []
    for cell in on_slide(words):
        says += [cell.source, *shown_by(cell)]
    return says


def program(name: str) -> str:
    """Return name and version of a locked package, whose page a picture shows."""
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.search(rf"(?m)^{name}==\S+", locked)[0]


def runs_picture() -> list[str]:
    """Return the names that notebook 05 gives to its runs, the folded trials apart.

    The run that it tries to open in the wrong order, indented in a `try`, never is.
    """
    names = re.findall(r'(?m)^\S.*run_name="([^"]+)"', code(5))
    return [program("mlflow"), *names]


def metrics_picture() -> list[str]:
    typed = [text for c in cells(7) for text in FILTERS.findall(c.source)]
    return [program("mlflow"), *typed, *run_names(), figure(7, "“seed 1”")]


def run_names() -> list[str]:
    """Return the three runs of notebook 07 that the picture shows, by its output."""
    texts = [
        output.get("text", "") for c in cells(7) for output in c.get("outputs", [])
    ]
    return re.findall(r"(?m)^(rate [\d.]+) - its picture", "\n".join(texts))


def study_picture() -> list[str]:
    return [program("optuna-dashboard"), figure(2, "“best so far”")]


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


def board_picture() -> list[str]:
    """Return the words of the board's page, and what its figure says of itself."""
    page = board.page(simulated_class()).partition("<body>")[2]
    alt = re.findall(r'alt="([^"]*)"', page)
    return [*html.unescape(re.sub(r"<[^>]*>", " ", page)).split(), *alt]


SAYS = {
    "docs/images/board.png": board_picture,
    "docs/images/runs.png": runs_picture,
    "docs/images/study.png": study_picture,
    "notebooks/images/07_mlflow_page.png": metrics_picture,
} | {
    f"docs/images/{name}.png": lambda words=words: slide_picture(words)
    for name, words in SLIDES.items()
}


def kept(path: Path) -> str:
    """Return what a picture said when it was made."""
    with Image.open(path) as picture:
        return picture.info.get(KEY, "")


def keep(path: Path, says: list[str]) -> None:
    """Write into a picture's file what it says."""
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_itxt(KEY, "\n".join(says))
    with Image.open(path) as picture:
        picture.load()
        picture.save(path, pnginfo=note, optimize=True)
