"""What the course's prose states: its numbers, and the words that turn a sentence.

tests/test_statements.py ties them to outputs, code and files; what it cannot tie by
itself stands in tests/statements.toml, with its evidence or its source.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

from tools import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
    *(
        path
        for path in sorted((ROOT / "docs").glob("*.md"))
        if path.name != "since_the_slides.md"  # tests/test_errata.py proves each row
    ),
]
LIST = tomllib.loads((ROOT / "tests" / "statements.toml").read_text(encoding="utf-8"))
PHRASES = [*LIST["facts"], *(tie["says"] for tie in LIST["tie"])]
PHRASES.sort(key=len, reverse=True)  # a phrase within a phrase comes after it
DIGITS = r"[−-]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
UNIT = r"%|°|degrees?|mm|m|s|ms|kB|MB|GB|min|minutes|seconds|hours|times|weights|epochs"
NUMBER = re.compile(rf"(?<![\w.#/:~-])({DIGITS})(?!\w*[_/:]\w)(?:[ -]?({UNIT})(?!\w))?")
NOT_PROSE = (
    (r"(?s)<!-- hints:.*?<!-- end of hints -->", " "),  # tools/hints.py writes them
    (r"(?s)```.*?```", " "),
    (r"\]\([^)]*\)|https?://\S+", "]"),
    (r"`[^`]*`", "CODE"),
    (r"(?m)^(Time: .*|#+ .*|<!--.*|\s*\d+\. )", ""),
    (r"\b[Ee]xercises? \d\.\d((, | and )\d\.\d)*", "EXERCISE"),
    (r"\b([Nn]otebooks?|[Ss]ections?|[Ss]teps?|[Ss]tages?) \d+", "PLACE"),
    (r"(?<![.\d])0\d\b(?!\.?\d)", "NOTEBOOK"),
)
WORDS = "three four five six seven eight nine ten eleven twelve".split()
SPELLED = {word: str(size) for size, word in enumerate(WORDS, 3)} | {
    "twenty": "20",
    "hundred": "100",
}
# Words that turn a sentence; what shows each in code or an output, and its opposite.
HIGH, LOW = r"max|highest|largest|DESC", r"min|lowest|smallest|worst|ASC"
NEVER = r"(?!)"  # only the list ties these
MORE, LESS = "more|larger|higher|better|faster", "less|fewer|smaller|lower|worse|slower"
TURNING = {
    r"highest|largest": (HIGH, LOW),
    r"lowest|smallest|worst": (LOW, HIGH),
    r"maximi[sz]es?": ("maximi", "minimi"),
    r"minimi[sz]es?": ("minimi", "maximi"),
    r"(?<!you )mean": (r"\bmean", "median"),
    r"median": ("median", r"\bmean"),
    r"DESC": ("DESC", "ASC"),
    r"ASC": ("ASC", "DESC"),
    r"rises?|rising|rose|grows": (NEVER, NEVER),
    r"falls?(?! into)|falling|fell": (NEVER, NEVER),
    r"least|most|fewest": (NEVER, NEVER),
    r"(?:[Tt]he|its|their|a|own) (?:first|last)": (NEVER, NEVER),
    rf"(?:{MORE}|{LESS})(?: \w+)? than": (NEVER, NEVER),
    r"half|(?<!run )twice|an? (?:third|quarter|fifth|sixth)": (NEVER, NEVER),
}

ADVICE = (
    "if what stands there now is true, tests/statements.toml says so, with its proof"
)
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

    @property
    def counted(self) -> str:
        """Return what is counted, the word behind, by its first five letters."""
        found = re.match(r"[ -]*([a-z]{4,})", self.after.lower())
        return found[1][:5] if found and not self.unit else ""

    def counts(self, what: str) -> bool:
        """Tell whether what is counted stands right behind or before this number."""
        named = re.search(r"([a-z]{4,})['\"]?[:= ]*$", self.before.lower())
        return what in (self.counted, named[1][:5] if named else "")


def numbers(text: str, *place: int) -> Iterator[Number]:
    """Yield every number of a text, which stands in a cell of a section."""
    text = re.sub(r"(?<=\d)_(?=\d)", "", text)
    for found in NUMBER.finditer(text):
        digits = found[1].rstrip(",")
        before, after = text[: found.start()], text[found.end() :]
        yield Number(digits, found[2] or "", before, after, *place)


def is_tied(number: Number, known: Iterable[Number]) -> bool:
    """Tell whether an output or the code shows what a number in prose rounds to."""
    near = [one for one in known if abs(one.cell - number.cell) <= 2]
    rivals = [one for one in near if number.counted and one.counts(number.counted)]
    if rivals and not any(shows(one, number) for one in rivals):
        return False  # "21 trials", where the output has 20 trials and 21 runs
    return any(shows(one, number) for one in known)


def shows(one: Number, number: Number) -> bool:
    """Tell whether a known number is what a number in prose rounds."""
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
    sizes = [one.size] if number.unit != "%" or one.unit == "%" else []
    if number.unit == "%" and one.size <= 1:
        sizes.append(100 * one.size)
    if not any(abs(size - number.size) <= allowed + 1e-9 for size in sizes):
        return False
    if number.unit in ("kB", "MB", "GB") and one.unit != number.unit:
        return False
    beside = abs(one.cell - number.cell) <= 2
    here = beside or one.section == number.section and not plain
    far = 60 if here else 300
    related = bool(number.words(40 if here else 60) & one.words(far))
    return related and not opposite(number, one)


def opposite(number: Number, one: Number) -> bool:
    """Tell whether the line of a known number says the opposite of the sentence."""
    near, there = number.words(25), one.words(80)
    return any(
        a[:5] in near and b[:5] in there and b[:5] not in near and a[:5] not in there
        for pair in OPPOSITES
        for a, b in (pair, pair[::-1])
    )


def instead(number: Number, known: Iterable[Number]) -> str:
    """Return what stands near instead of a number that nothing shows."""
    sizes = {one.size for one in known if abs(one.cell - number.cell) <= 2}
    if number.size in sizes:
        return "; it stands near, but beside other words"
    near = sorted(sizes, key=lambda size: abs(size - number.size))[:3]
    return f"; near it stand {', '.join(map('{:g}'.format, near))}" if near else ""


@cache
def phrase(says: str) -> re.Pattern[str]:
    """Return what finds a phrase of the list in prose, over the ends of lines."""
    words = r"\s+".join(map(re.escape, says.split()))
    return re.compile(rf"(?<![\w.]){words}(?!\w|\.\d)")


def plain(source: str) -> str:
    """Return Markdown without code, addresses, headings and references."""
    for pattern, instead in NOT_PROSE:
        source = re.sub(pattern, instead, source)
    return source


def prose(source: str) -> str:
    """Return plain Markdown without the list's phrases, its numbers in digits."""
    source = plain(source)
    for says in PHRASES:  # a changed number is no longer this phrase
        source = phrase(says).sub("FACT", source)
    spelled = rf"\b({'|'.join(SPELLED)})\b"
    return re.sub(spelled, lambda word: SPELLED[word[0].lower()], source, flags=re.I)


def around(before: str, word: str, after: str) -> str:
    """Quote a word with what stands around it."""
    return " ".join(f"“…{before[-70:]}{word}{after[:50]}…”".split())


def turns(text: str) -> Iterator[tuple[str, str, str, tuple[str, str, str]]]:
    """Yield the words that turn a sentence: what shows each, its opposite, where."""
    for words, (shown, opposite) in TURNING.items():
        for found in re.finditer(rf"\b(?:{words})\b", text):
            place = text[: found.start()], found[0], text[found.end() :]
            yield found[0], shown, opposite, place


@cache
def texts(path: Path) -> list[str]:
    """Return the Markdown of a page, or of each of a notebook's cells."""
    if path.suffix != ".ipynb":
        return [path.read_text(encoding="utf-8")]
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def where(says: str) -> list[Path]:
    """Return the pages and notebooks that say a phrase of the list."""
    return [path for path in [*PAGES, *NOTEBOOKS] if says_it(path, says)]


def says_it(path: Path, says: str) -> bool:
    read = str if "`" in says else plain
    return any(phrase(says).search(read(text)) for text in texts(path))


@cache
def lost() -> list[str]:
    """Return the phrases of the list that nothing says any more."""
    return [says for says in PHRASES if not where(says)]


def loss(says: str) -> str:
    """Say that a phrase is lost, and what to do."""
    return f"nothing says {says!r}{nearest(says)}; {ADVICE}"


def nearest(says: str) -> str:
    """Return where the course says something like a lost phrase, and what."""
    best, place, words = 0.0, "", says.split()
    for path in [*PAGES, *NOTEBOOKS]:
        for said in map(str.split, map(plain, texts(path))):
            for start in range(max(1, len(said) - len(words) + 1)):
                window = said[start : start + len(words)]
                alike = sum(map(str.__eq__, window, words)) / len(words)
                if alike > best:
                    best, place = alike, f"{path.name} says {' '.join(window)!r}"
    return f"; {place}" if best > 0.3 else ", nor anything like it"


def outputs(cell: nbformat.NotebookNode) -> str:
    """Return what a code cell shows, as text."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        table = re.sub(r"</tr>", "\n", data.get("text/html", ""))
        texts += [output.get("text", ""), output.get("evalue", "")]
        texts += [re.sub(r"<[^>]+>", " ", table), data.get("text/plain", "")]
    return "\n".join(texts)


@cache
def evidence(path: Path) -> str:
    """Return what ties a statement: a notebook's outputs, a line each, and code."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    shown = [" ".join(outputs(cell).split()) for cell in code]
    return "\n".join([*shown, *(cell.source for cell in code)])
