"""Collect what the checks say to wrong answers, for docs/teaching.md.

Usage: python -m tools.hints     (part of `make docs`)
"""

import contextlib
import importlib
import io
import pkgutil
import sys
from pathlib import Path

import optuna

from helpers import checks
from tests import check_cases

PAGE = Path(__file__).resolve().parent.parent / "docs" / "teaching.md"
START, END = "<!-- hints: written by `make docs` -->\n", "<!-- end of hints -->"


def hints() -> str:
    """Return one list of hints per exercise, as Markdown."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    found: dict[str, list[str]] = {}
    for module in pkgutil.iter_modules(check_cases.__path__):
        if not module.name.startswith("notebook_"):
            continue
        cases = importlib.import_module(f"tests.check_cases.{module.name}")
        for number, answer, _ in cases.WRONG:
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                getattr(checks, f"exercise_{number.replace('.', '_')}")(*answer)
            hint = said.getvalue().strip().partition(": not yet. ")[2]
            found.setdefault(number, [])
            # What Python itself says to a slip is not a misunderstanding.
            if hint not in found[number] and "answer ends in" not in hint:
                found[number].append(hint)
    lines = []
    for number in sorted(found):
        lines += ["", f"**Exercise {number}**", ""]
        lines += [f"- {hint}" for hint in found[number]]
    return "\n".join(lines)


def with_hints(text: str) -> str:
    """Return the page with its hints written anew."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{hints()}\n\n{END}{after}"


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_hints(text), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
