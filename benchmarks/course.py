"""Every notebook: wall time, slowest cell, peak memory of its kernel, size.

Usage: python -m benchmarks.course
"""

import os
import shutil
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil
from nbclient import NotebookClient

from benchmarks.common import report

ROOT = Path(__file__).resolve().parent.parent
AIMS = {"course in s": 240, "notebook in s": 75, "memory in GB": 1.0}


class PeakMemory(threading.Thread):
    """Watch a process's resident memory, shared pages included, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.ended = psutil.Process(pid), 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.1):
            try:
                self.peak = max(self.peak, self.process.memory_info().rss)
            except psutil.Error:
                return


def measure(path: Path) -> list:
    """Run one notebook and return its row."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}
    )
    start = time.perf_counter()
    with client.setup_kernel():
        memory = PeakMemory(client.km.provisioner.pid)
        memory.start()
        slowest, cell_number = 0.0, 0
        for number, cell in enumerate(notebook.cells):
            cell_start = time.perf_counter()
            client.execute_cell(cell, number)
            seconds = time.perf_counter() - cell_start
            if seconds > slowest:
                slowest, cell_number = seconds, number
        memory.ended.set()
    seconds = time.perf_counter() - start
    size = path.stat().st_size / 1e3
    first = notebook.cells[cell_number].source.splitlines()[0][:40]
    return [path.stem, seconds, slowest, first, memory.peak / 1e9, size]


def main() -> None:
    with TemporaryDirectory() as folder:
        written = shutil.ignore_patterns("*.db*", "mlruns", "*.log*")
        shutil.copytree(ROOT / "notebooks", Path(folder, "notebooks"), ignore=written)
        os.environ["PYTHONPATH"] = str(ROOT)
        paths = sorted(Path(folder, "notebooks").glob("*.ipynb"))
        rows = [measure(path) for path in paths]
    total, longest = sum(row[1] for row in rows), max(row[1] for row in rows)
    largest = max(row[4] for row in rows)
    reached = dict(zip(AIMS, (total, longest, largest), strict=True))
    report(
        __file__,
        "course: every notebook, run from top to bottom",
        ["notebook", "s", "slowest cell s", "its first line", "peak GB", "kB"],
        rows,
        [
            f"{what}: {reached[what]:.3g}, aim at most {aim}: "
            f"{'met' if reached[what] <= aim else 'missed'}"
            for what, aim in AIMS.items()
        ],
    )


if __name__ == "__main__":
    main()
