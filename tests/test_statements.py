"""What the course prints is true: numbers in prose, deciding words, calls in tables.

Each is tied to an output, to code or to a file. What the tests cannot tie by itself
stands in statements.toml: facts from outside with their source, and phrases with the
evidence that they rest on.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from helpers import data
from tools import engines
from tools import statements as stated
from tools.programs import NAMES, Programs, course
from tools.statements import (
    LIST,
    NOTEBOOKS,
    PAGES,
    ROOT,
    Number,
    around,
    numbers,
    prose,
)


# --- numbers: each is tied to an output, or to code -----------------------------


def shown(cell: nbformat.NotebookNode, *place: int) -> Iterator[Number]:
    """Yield the numbers of a code cell's source, without comments, and outputs."""
    code = re.sub(r"(?m)(?<!['\"])#.*$", "", cell.source)
    for line in f"{code}\n{stated.outputs(cell)}".splitlines():
        yield from numbers(line, *place)


def untied(text: str, known: list[Number], *place: int) -> list[str]:
    """List the numbers of a text that are neither tied nor in the list."""
    return [
        f"no output or code shows {number.digits} {number.unit}".rstrip()
        + f" of {around(number.before, number.digits, number.after)}"
        + stated.instead(number, known)
        for number in numbers(text, *place)
        if not stated.is_tied(number, known)
    ]


def unshown(text: str, near: str) -> list[str]:
    """List the deciding words that neither the near code shows nor the list."""
    return [
        f"no output or code near decides that it is {word!r} in {around(*sentence)}"
        for word, shows, opposite, sentence in stated.turns(text)
        if not re.search(shows, near) or re.search(opposite, near)
    ]


def explained(faults: list[str]) -> list[str]:
    """Say first which phrase of the list is lost: it may be what was changed."""
    told = [stated.loss(says) for says in stated.lost()] if faults else []
    return [*told, *faults, *([stated.ADVICE] if faults and not told else [])]


def faults_in(notebook: nbformat.NotebookNode) -> list[str]:
    """List what a notebook's prose states alone; what comes later ties nothing."""
    section, places, cells = 0, [], notebook.cells
    for number, cell in enumerate(cells):
        section += cell.cell_type == "markdown" and "\n## " in "\n" + cell.source
        places.append((cell, number, section))
    code = [place for place in places if place[0].cell_type == "code"]
    known = [one for cell, *place in code for one in shown(cell, *place)]
    faults = []
    for cell, number, section in places:
        if cell.cell_type != "markdown":
            continue
        so_far = [one for one in known if one.section <= section]
        # Without the benchmark's figures.
        text = prose(cell.source.replace(engines.table(), ""))
        found = untied(text, so_far, number, section)
        near = [c for c, at, _ in code if abs(at - number) <= 2]
        if not re.match(r"## (Since|Remember|Go)|# ", cell.source):
            shows = "\n".join(f"{c.source}\n{stated.outputs(c)}" for c in near)
            found += unshown(text, shows)
        faults += [f"cell {number}: {fault}" for fault in found]
    return explained(faults)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_prose_says_what_its_outputs_show(path):
    faults = faults_in(nbformat.read(path, as_version=4))
    assert not faults, "\n".join(faults)


def without_minutes(text: str) -> str:
    """Leave out the tables of minutes: test_pages.py adds and compares them."""
    rows = r"(?m)^\| .*\d\d_\w+\.ipynb.*$|^\| (Breaks|Notebook \|) .*$"
    return re.sub(rows, "", text)


def data_card() -> list[str]:
    """Return what the data card says of the data, by the data."""
    events = data.load_events()
    left = events.drop_duplicates()
    gammas, hadrons = events["class"].value_counts()[["g", "h"]]
    return [
        f"holds {len(events):,} simulated events",
        f"gamma ({gammas:,} events)",
        f"hadron ({hadrons:,} events)",
        f"{gammas:,} gammas, {hadrons:,} hadrons",
        f"{len(events) - len(left):,} hadrons stand in the file twice",
        f"{len(left):,} events remain",
        f"exactly 0 in {(events.fWidth == 0).sum()} rows",
        f"has {100 * gammas / len(events):.0f} % gammas",
        f"{(ROOT / 'data' / 'magic.csv').stat().st_size:,} bytes",
        *(
            f"{events[name].mean():.4f} / {events[name].std():.4f}"
            for name in ("fLength", "fAlpha", "fDist")
        ),
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name + path.name)
def test_the_numbers_of_a_page_have_their_evidence(path):
    (text,) = stated.texts(path)
    text = without_minutes(text)
    if path.parent.name == "data":
        text = " ".join(text.split())
        for says in data_card():
            assert says in text, f"the data say: {says}"
            text = text.replace(says, "")
    text = prose(text)
    faults = explained([*untied(text, []), *unshown(text, "")])
    assert not faults, "\n".join(faults)


# --- the list: each phrase stands somewhere, and its evidence holds ---------------


@pytest.mark.parametrize("says", stated.PHRASES, ids=lambda says: says[:40])
def test_a_phrase_of_the_list_stands_in_the_course(says):
    assert says not in stated.lost(), stated.loss(says)


def broken(tie: dict, path: Path) -> list[str]:
    """List which evidence of a tie does not hold in a notebook or a file."""
    text, shown = stated.evidence(path), tie.get("shown", [])

    def n(words: str) -> float:
        digits = r"\D*?([-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)"
        found = re.search(f"(?:{words}){digits}", text)
        assert found, f"{path.name} shows no number after {words!r}"
        return float(found[1].replace(",", "").replace("−", "-"))

    wanted = [shown] if isinstance(shown, str) else shown
    faults = [shows for shows in wanted if not re.search(shows, text)]
    names = {"n": n, "re": re, "text": text}
    if path.suffix == ".json":
        names["rows"] = json.loads(text)["rows"]
    if "holds" in tie and not eval(tie["holds"], names):
        faults.append(tie["holds"])
    return faults


@pytest.mark.parametrize("tie", LIST["tie"], ids=lambda tie: tie["says"][:40])
def test_the_evidence_of_a_phrase_holds(tie):
    for path in [ROOT / tie["in"]] if "in" in tie else stated.where(tie["says"]):
        faults = broken(tie, path)
        assert not faults, f"{tie['says']!r} is said, but {path.name} lacks {faults}"


# --- tables: each call that they name occurs in code that runs -------------------


COMMANDS = tomllib.loads((ROOT / "tests" / "commands.toml").read_text("utf-8"))
COMMANDS = {command["text"] for command in COMMANDS["command"]}
TABLES = r"## (Since|Remember)"
PROOFS = (ROOT / "tests" / "test_errata.py").read_text(encoding="utf-8")
PROOFS = re.sub(r"(?ms)^@shows\(.*?^\)\n", "", PROOFS)  # without the rows themselves


def rows(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the rows of a notebook's table *Remember*, as they stand."""
    lines = section(notebook, "Remember").splitlines()
    return [line.strip("| ") for line in lines if line.startswith("|")][2:]


def alike(row: str) -> list[str]:
    """Return the row of the list that a new or changed one may have been."""
    return difflib.get_close_matches(row, LIST["remember"], 1, 0.4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_row_to_remember_is_shown_by_its_notebook(path):
    text = stated.evidence(path)
    for row in rows(nbformat.read(path, as_version=4)):
        shown = LIST["remember"].get(row)
        assert shown, f"{path.name} says {row!r}; shown is {alike(row) or 'nothing'}"
        lost = [words for words in shown if not re.search(words, text)]
        assert not lost, f"{path.name} no longer shows {lost}, for the row {row!r}"


def test_each_row_of_the_list_stands_in_a_table():
    stand = {row for path in NOTEBOOKS for row in rows(nbformat.read(path, 4))}
    lost = LIST["remember"].keys() - stand
    assert not lost, f"no table has {lost}: {stated.ADVICE}"


def unknown_code(text: str, sources: list[str]) -> list[str]:
    """List what a table names in backticks and no program contains."""
    faults, programs = [], Programs(sources)
    for code in re.findall(r"`([^`]+)`", text):
        if (ROOT / code).is_file() or code in LIST["codes"]:
            continue
        faults += [f"`{code}` stands in a table: {why}" for why in programs.lack(code)]
    return faults


def section(notebook: nbformat.NotebookNode, heading: str) -> str:
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_the_tables_name_is_what_the_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    faults = unknown_code(section(notebook, "Remember"), sources)
    cells = [
        one.split("|") for one in section(notebook, "Since the slides").split("\n")
    ]
    for slide, instead in [(one[1], one[3]) for one in cells if len(one) > 4]:
        faults += unknown_code(instead, [*sources, PROOFS])
        kept = still(slide, instead, sources)
        faults += [f"`{word}` is what the slide has" for word in kept]
    assert not faults, "\n".join(faults)


def still(slide: str, instead: str, sources: list[str]) -> set[str]:
    """Return the slide's keywords that stand in its cure and in no cell."""
    said, cure = (set(re.findall(r"\b(\w+)=", text)) for text in (slide, instead))
    return {word for word in said & cure if f"{word}=" not in "\n".join(sources)}


def codes(source: str) -> list[str]:
    """Return the code in a text's prose, but for commands and the names of files."""
    source = re.sub(r"(?ms)^```(?:mermaid|sh|)\n.*?^```", "", source)
    found = re.findall(r"(?ms)^```python\n(.*?)^```|`([^`\n]+)`", source)
    known = COMMANDS | LIST["codes"].keys()
    return [
        one
        for one in map(str.strip, map("".join, found))
        if one not in known and not (ROOT / one).exists()
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_code_in_prose_is_as_a_program_has_it(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    programs = Programs([*(cell.source for cell in code), PROOFS, NAMES])
    outputs = "\n".join(map(stated.outputs, code))
    faults = [
        f"cell {number}: `{one}`: {why}"
        for number, cell in enumerate(cells)
        if cell.cell_type == "markdown" and not re.match(TABLES, cell.source)
        for one in codes(cell.source)
        if one not in outputs
        for why in programs.lack(one)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name + path.name)
def test_the_code_on_a_page_is_as_the_course_has_it(path):
    (text,) = stated.texts(path)
    faults = [f"`{one}`: {why}" for one in codes(text) for why in course().lack(one)]
    assert not faults, "\n".join(faults)


def test_a_false_row_of_a_table_is_noticed():
    program = ["study = optuna.create_study(direction='maximize')\nreport(auc, step)"]
    assert unknown_code('`create_study(direction="maximize")`', program) == []
    for false in (
        'direction="minimize"',
        "study.best_trials",
        "optuna.load_study(…)",
        "create_study(directions=…)",
        "report(step, auc)",
        "auc > step",
        "study.report",
        "report(auc, 'step')",
    ):
        assert unknown_code(f"`{false}`", program), false
    assert still("`Adam(lr=…)`", "`Adam(lr=schedule)`", program) == {"lr"}
