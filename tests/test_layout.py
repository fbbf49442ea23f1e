"""Each part of the course knows only what stands below it."""

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("helpers", "tools", "tests", "benchmarks", "book")
LAUNCH, ABOVE = "helpers.launch", ("tools", "tests", "benchmarks")


def imported(path: Path) -> set[str]:
    """Return the dotted names that a file imports, also inside functions."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(
            "".join(cell["source"])
            for cell in json.loads(text)["cells"]
            if cell["cell_type"] == "code"
        )
        # Not Python: magics, and the slides' own syntax errors.
        text = "\n".join(
            line for line in text.splitlines() if line.startswith(("import ", "from "))
        )
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def of(names: set[str], *packages: str) -> set[str]:
    return {n for n in names for p in packages if n == p or n.startswith(p + ".")}


@pytest.mark.parametrize(
    ("pattern", "forbidden"),
    [
        ("helpers/*.py", (LAUNCH, *ABOVE)),
        ("helpers/checks/*.py", (LAUNCH, *ABOVE)),
        ("helpers/launch/*.py", ABOVE),
        ("notebooks/*.ipynb", ABOVE),
    ],
)
def test_imports_go_down_only(pattern, forbidden):
    paths = sorted(ROOT.glob(pattern))
    assert paths
    wrong = {path.name: of(imported(path), *forbidden) for path in paths}
    assert {name: names for name, names in wrong.items() if names} == {}


def test_an_import_in_the_wrong_direction_is_seen(tmp_path):
    path = tmp_path / "data.py"
    path.write_text("def f():\n    from helpers.launch import tiles\n")
    assert of(imported(path), LAUNCH) == {"helpers.launch.tiles"}


def test_functions_and_files_stay_short():
    files = [p for d in PLACES for p in sorted((ROOT / d).rglob("*.py"))]
    long = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > 300 and path.name != "test_errata.py":
            long.append(f"{path.name} has more than 300 lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno > node.lineno + 39:
                long.append(f"{path.name}: {node.name} has more than 40 lines")
    assert long == []
