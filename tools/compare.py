"""When two outputs of a cell are the same: the course's only tolerance.

Words, integers and counts are compared exactly. A decimal (it has a point, or an
exponent) may differ by RELATIVE of its size. Where that is less than one unit of its
last digit, it may differ by that unit, so that a rounding may fall on either side; but
by no more than ABSOLUTE or ROUNDING of its size, so that 0.05 is not 0.06. A
whole number of per cent is a rounded share: it may differ by one.

Measured with oneDNN on and off, one TensorFlow thread and two: what trainings at a
learning rate of 0.01 or less print and draw moves by at most 0.4 per cent of its size,
an AUC by 0.2. Trainings at 0.1 and more, and such as diverge, scatter by up to a fifth:
a lesson shows their scatter, or does not print them.

A cell whose decimals scatter more has a tag such as `tolerance-0.05`: they may differ
by 0.05 of their size, or by one unit of their last digit if that is at most 0.05: a
small number beside a scattering one, or the place of a line, is not let go with it. A
comment in the cell says why: `# Compared within 0.05: …`.
"""

import re
from pathlib import Path

from nbformat import NotebookNode
from nbval.plugin import coalesce_streams, get_sanitize_patterns

ROOT = Path(__file__).resolve().parent.parent
RELATIVE = 0.005
ABSOLUTE = 0.001
ROUNDING = 0.05
SKIPPED = {"image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json"}
TAG = re.compile(r"tolerance-(0\.\d+)")

# Not inside a name (fM3Long), a version (3.17.2) or an address (127.0.0.1).
NUMBER = re.compile(
    r"""(?<![\w.])(?<!\d,)
    (?P<decimal>
        (?:(?<=[\w.)\]])|[-+−])?  # the sign; after a digit it is a dash
        (?:\d{1,3}(?:,\d{3})+|\d+)
        (?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)
    )
    (?P<percent>\ ?%)?
    (?!\w|\.\d)
    |
    (?<![\w.,])(?P<share>\d+)(?=\ ?%)
    """,
    re.VERBOSE,
)


def tolerance_of(tags: list[str]) -> float:
    """Return what a cell's tags allow beyond the usual tolerance, mostly 0."""
    found = [float(match[1]) for tag in tags if (match := TAG.fullmatch(tag))]
    return max(found, default=0.0)


class Output(str):
    """A text that equals another one if only its decimals differ, and those by little.

    Parameters
    ----------
    text : str
        What a cell has shown.
    tolerance : float
        From the cell's tag; 0 for the usual tolerance alone.
    """

    def __new__(cls, text: str, tolerance: float = 0.0) -> "Output":
        """Read words and numbers apart."""
        output = super().__new__(cls, text)
        output.tolerance = tolerance
        output.words, output.numbers = _read(text)
        return output

    def differences(self, other: "Output") -> list[str]:
        """Say where another output differs from this one, the stored one."""
        if self.words != other.words:
            return [f"words: {a!r} became {b!r}" for a, b in _changed(self, other)]
        pairs = zip(self.numbers, other.numbers, strict=True)
        return [
            f"number: {stored} became {new}"
            for stored, new in pairs
            if not _close(stored, new, self.tolerance)
        ]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Output):
            return str(self) == other
        return not self.differences(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # what is equal to several texts has no hash


def _read(text: str) -> tuple[list[str], list[str]]:
    """Split a text into its words, a # for each number, and these numbers."""
    numbers = []

    def take(match):
        numbers.append(match["decimal"] or match["share"] + "%")
        return "#" + (match["percent"] or "")

    # A sign or a digit more moves what follows it in a table.
    lines = NUMBER.sub(take, text).splitlines()
    return [" ".join(line.split()) for line in lines], numbers


def _changed(stored: Output, new: Output) -> list[tuple[str, str]]:
    """Pair the lines whose words differ; a line that is missing is empty."""
    longest = max(len(stored.words), len(new.words))
    first = stored.words + [""] * (longest - len(stored.words))
    second = new.words + [""] * (longest - len(new.words))
    return [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]


def _value(number: str) -> float:
    return float(number.rstrip("%").replace(",", "").replace("−", "-"))


def _unit(number: str) -> float:
    """Return what one more in the last digit is worth: 0.001 for 0.914."""
    mantissa, _, exponent = number.lower().partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def _close(stored: str, new: str, tolerance: float) -> bool:
    a, b = _value(stored), _value(new)
    difference, size = abs(a - b), max(abs(a), abs(b))
    if stored.endswith("%"):
        return difference <= 1
    unit = min(_unit(stored), _unit(new))
    allowed = max(
        RELATIVE * size,
        tolerance * size,
        min(unit, max(ABSOLUTE, ROUNDING * size, tolerance)),
    )
    return difference <= allowed + 1e-9 * size


def masks(folder: Path = ROOT) -> dict[str, str]:
    """Return the rules of tests/sanitize.cfg: what is replaced, by what."""
    text = (folder / "tests" / "sanitize.cfg").read_text(encoding="utf-8")
    return dict(get_sanitize_patterns(text))


def compare_cell(cell: NotebookNode, outputs: list[NotebookNode]) -> list[str]:
    """Compare what a cell shows now with what it has stored, as nbval does.

    Parameters
    ----------
    cell : NotebookNode
        A code cell as it is stored.
    outputs : list of NotebookNode
        What it shows now.

    Returns
    -------
    list of str
        What differs, in words; empty if nothing does.
    """
    tags = cell.metadata.get("tags", [])
    ended = [output for output in outputs if output.output_type == "error"]
    if ended and "raises-exception" not in tags:
        shown = "".join(o.text for o in outputs if o.output_type == "stream")[-500:]
        said = f"{ended[0].ename}: {ended[0].evalue}"
        return [f"it ends in {said}; before that it shows {shown!r}"]
    if "nbval-ignore-output" in tags:
        return []
    stored, new = (_fields(shown, tags) for shown in (cell.outputs, outputs))
    found = [f"only stored: {kind}" for kind in stored.keys() - new.keys()]
    found += [f"only now: {kind}" for kind in new.keys() - stored.keys()]
    for kind in stored.keys() & new.keys():
        if len(stored[kind]) != len(new[kind]):
            found.append(f"{len(stored[kind])} × {kind} became {len(new[kind])}")
            continue
        for one, other in zip(stored[kind], new[kind], strict=True):
            found += one.differences(other)
    return found


def _fields(outputs: list[NotebookNode], tags: list[str]) -> dict[str, list[Output]]:
    """Sort outputs by their kind, without pictures and widgets, and mask them."""
    fields = {}
    for output in coalesce_streams([NotebookNode(output) for output in outputs]):
        shown = output.get("data", {})
        if output.output_type == "stream":
            shown = {output.name: output.text}
        elif output.output_type == "error":
            shown = {"error": f"{output.ename}: {output.evalue}"}
        for kind, text in shown.items():
            if kind in SKIPPED or not isinstance(text, str):
                continue
            for regex, replace in masks().items():
                text = re.sub(regex, replace, text)
            fields.setdefault(kind, []).append(Output(text, tolerance_of(tags)))
    return fields
