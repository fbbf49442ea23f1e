"""The numbers that the course's prose states, as the tests read them.

Usage: python -m tools.statements     (part of `make docs`)

It writes tests/statements.txt: per page the numbers, and the words that turn a sentence
round, in their order. Who changes one sees it there, and says so by committing it.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "tests" / "statements.txt"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
FACTS = [
    fact["says"]
    for fact in tomllib.loads(
        (ROOT / "tests" / "statements.toml").read_text(encoding="utf-8")
    )["fact"]
]
DIGITS = r"[−-]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
UNIT = r"%|°|degrees?|mm|m|s|ms|kB|MB|GB|min|minutes|seconds|hours|times|weights|epochs"
NUMBER = re.compile(rf"(?<![\w.#/:~-])({DIGITS})(?!\w*[_/:]\w)(?:[ -]?({UNIT})(?!\w))?")
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

TURNING = re.compile(
    r"\b(first|last|rises?|falls?|mean|median|saved|spent|kept|lost|lowest|highest|"
    r"smallest|largest|best|worst|more|less|fewer|above|below|half|thirds?|quarters?|"
    r"twice|before|after|never|always|without|gammas?|hadrons?|ASC|DESC)\b"
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


def prose(source: str) -> str:
    """Return Markdown without code, addresses, headings and references."""
    for pattern, instead in NOT_PROSE:
        source = re.sub(pattern, instead, source)
    for fact in FACTS:  # a changed number is no longer this fact
        source = re.sub(r"\s+".join(map(re.escape, fact.split())), "FACT", source)
    return source


def states(number: Number) -> bool:
    """Tell whether a number states something: more than one digit, a point, a unit."""
    return bool(number.unit) or "." in number.digits or number.size >= 10


def markdown(path: Path) -> str:
    """Return the prose of a page or of a notebook's Markdown cells."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def sequence(text: str) -> str:
    """Return the numbers and turning words of a text, in their order."""
    text = prose(text)
    stated = {
        len(number.before): f"{number.digits}{number.unit}" for number in numbers(text)
    }
    words = {found.start(): found[0] for found in TURNING.finditer(text)}
    return " ".join(word for _, word in sorted((stated | words).items()))


def page() -> str:
    """Return what tests/statements.txt should hold: two lines a page."""
    lines = []
    for path in [*PAGES, *NOTEBOOKS]:
        lines += [f"{path.relative_to(ROOT).as_posix()}:", sequence(markdown(path))]
    return "\n".join(lines) + "\n"


def main() -> int:
    STORED.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
