"""Fetch the JavaScript that book and slides show themselves with, once, pinned.

Usage: python -m tools.web FOLDER     (part of `make book` and `make slides`)

The pages then need no network. npm only fetches: nothing is installed or run.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

# Package, the archive's SHA-256, what is taken from it, and where that goes.
PACKAGES = {
    "mermaid@12.3.0": (
        "be0684e8d20bfc874df12c0f04927a5c482f57f2200eec54cca52a4583fd4040",
        {"dist/mermaid.min.js": "mermaid.min.js"},
    ),
    "reveal.js@4.6.1": (
        "4f4121ef2b8e7e9398bdecd7b3b6ce5e0ee3a2f5af221708eb6c4ce03bcae6be",
        {"dist/": "reveal/dist/", "plugin/notes/": "reveal/plugin/notes/"},
    ),
    "requirejs@2.3.7": (
        "31f3330c978fb28684622fe71165dc946432cf0210b2ea8a1ca0233e70f2737d",
        {"require.js": "require.js"},
    ),
    "jquery@3.7.1": (
        "68a9f787516da47c680e09c187bcbac4536b6f85d90eb882844e12919e583f53",
        {"dist/jquery.min.js": "jquery.min.js"},
    ),
    # Not for the pages: it finds what a screen reader could not read on them.
    "axe-core@4.14.1": (
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        {"axe.min.js": "axe.min.js"},
    ),
}


def fetch(package: str, folder: Path) -> Path:
    """Let npm download one archive, and return its path if it is the pinned one."""
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm is missing: install Node.js (on Debian, apt install npm).")
    packed = subprocess.run(
        [npm, "pack", "--silent", package],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if packed.returncode:
        sys.exit(f"npm could not fetch {package}: {packed.stderr.strip()}")
    archive = folder / packed.stdout.split()[-1]
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != PACKAGES[package][0]:
        sys.exit(f"{package} is not the archive that tools/web.py knows: {found}")
    return archive


def unpack(archive: Path, wanted: dict[str, str], target: Path) -> None:
    """Write the wanted files of an archive below the target."""
    with tarfile.open(archive) as files:
        for member in files:
            name = member.name.removeprefix("package/")
            for start, goal in wanted.items():
                if (
                    member.isfile()
                    and name.startswith(start)
                    and not name.endswith(".map")
                ):
                    path = target / (goal + name[len(start) :])
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(files.extractfile(member).read())


def main(arguments: list[str]) -> int:
    target = Path(arguments[0])
    with TemporaryDirectory() as folder:
        for package, (_, wanted) in PACKAGES.items():
            unpack(fetch(package, Path(folder)), wanted, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
