"""What the course prints is true: numbers in prose, calls in tables, commands.

Facts from outside, and commands that are run elsewhere or nowhere, stand in
statements.toml, each with its source or reason.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

import nbformat
import pytest

from helpers import data
from tools import engines
from tools.statements import NOTEBOOKS, PAGES, ROOT, STORED
from tools.statements import Number, markdown, numbers, prose, sequence, states

# --- numbers: each is tied to an output, or to code -----------------------------

ABOUT = re.compile(r"(about|some|nearly|roughly|around|almost|over|than|least|most) $")
# A number beside one of these words does not stand for its opposite.
OPPOSITES = (
    ("saved", "spent"),
    ("kept", "lost"),
    ("lowest", "highest"),
    ("smallest", "largest"),
    ("first", "last"),
    ("mean", "median"),
    ("before", "after"),
    ("gammas", "hadrons"),
)


def is_tied(number: Number, known: Iterable[Number]) -> bool:
    """Tell whether an output or the code shows what a number in prose rounds to."""
    decimals = len(re.sub(r"e.*", "", number.digits).partition(".")[2])
    allowed = 0.05 * number.size if "e" in number.digits else 0.5 * 10**-decimals
    # A single digit and a power of ten stand for many things.
    digits = re.sub(r"^[0.,]*|\D", "", number.digits)
    plain = len(digits if decimals else digits.rstrip("0")) <= 1
    if ABOUT.search(number.before[-9:]):
        zeros = len(number.digits) - len(number.digits.rstrip("0"))
        allowed *= 1 if decimals else 10**zeros
    elif plain and number.unit != "%":
        allowed = 0
    for one in known:
        sizes = [one.size] if number.unit != "%" or one.unit == "%" else []
        if number.unit == "%" and one.size <= 1:
            sizes.append(100 * one.size)
        if not any(abs(size - number.size) <= allowed + 1e-9 for size in sizes):
            continue
        if number.unit in ("kB", "MB", "GB") and one.unit != number.unit:
            continue
        beside = abs(one.cell - number.cell) <= 2
        here = beside or one.section == number.section and not plain
        if (here or number.words() & one.words(300)) and not opposite(number, one):
            return True
    return False


def opposite(number: Number, one: Number) -> bool:
    """Tell whether the line of a known number says the opposite of the sentence."""
    near, there = number.words(25), one.words(80)
    return any(
        a[:5] in near and b[:5] in there and b[:5] not in near and a[:5] not in there
        for pair in OPPOSITES
        for a, b in (pair, pair[::-1])
    )


def shown(cell: nbformat.NotebookNode, *place: int) -> Iterator[Number]:
    """Yield the numbers of a code cell's source, without comments, and outputs."""
    texts = [re.sub(r"(?m)(?<!['\"])#.*$", "", cell.source)]
    for output in cell.outputs:
        data = output.get("data", {})
        table = re.sub(r"</tr>", "\n", data.get("text/html", ""))
        texts += [output.get("text", ""), output.get("evalue", "")]
        texts += [re.sub(r"<[^>]+>", " ", table), data.get("text/plain", "")]
    for line in "\n".join(texts).splitlines():
        yield from numbers(line, *place)


def untied(text: str, known: list[Number], *place: int) -> list[str]:
    """List the numbers of a text that are neither tied nor facts from outside."""
    return [
        f"no output or code shows …{number.before[-60:]}{number.digits} {number.unit}"
        f"{number.after[:40]}…".replace("\n", " ")
        for number in numbers(prose(text), *place)
        if states(number) and not is_tied(number, known)
    ]


def untied_in(notebook: nbformat.NotebookNode) -> list[str]:
    """List the untied numbers of a notebook; what comes later ties nothing."""
    section, places = 0, []
    for number, cell in enumerate(notebook.cells):
        section += cell.cell_type == "markdown" and "\n## " in "\n" + cell.source
        places.append((cell, number, section))
    known = [
        one
        for cell, *place in places
        if cell.cell_type == "code"
        for one in shown(cell, *place)
    ]
    faults = []
    for cell, number, section in places:
        if cell.cell_type == "markdown":
            so_far = [one for one in known if one.section <= section]
            text = cell.source.replace(engines.table(), "")  # the benchmark's figures
            faults += untied(text, so_far, number, section)
    return faults


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_numbers_in_a_notebooks_prose_stand_in_its_outputs(path):
    faults = untied_in(nbformat.read(path, as_version=4))
    assert not faults, "\n".join(faults)


def test_the_front_pages_figures_are_those_of_the_benchmarks():
    known = [
        one
        for path in sorted((ROOT / "benchmarks").glob("*.json"))
        for line in path.read_text(encoding="utf-8").splitlines()
        for one in numbers(line)
    ]
    fast = markdown(ROOT / "README.md").partition("## How fast it is")[2]
    assert untied(fast.partition("\n## ")[0], known) == []


def test_the_data_cards_counts_are_those_of_the_data():
    events = data.load_events()
    left = events.drop_duplicates()
    counted = [
        len(events),
        len(left),
        len(events) - len(left),
        (events.fWidth == 0).sum(),
    ]
    counted += [*events["class"].value_counts()]
    card = markdown(ROOT / "data" / "README.md")
    for count in counted:
        assert re.search(rf"\b{count:,}\b", card), f"the data card lacks {count:,}"


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=lambda path: path.name)
def test_numbers_and_turning_words_are_those_that_were_read_last(path):
    name = path.relative_to(ROOT).as_posix()
    _, _, rest = STORED.read_text(encoding="utf-8").partition(f"{name}:\n")
    stored, now = rest.partition("\n")[0].split(), sequence(markdown(path)).split()
    changed = [(was, is_) for was, is_ in zip_longest(stored, now) if was != is_][:3]
    assert not changed, f"{name} says {changed} (was, is): if true, make docs keeps it"


PLANTED = [
    ("saves 44 % of the epochs", "saves 56 % of the epochs"),
    ("the first trial", "the last trial"),
    ("an AUC of 0.914", "an AUC of 0.941"),
    ("half of the gammas", "a third of the gammas"),
    ("9,340 events", "9,430 events"),
]


@pytest.mark.parametrize(("true", "false"), PLANTED)
def test_a_planted_number_or_word_changes_what_was_read(true, false):
    assert sequence(true) != sequence(false)


# --- tables: each call that they name occurs in code that runs -------------------


def calls_of(sources: Iterable[str]) -> list[ast.Call]:
    """Return every call of these programs; cells that show a fault are left out."""
    found = []
    for source in sources:
        try:
            tree = ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source))
        except SyntaxError:
            continue
        found += [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return found


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def settings(call: ast.Call) -> set[tuple[str, str]]:
    """Return the arguments that decide: by name, with a value that is written out."""
    fixed = (ast.Constant, ast.UnaryOp, ast.Tuple, ast.List, ast.Dict)
    return {
        (one.arg, ast.unparse(one.value))
        for one in call.keywords
        if isinstance(one.value, fixed) and ast.unparse(one.value) != "..."
    }


def unknown_code(text: str, sources: list[str]) -> list[str]:
    """List what a table names in backticks and no program contains."""
    faults, programs = [], calls_of(sources)
    words = set(re.findall(r"\w+", "\n".join(sources)))
    for code in re.findall(r"`([^`]+)`", text):
        plain = code.replace("…", "...").rstrip(":")
        named = calls_of([plain]) or calls_of([f"any_call({plain})"])
        for call in named:
            name = name_of(call)
            same = [c for c in programs if name in (name_of(c), "any_call")]
            if not any(settings(call) <= settings(c) for c in same):
                faults.append(f"`{code}` stands in a table, and no program calls it so")
        if lost := set(re.findall(r"(?<!['\"\w])[a-z]\w{3,}", plain)) - words:
            faults.append(f"`{code}` stands in a table, and no program has {lost}")
    return faults


def section(notebook: nbformat.NotebookNode, heading: str) -> str:
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_the_tables_name_is_what_the_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    faults = unknown_code(section(notebook, "Remember"), sources)
    proofs = (ROOT / "tests" / "test_errata.py").read_text(encoding="utf-8")
    rows = section(notebook, "Since the slides").splitlines()
    instead = "\n".join(row.split("|")[3] for row in rows if row.count("|") > 3)
    faults += unknown_code(instead, [*sources, proofs])
    assert not faults, "\n".join(faults)


def test_a_false_row_of_a_table_is_noticed():
    program = ["study = optuna.create_study(direction='maximize')"]
    assert unknown_code('`create_study(direction="maximize")`', program) == []
    assert unknown_code('`direction="minimize"`', program)
    assert unknown_code("`study.best_trials`", program)
    assert unknown_code("`optuna.load_study(…)`", program)
