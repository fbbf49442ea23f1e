"""README.md and its neighbours agree with what they speak of."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import NOTEBOOKS, screenshot_words, tables
from tools.compare import Output

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_WORDS = 700


def test_the_front_page_is_short():
    assert len(README.split()) <= MOST_WORDS


def test_one_version_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+) · (\S+)$", changes, re.MULTILINE)
    assert newest, "CHANGELOG.md has no line `## 1.0.0 · 2026-11-26`"
    assert project["project"]["version"] == newest[1] == citation["version"]
    assert str(citation["date-released"]) == newest[2]


def test_the_benchmarks_page_has_the_stored_figures():
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page(), "run make docs"


def header(path):
    first = nbformat.read(path, as_version=4).cells[0].source
    return re.search(r"core (\d+) min · exercises (\d+) min", first).groups()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_front_page_has_each_notebook_with_its_title_and_minutes(path):
    row = next(
        line
        for line in README.splitlines()
        if f"({path.parent.name}/" in line and path.name in line
    )
    title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
    assert f"[{title.partition(' · ')[2]}](" in row
    assert f"| {' + '.join(header(path))} |" in row


SCHEDULE = {1: 90, 2: 180, 3: 360}  # minutes of the columns, by the table's head


def test_the_schedules_add_up_and_a_day_has_each_notebooks_minutes():
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    assert "| Notebook | 90 minutes | 3 hours | A day (6 hours) |" in text
    rows = re.findall(r"(?m)^\| (?:\[.*?(\d\d)_\w+\.ipynb\)|Breaks.*?) \|(.*)\|$", text)
    sums = dict.fromkeys(SCHEDULE, 0)
    for number, row in rows:
        cells = row.split("|")
        for column, minutes in enumerate(cells, start=1):
            sums[column] += sum(map(int, re.findall(r"\d+", minutes)))
        if number:
            core, exercises = header(NOTEBOOKS[int(number) - 1])
            assert cells[2].strip() == f"{core} + {exercises}", f"notebook {number}"
    assert sums == SCHEDULE, "minutes of the columns"


PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+\.png)\)")


def pictures():
    """Return every picture that a page or a notebook's Markdown shows."""
    shown = set()
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *NOTEBOOKS]:
        for name in PICTURE.findall(page.read_text(encoding="utf-8")):
            shown.add((page.parent / name).relative_to(ROOT).as_posix())
    return shown


def test_every_picture_that_is_shown_is_made_and_the_other_way_round():
    folders = (ROOT / "docs" / "images", ROOT / "notebooks" / "images")
    files = {path.relative_to(ROOT).as_posix() for f in folders for path in f.iterdir()}
    assert pictures() == files == set(screenshot_words.SAYS)


def changed(was, now):
    """Say how a picture's words differ; decimals may, as in a notebook's output."""
    return Output(was).differences(Output(now))


@pytest.mark.parametrize("name", screenshot_words.SAYS)
def test_a_picture_says_what_its_page_says_today(name):
    was, now = screenshot_words.kept(ROOT / name), screenshot_words.SAYS[name]()
    faults = changed(was, "\n".join(now))
    assert not faults, f"{name} is old, make screenshots makes it anew: {faults}"


def test_a_changed_word_on_a_page_is_noticed():
    was = screenshot_words.kept(ROOT / "docs/images/slide-prediction.png")
    assert changed(was, was.replace("highest", "lowest"))
    assert changed(was, was.replace("1,000", "2,000"))


def test_exercises_and_notebooks_that_a_text_names_are_there():
    said = {
        (path.name, cell.source)
        for path in NOTEBOOKS
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    }
    heads = {
        n for _, text in said for n in re.findall(r"(?m)^### Exercise (\S+)", text)
    }
    for name, text in said:
        named = set(re.findall(r"[Ee]xercise (\d\.\d)", text))
        assert named <= heads, f"{name} names exercise {sorted(named - heads)}"
        for label, file in re.findall(r"\[(\d\d) · [^\]]*\]\((\d\d)_", text):
            assert label == file, f"{name} says {label} of the link to {file}"
