"""Plant breaks into the code of a notebook, one at a time, and print which survive.

Usage: python -m tools.mutants notebooks/02_learning_rate.ipynb [...] [--most 25]

A break swaps training, validation and test part, min and max, maximize and minimize,
two labels, or a comparison; drops a keyword or a statement; changes a number by a
fifth. The notebook then runs in a copy of the course until a cell differs from what is
stored, by the rules of the tests (tools/compare.py); where no cell differs, tests read
what it has written, and what its text says of its code. A break that nothing notices is
printed: the lesson says too little about it, or it changes nothing that counts. Which
breaks are tried depends on --seed alone; after --seconds no further one is begun.
"""

import argparse
import ast
import copy
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel
from nbformat import NotebookNode

from tools.compare import compare_cell
from tools.session import ROOT, copy_course, execute

READERS = ("tests/record", "tests/test_statements.py")
CELL_TIMEOUT = 150  # s: a break may make a cell endless
SWAPS = {
    "train": "valid",
    "valid": "test",
    "test": "train",
    "min": "max",
    "max": "min",
    "maximize": "minimize",
    "minimize": "maximize",
    "DESC": "ASC",
    "log": "linear",
    "True": "False",
    "False": "True",
}
NAMES = ("train", "valid", "test", "min", "max")
OPPOSITE = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
}
# Without these a cell looks or waits otherwise, or prints nothing, and that is all.
COSMETIC = {"capsize", "layout", "linewidth", "loc", "markersize", "strict", "timeout"}
COSMETIC |= {
    "bbox_to_anchor",
    "verbose",
    "show_progress_bar",
    "capture_output",
    "text",
    "check",
    "zorder",
}
TRIVIAL = {"print", "show", "close"}


@dataclass
class Mutant:
    """A break: the kind, its cell and line, and the cell's new source."""

    kind: str
    cell: int
    line: int
    source: str
    change: str


def find_mutants(notebook: NotebookNode) -> list[Mutant]:
    """List each break that can be planted into the code cells of a notebook."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or "checks.exercise_" in cell.source:
            continue
        # Magics are no Python: they keep their line, as a comment.
        lines = [
            "#" + line[1:] if line.startswith(("%", "!")) else line
            for line in cell.source.splitlines()
        ]
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError:  # a slide's own mistake
            continue
        for kind, node, text in chain(_nodes(tree), _labels(tree)):
            source = _replace(cell.source, node, text)
            if source != cell.source:
                was = ast.get_source_segment(cell.source, node)
                change = " ".join(f"{was} -> {text or 'nothing'}".split())
                found.append(Mutant(kind, number, node.lineno, source, change))
    return found


def _nodes(tree: ast.AST) -> Iterator[tuple[str, ast.AST, str]]:
    """Yield (kind, what is replaced, by what) for each place that can be broken."""
    looks = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in COSMETIC
        for part in ast.walk(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in looks:
            yield from _constant(node)
        elif isinstance(node, ast.Name) and (name := _swapped(node.id)):
            yield "swap", node, name
        elif isinstance(node, ast.Attribute) and (name := _swapped(node.attr)):
            yield "swap", node, f"{_code(node.value)}.{name}"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITE:
            other = ast.Compare(
                node.left,
                [OPPOSITE[type(node.ops[0])](), *node.ops[1:]],
                node.comparators,
            )
            yield "compare", node, _code(other)
        elif isinstance(node, ast.Call):
            for keyword in (k for k in node.keywords if k.arg not in COSMETIC):
                yield "keyword", node, _without(node, keyword)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if _code(node.value.func).split(".")[-1] not in TRIVIAL:
                yield "statement", node, "pass"


def _code(node: ast.AST) -> str:
    """Write a syntax tree as code, with the quotes that the notebooks have."""
    return re.sub(r"'([^'\"]*)'", r'"\1"', ast.unparse(node))


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST, str]]:
    value = node.value
    if isinstance(value, bool) or isinstance(value, str):
        if str(value) in SWAPS:
            new = SWAPS[str(value)]
            yield "swap", node, new if isinstance(value, bool) else f'"{new}"'
    elif isinstance(value, int) and value > 1:
        yield "number", node, str(value + max(1, value // 5))
    elif isinstance(value, float):
        yield "number", node, f"{value * 1.2:.6g}"


def _swapped(name: str) -> str:
    """Return x_valid for x_train, argmin for argmax; nothing for other names."""
    words = re.split(r"(_|(?<=^arg)|(?<=^idx)|(?<=^nan))", name)
    if not any(word in NAMES for word in words):
        return ""
    return "".join(SWAPS[word] if word in NAMES else word for word in words)


def _without(call: ast.Call, keyword: ast.keyword) -> str:
    rest = [word for word in call.keywords if word is not keyword]
    return _code(ast.Call(call.func, call.args, rest))


def _labels(tree: ast.AST) -> Iterator[tuple[str, ast.AST, str]]:
    """Exchange the labels of two curves that are drawn one after the other."""
    for block in ast.walk(tree):
        statements = getattr(block, "body", None)
        if not isinstance(statements, list):
            continue
        for pair in pairwise(statements):
            one, other = map(_label, pair)
            if one is None or other is None:
                continue
            one.value, other.value = other.value, one.value
            text = _code(ast.Module(list(pair), []))
            one.value, other.value = other.value, one.value
            span = ast.copy_location(ast.Pass(), pair[0])
            span.end_lineno = pair[1].end_lineno
            span.end_col_offset = pair[1].end_col_offset
            yield "labels", span, text.replace("\n", "\n" + " " * span.col_offset)


def _label(statement: ast.AST) -> ast.keyword | None:
    call = getattr(statement, "value", None)
    keywords = call.keywords if isinstance(call, ast.Call) else []
    return next((word for word in keywords if word.arg == "label"), None)


def _replace(source: str, node: ast.AST, text: str) -> str:
    """Put a text in place of a node; its columns count bytes."""
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    whole = source.encode()
    return (whole[:start] + text.encode() + whole[end:]).decode()


def first_difference(notebook: NotebookNode, mutant: Mutant | None, name: str) -> str:
    """Run a notebook until something differs; return what, or an empty text."""
    planted = copy.deepcopy(notebook)
    if mutant:
        planted.cells[mutant.cell].source = mutant.source
    with tempfile.TemporaryDirectory() as folder:
        copy_course(Path(folder))
        path, since = Path(folder, "notebooks", name), time.time()
        return _different_cell(planted, path.parent) or _different_elsewhere(
            planted, path, since
        )


def _different_cell(notebook: NotebookNode, place: Path) -> str:
    manager, client = start_new_kernel(cwd=str(place), stderr=subprocess.DEVNULL)
    try:
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            try:
                outputs = execute(client, cell.source, CELL_TIMEOUT)
            except TimeoutError:
                return f"cell {number}: it does not end"
            if found := compare_cell(cell, outputs):
                return f"cell {number}: {found[0]}"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return ""


def _different_elsewhere(notebook: NotebookNode, path: Path, since: float) -> str:
    """Let tests read in a copy what a notebook has written, and what it says."""
    folder = path.parent.parent
    for part in ("tests", "tools", "docs", "benchmarks", ".github"):
        shutil.copytree(ROOT / part, folder / part)
    for file in filter(Path.is_file, ROOT.iterdir()):
        if file.name != ".git":  # a file in a linked worktree
            shutil.copy(file, folder)
    nbformat.write(notebook, path)
    quiet = ("-q", "-x", "-p", "no:cacheprovider", "-c", os.devnull)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, *READERS],
        cwd=folder,
        env=os.environ | {"RECORD_SINCE": str(since), "RECORD_OF": path.name[:2]},
        capture_output=True,
        text=True,
    )
    failed = re.search(r"(?m)^(?:FAILED|ERROR) (\S+)", done.stdout)
    return failed[1] if failed else ""


def choose(mutants: list[Mutant], seed: int) -> list[Mutant]:
    """Shuffle, and take the kinds in turn."""
    rng, kinds = random.Random(seed), {}
    for mutant in mutants:
        kinds.setdefault(mutant.kind, []).append(mutant)
    for group in kinds.values():
        rng.shuffle(group)
    return [m for turn in zip_longest(*kinds.values()) for m in turn if m]


def report(path: Path, most: int, seconds: float, seed: int) -> int:
    """Try the breaks of one notebook; return how many survived."""
    notebook, started = nbformat.read(path, as_version=4), time.monotonic()
    if found := first_difference(notebook, None, path.name):
        print(f"{path.name} differs without a break: {found}")
        return 1
    tried, survivors = 0, []
    for mutant in choose(find_mutants(notebook), seed)[:most]:
        if time.monotonic() - started > seconds:
            break
        tried += 1
        found = first_difference(notebook, mutant, path.name)
        place = f"cell {mutant.cell}, line {mutant.line}, {mutant.kind}"
        print(f"  {place}: {mutant.change[:100]}\n    {found[:120] or 'SURVIVED'}")
        if not found:
            survivors.append(mutant)
    print(f"{path.name}: {tried - len(survivors)} of {tried} breaks were noticed")
    return len(survivors)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=540)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    for path in asked.notebooks:
        report(path, asked.most, asked.seconds, asked.seed)
    return 0  # a survivor is a question to the author, not a failure


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
