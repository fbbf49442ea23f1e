"""What the course prints is true: numbers in prose, calls in tables, commands.

Facts from outside, and commands that are run elsewhere or nowhere, stand in
statements.toml, each with its source or reason.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("*/*.md"))]
LISTS = tomllib.loads((ROOT / "tests" / "statements.toml").read_text(encoding="utf-8"))
FACTS = [fact["says"] for fact in LISTS["fact"]]

# --- numbers: each is tied to an output, or to code -----------------------------

DIGITS = r"[−-]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
UNIT = r"%|°|degrees?|mm|m|s|ms|kB|MB|GB|min|minutes|seconds|hours|times|weights|epochs"
NUMBER = re.compile(rf"(?<![\w.#/:~-])({DIGITS})(?!\w*[_/:]\w)(?:[ -]?({UNIT})(?!\w))?")
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
NOT_PROSE = (
    (r"(?s)```.*?```", " "),
    (r"\]\([^)]*\)|https?://\S+", "]"),
    (r"`[^`]*`", "CODE"),
    (r"(?m)^(Time: .*|#+ .*|<!--.*|\s*\d+\. )", ""),
    (r"\b[Ee]xercises? \d\.\d((, | and )\d\.\d)*", "EXERCISE"),
    (r"\b([Nn]otebooks?|[Ss]ections?|[Ss]teps?|[Ss]tages?) \d+", "PLACE"),
    (r"(?<![.\d])0\d\b(?![.\d])", "NOTEBOOK"),
    (r"\b(19|20)\d\d\b", "YEAR"),
)


@dataclass(frozen=True)
class Number:
    """A number, its unit if it has one, and the words around it."""

    digits: str
    unit: str
    before: str
    after: str
    cell: int = 0
    section: int = 0

    @property
    def size(self) -> float:
        return abs(float(self.digits.replace(",", "").replace("−", "-")))

    def words(self, far: int = 60) -> set[str]:
        """Return the near words, by their first five letters."""
        near = f"{self.before[-far:]} {self.after[:far]}".lower()
        return {word[:5] for word in re.findall(r"[a-z]{4,}", near)}


def numbers(text: str, *place: int) -> Iterator[Number]:
    """Yield every number of a text, which stands in a cell of a section."""
    text = re.sub(r"(?<=\d)_(?=\d)", "", text)
    for found in NUMBER.finditer(text):
        digits = found[1].rstrip(",")
        before, after = text[: found.start()], text[found.end() :]
        yield Number(digits, found[2] or "", before, after, *place)


def is_tied(number: Number, known: Iterable[Number]) -> bool:
    """Tell whether an output or the code shows what a number in prose rounds to."""
    decimals = len(re.sub(r"e.*", "", number.digits).partition(".")[2])
    allowed = 0.05 * number.size if "e" in number.digits else 0.5 * 10**-decimals
    if not decimals and ABOUT.search(number.before[-9:]):
        allowed *= 10 ** (len(number.digits) - len(number.digits.rstrip("0")))
    # A single digit and a power of ten stand for many things.
    digits = re.sub(r"^[0.,]*|\D", "", number.digits)
    plain = len(digits if decimals else digits.rstrip("0")) <= 1
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


def prose(source: str) -> str:
    """Return Markdown without code, addresses, headings and references."""
    for pattern, instead in NOT_PROSE:
        source = re.sub(pattern, instead, source)
    for fact in FACTS:  # a changed number is no longer this fact
        source = re.sub(r"\s+".join(map(re.escape, fact.split())), "FACT", source)
    return source


def untied(text: str, known: list[Number], *place: int) -> list[str]:
    """List the numbers of a text that are neither tied nor facts from outside."""
    return [
        f"no output or code shows …{number.before[-60:]}{number.digits} {number.unit}"
        f"{number.after[:40]}…".replace("\n", " ")
        for number in numbers(prose(text), *place)
        if (number.unit or "." in number.digits or number.size >= 10)
        and not is_tied(number, known)
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
            faults += untied(cell.source, so_far, number, section)
    return faults


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_numbers_in_a_notebooks_prose_stand_in_its_outputs(path):
    assert untied_in(nbformat.read(path, as_version=4)) == []


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
        if lost := set(re.findall(r"(?<!['\"\w.])[a-z]\w{3,}", plain)) - words:
            faults.append(f"`{code}` stands in a table, and no program has {lost}")
    return faults


def section(notebook: nbformat.NotebookNode, heading: str) -> str:
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_the_tables_name_is_what_the_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert unknown_code(section(notebook, "Remember"), sources) == []
    proofs = (ROOT / "tests" / "test_errata.py").read_text(encoding="utf-8")
    rows = section(notebook, "Since the slides").splitlines()
    instead = "\n".join(row.split("|")[3] for row in rows if row.count("|") > 3)
    assert unknown_code(instead, [*sources, proofs]) == []
