"""Ask every address that the course prints whether it still answers.

Usage: python -m tools.links     (weekly, by .github/workflows/links.yml)

It needs nothing but Python. Addresses of this machine, of examples in upper case and
of the placeholder OWNER/REPOSITORY are left out.
"""

import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://[^\s)\]<>\"'`|\\]+")
LEFT_OUT = re.compile(
    r"https?://([A-Z]|localhost|127\.|\[::1|lab-|[\w.]*\.?example)|OWNER/REPOSITORY"
)
# Such an answer says that the page is there, but not for programs.
THERE = {401, 403, 405, 406, 429}


def texts() -> Iterator[tuple[str, str]]:
    """Yield name and text of every page, notebook and errata source."""
    folders = (ROOT, *(ROOT / name for name in ("data", "docs", "benchmarks")))
    for path in sorted(
        path for folder in folders for path in folder.glob("*.[mt][do]*")
    ):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
        yield f"notebooks/{path.name}", text


def addresses() -> dict[str, str]:
    """Return each address with the first place that prints it."""
    found: dict[str, str] = {}
    for name, text in texts():
        for address in ADDRESS.findall(text):
            if not LEFT_OUT.search(address):
                found.setdefault(address.rstrip(".,;:"), name)
    return found


def fault(address: str) -> str | None:
    """Ask one address; return what is wrong, or None."""
    agent = {"User-Agent": "Mozilla/5.0 (link check of a course)"}
    try:
        request = urllib.request.Request(address, headers=agent)
        with urllib.request.urlopen(request, timeout=30):
            return None
    except urllib.error.HTTPError as error:
        return None if error.code in THERE else f"answers {error.code}"
    except OSError as error:
        return f"does not answer: {error}"


def main() -> int:
    places = addresses()
    with ThreadPoolExecutor(8) as pool:
        faults = zip(places, pool.map(fault, places), strict=True)
        lines = [f"{places[url]}: {url} {what}" for url, what in faults if what]
    print("\n".join(lines) or f"{len(places)} addresses answer")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
