"""Does it fit Binder's 2 GB: JupyterLab, a used kernel, MLflow, Optuna, TensorBoard.

Usage: python -m benchmarks.memory NOTEBOOK   (default: the one with the highest peak)
"""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks.common import report
from helpers.launch.service import free_port

ROOT = Path(__file__).resolve().parent.parent
TOKEN, AIM_GB, AIM_SECONDS = "benchmark", 1.6, 10


def memory_of(process: psutil.Process) -> int:
    """Proportional set size of a process and its children: shared pages once."""
    total = 0
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_full_info().pss
        except psutil.Error:
            continue
    return total


class Lab:
    """JupyterLab as `make lab` starts it, on a free port."""

    def __init__(self) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}/"
        flags = (
            f"--no-browser --allow-root --port={port} --IdentityProvider.token={TOKEN}"
        )
        self.process = subprocess.Popen(
            ["make", "--silent", "lab", f"LAB_FLAGS={flags}"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, page: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(
            self.address + page, body, {"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def until(self, page: str) -> float:
        """Wait for a page and return the seconds it took."""
        start = time.perf_counter()
        while time.perf_counter() - start < 60:
            try:
                self.ask(page)
                return time.perf_counter() - start
            except OSError:
                time.sleep(0.1)
        sys.exit(f"{page} does not answer within 60 s")


def heaviest() -> str:
    measured = json.loads((ROOT / "benchmarks" / "course.json").read_text())
    return max(measured["rows"], key=lambda row: row[4])[0]


def measure(name: str) -> tuple[list[list], float, float, float]:
    """Open the notebook and the pages one after the other.

    Returns
    -------
    tuple
        The rows; the peak with MLflow and Optuna in GB; seconds to the served notebook
        and to MLflow's page.
    """
    lab, rows = Lab(), []
    peak, ended = [0], threading.Event()
    try:
        served = lab.until(f"lab/tree/notebooks/{name}.ipynb")
        root = psutil.Process(lab.process.pid)

        def look() -> float:
            now = memory_of(root)
            peak[0] = max(peak[0], now)
            return now / 1e9

        def watch() -> None:
            while not ended.wait(0.5):
                look()

        threading.Thread(target=watch, daemon=True).start()
        rows.append(["JupyterLab alone", look()])
        run_in_lab(lab, name)
        rows.append([f"and the kernel that has run {name}", look()])
        clicks = {}
        for page in ("mlflow/", "optuna/", "tensorboard/"):
            clicks[page] = lab.until(page)
            rows.append([f"and {page.rstrip('/')}", look()])
            if page == "optuna/":
                reached = peak[0] / 1e9
        rows.append(["peak of all this, with TensorBoard", peak[0] / 1e9])
    finally:
        ended.set()
        lab.process.terminate()
        lab.process.wait()
    return rows, reached, served, clicks["mlflow/"]


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else heaviest()
    rows, reached, served, clicked = measure(name)
    report(
        __file__,
        "memory: proportional set size in GB, one step after the other",
        ["what runs", "GB"],
        rows,
        [
            f"peak with MLflow and Optuna {reached:.3g} GB, aim under {AIM_GB}: "
            f"{'met' if reached < AIM_GB else 'missed'}",
            f"`make lab` to a served notebook {served:.1f} s, MLflow's page "
            f"{clicked:.1f} s, aim under {AIM_SECONDS} s each: "
            f"{'met' if max(served, clicked) < AIM_SECONDS else 'missed'}",
        ],
    )


def run_in_lab(lab: Lab, name: str) -> None:
    """Run a notebook in a kernel of this JupyterLab, and leave the kernel idle."""
    from jupyter_client import BlockingKernelClient
    from jupyter_core.paths import jupyter_runtime_dir
    import nbformat

    body = json.dumps({"name": "python3", "path": f"notebooks/{name}.ipynb"}).encode()
    kernel = json.loads(lab.ask("api/kernels", body))["id"]
    client = BlockingKernelClient()
    client.load_connection_file(
        os.path.join(jupyter_runtime_dir(), f"kernel-{kernel}.json")
    )
    client.start_channels()
    client.wait_for_ready(timeout=60)
    for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4).cells:
        if cell.cell_type == "code":
            reply = client.execute_interactive(
                cell.source, timeout=600, output_hook=lambda _: None, allow_stdin=False
            )
            planned = "raises-exception" in cell.metadata.get("tags", [])
            if reply["content"]["status"] != "ok" and not planned:
                sys.exit(f"{name} fails in the cell {cell.source[:60]!r}")
    client.stop_channels()


if __name__ == "__main__":
    main()
