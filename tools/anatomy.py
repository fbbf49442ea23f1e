"""What a notebook of this course must have, and what it must not show."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import nbformat

from helpers.checks.verdict import RIGHT
from tools.compare import TAG as TOLERANCE
from tools.store import KEPT, KERNEL, SOLUTION

TAGS = {"nbval-ignore-output", "raises-exception", "solution"}
SECTIONS = (
    "**You will learn",
    "**You need",
    "## Exercises",
    "## Since the slides",
    "## Remember",
    "## Go further",
    "## Deeper (optional)",
)
TIME = re.compile(
    r"^Time: core \d+ min · exercises \d+ min( · deeper \d+ min)? · Slides: ",
    re.MULTILINE,
)
OPTIONAL = re.compile(r"^#+ .*(optional|to look up)", re.MULTILINE | re.IGNORECASE)
MACHINE_PATH = re.compile(r"/tmp/|/root/|/home/|/Users/|[A-Z]:\\\\?Users|/work/")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ALT = re.compile(r"!\[([^\]]*)\]\(")
# GitHub's viewer strips such elements from a notebook; <br/> in Mermaid is fine.
RAW_HTML = re.compile(r"<(a|button|details|div|iframe|img|script|span|style|table)\b")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+)", re.MULTILINE)
MOST_CODE_LINES = 20
# A cell's own tolerance (tools/compare.py) is rare, and its reason stands in the cell.
WIDEST, MOST_TOLERANCES = 0.2, 2
NBVAL = re.compile(r"^\s*#+\s*(NBVAL_|PYTEST_VALIDATE_)", re.MULTILINE)


def find_faults(path: Path) -> list[str]:
    """List everything that keeps a stored notebook from being taught.

    Parameters
    ----------
    path : Path
        The notebook; relative links are looked up from its folder.

    Returns
    -------
    list of str
        One line per fault, with its cell; empty for a good notebook.
    """
    notebook = nbformat.read(path, as_version=4)
    return [
        *_metadata(notebook),
        *_tolerances(notebook),
        *_text(notebook, path.parent),
        *_code(notebook),
        *_answers(notebook),
        *_exercises(notebook, path.name[:2].lstrip("0")),
    ]


def text_of(output: nbformat.NotebookNode) -> str:
    """Return an output as the reader sees it, without pictures."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}\n" + "\n".join(output.traceback)
    data = output.get("data", {})
    return "\n".join(str(data[kind]) for kind in data if kind.startswith("text/"))


def _metadata(notebook):
    if dict(notebook.metadata) != KERNEL:
        yield "the notebook's metadata is not that of `make run`"
    for number, cell in enumerate(notebook.cells):
        for key in set(cell.metadata) - KEPT - {"jupyter"}:
            yield f"cell {number}: metadata noise: {key}"
        for tag in set(cell.metadata.get("tags", [])) - TAGS:
            if not TOLERANCE.fullmatch(tag):
                yield f"cell {number}: unknown tag {tag}"


def _tolerances(notebook):
    """Find cells that are compared less strictly and do not say why."""
    tagged = 0
    for number, cell in enumerate(notebook.cells):
        if NBVAL.search(cell.source):
            yield f"cell {number}: a comment that switches the comparison"
        for match in filter(None, map(TOLERANCE.fullmatch, _tags(cell))):
            tagged += 1
            if float(match[1]) > WIDEST:
                yield f"cell {number}: a tolerance above {WIDEST}"
            reason = rf"^# Compared within {re.escape(match[1])}: (\S+ ){{3}}"
            if not re.search(reason, cell.source, re.MULTILINE):
                yield f"cell {number}: `# Compared within {match[1]}: …` says no reason"
    if tagged > MOST_TOLERANCES:
        yield f"{tagged} cells with a tolerance of their own"


def _tags(cell):
    return cell.metadata.get("tags", [])


def _text(notebook, folder):
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    text = "\n".join(markdown)
    if not re.match(r"# \d\d · \w", text):
        yield "the title is not of the form `# NN · Verb …`"
    if not TIME.search(text):
        yield "no line `Time: core NN min · exercises NN min · Slides: …`"
    places = [text.find(f"\n{section}") for section in SECTIONS]
    for section, place in zip(SECTIONS[:-1], places[:-1], strict=True):
        if place < 0:
            yield f"a section is missing: {section}"
    found = [place for place in places if place >= 0]
    if found != sorted(found):
        yield f"the sections do not stand in the order {', '.join(SECTIONS)}"
    for link in LINK.findall(text):
        target = link.partition("#")[0]
        if target and "://" not in target and not (folder / target).exists():
            yield f"dead link: {link}"
    for tag in RAW_HTML.findall(text):
        yield f"raw HTML that GitHub's viewer strips: <{tag}>"
    for alt in ALT.findall(text):
        if len(alt.split()) < 5:
            yield f"an image whose text says too little: {alt!r}"
    levels = [0, *map(len, re.findall(r"^(#+) ", FENCED.sub("", text), re.MULTILINE))]
    if any(later > before + 1 for before, later in pairwise(levels)):
        yield "headings do not nest: a level is left out"
    remember = text.partition("## Remember")[2].partition("\n## ")[0]
    rows = [line for line in remember.splitlines() if line.startswith("|")]
    if len(rows) - 2 > 6:
        yield "the table under Remember has more than six rows"


def _code(notebook):
    expected = 0
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        expected += 1
        if cell.execution_count != expected:
            yield f"cell {number}: not from one clean run (run `make run`)"
        if len(cell.source.splitlines()) > MOST_CODE_LINES:
            yield f"cell {number}: more than {MOST_CODE_LINES} lines"
        tags = cell.metadata.get("tags", [])
        for output in cell.outputs:
            text = text_of(output)
            if output.get("name") == "stderr":
                yield f"cell {number}: writes to stderr: {text.strip()[:60]!r}"
            if output.output_type == "error" and "raises-exception" not in tags:
                yield f"cell {number}: ends in {output.ename}"
            if MACHINE_PATH.search(text):
                yield f"cell {number}: shows a path of one machine"
            if "image/png" in output.get("data", {}):
                after = notebook.cells[number + 1 : number + 2]
                if not after or after[0].cell_type != "markdown":
                    yield f"cell {number}: no text under the figure reads it"
        if "raises-exception" in tags and not any(
            output.output_type == "error" for output in cell.outputs
        ):
            yield f"cell {number}: is tagged raises-exception and raises none"


def _answers(notebook):
    """Find folded outputs whose first line, which JupyterLab shows, says the answer."""
    for number, cell in enumerate(notebook.cells):
        if not cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            continue
        first = next(filter(None, text_of(cell.outputs[0]).split("\n")), "")
        if not first.endswith(":") and re.search(r"\d|True|False|None", first):
            yield f"cell {number}: folded, it still shows its answer: {first[:60]!r}"


def _exercises(notebook, notebook_number):
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    numbers = EXERCISE.findall("\n".join(markdown))
    if not 2 <= len(numbers) <= 3:
        yield f"{len(numbers)} exercises instead of two or three"
    if numbers != [f"{notebook_number}.{k + 1}" for k in range(len(numbers))]:
        yield f"exercises are numbered {numbers}"
    for number, stub, check, solution in _exercise_cells(notebook):
        call = f"checks.exercise_{number.replace('.', '_')}("
        if stub is None or "..." not in stub.source:
            yield f"exercise {number}: no stub with dots"
        if check is None or call not in check.source:
            yield f"exercise {number}: no check cell"
        if solution is None or call not in solution.source:
            yield f"exercise {number}: no solution that passes the check"
        elif not any(text_of(out).startswith(RIGHT) for out in solution.outputs):
            yield f"exercise {number}: its solution was not run, or is not right"
        elif solution.metadata.get("jupyter") != SOLUTION:
            yield f"exercise {number}: its solution is not folded away"
        elif solution.source.split("\n")[0] != f"# Solution of exercise {number}":
            yield f"exercise {number}: the folded solution's first line stays in sight"


def _exercise_cells(notebook):
    """Yield (number, stub, check, solution) per exercise; None where one is missing."""
    number, found = None, Counter()
    for cell in [*notebook.cells, nbformat.v4.new_markdown_cell("## End")]:
        if cell.cell_type == "markdown" and re.search(r"^##", cell.source, re.M):
            if number:
                yield number, found["stub"], found["check"], found["solution"]
            heading = EXERCISE.search(cell.source)
            number = heading and heading[1]
            found = {"stub": None, "check": None, "solution": None}
        elif number and cell.cell_type == "code":
            if "solution" in cell.metadata.get("tags", []):
                found["solution"] = cell
            elif "checks.exercise_" in cell.source:
                found["check"] = cell
            else:
                found["stub"] = found["stub"] or cell
