"""Write benchmarks/README.md from the figures that the benchmarks have stored.

Usage: python -m tools.tables     (part of `make docs`)
"""

import json
import sys
from pathlib import Path

from benchmarks.common import short

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
PAGE = FOLDER / "README.md"
INTRODUCTION = """# How fast it is

`make bench` measures everything anew, side by side in one run, prints these tables and
stores their figures as JSON beside them; `make docs` writes this page from that. Only
ratios can be compared between two machines.
"""


def table(path: Path) -> str:
    """Return one benchmark's figures as a Markdown section."""
    found = json.loads(path.read_text(encoding="utf-8"))
    machine = found["machine"]
    rows = [found["head"], ["---"] * len(found["head"]), *found["rows"]]
    lines = [" | ".join(["", *map(short, row), ""]).strip() for row in rows]
    notes = [f"- {note}" for note in found["notes"]]
    return "\n".join(
        [
            f"## {found['title'][0].upper()}{found['title'][1:]}",
            "",
            f"{machine['date']}, {machine['system']} {machine['processor']}, "
            f"{machine['cores']} cores, Python {machine['python']}.",
            "",
            *lines,
            *([""] if notes else []),
            *notes,
            "",
        ]
    )


def page() -> str:
    """Return the whole page, one section per stored file."""
    sections = [table(path) for path in sorted(FOLDER.glob("*.json"))]
    return "\n".join([INTRODUCTION, *sections])


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
