"""README.md and its neighbours agree with what they speak of."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import tables

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
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


def test_the_schedule_of_a_day_has_the_headers_minutes_and_fills_the_day():
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    table = text.partition("## Schedules")[2].partition("\n## ")[0]
    row = r"^\| (?:\[(\d\d) )?.* \| ([\d +]+) \|$"
    day = dict(re.findall(row, table, re.MULTILINE))
    for path in NOTEBOOKS:
        assert day[path.stem[:2]] == " + ".join(header(path))
    minutes = [int(number) for cell in day.values() for number in cell.split(" + ")]
    assert sum(minutes) == 6 * 60
