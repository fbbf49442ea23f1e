"""A notebook in a session of a real Jupyter server, as JupyterLab opens it.

The kernel is started by the sessions API: so it knows the name of its notebook, and
which server is its own, as it does for a reader and not under nbval.
"""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
from jupyter_client import BlockingKernelClient
from nbformat import NotebookNode

from tools import NOTEBOOKS
from tools.browser import NO_PROXY, TOKEN, WAIT, Lab
from tools.compare import compare_cell

ROOT = Path(__file__).resolve().parent.parent
NAMES = [path.name for path in NOTEBOOKS]
CELL_TIMEOUT = 600  # s
RUNTIME = ".runtime"  # where the server writes how to reach its kernels
OUTPUTS = {"stream", "display_data", "execute_result", "error"}
GIT = ("git", "-c", "user.name=course", "-c", "user.email=course@example.org")


def copy_course(folder: Path) -> None:
    """Copy what a reader has, and nothing that notebooks have written."""
    for part in ("helpers", "data", "notebooks/images"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=unwanted)
    for path in (ROOT / "README.md", *NOTEBOOKS):
        shutil.copy(path, folder / path.relative_to(ROOT))
    if shutil.which("git"):  # notebook 05 asks for the version of the code
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "course"]):
            subprocess.run([*GIT, *arguments], cwd=folder, check=True)


def opened(folder: Path) -> Iterator[Lab]:
    """Give a JupyterLab with a copy of the course, started as `make lab` does."""
    copy_course(folder)
    lab = Lab(folder, JUPYTER_RUNTIME_DIR=str(folder / RUNTIME))
    try:
        yield lab
    finally:
        lab.kill()


def execute(
    client: BlockingKernelClient, source: str, seconds: float
) -> list[NotebookNode]:
    """Execute code in a kernel, and return what it shows."""
    outputs = []

    def keep(message):
        if message["msg_type"] in OUTPUTS:
            outputs.append(nbformat.v4.output_from_msg(message))

    client.execute_interactive(
        source, allow_stdin=False, output_hook=keep, timeout=seconds
    )
    return outputs


class Session:
    """A notebook that is open in a JupyterLab.

    Parameters
    ----------
    lab : Lab
        The server.
    name : str
        Path of the notebook below its root, with slashes.
    """

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        kernel = {"name": "python3"}
        asked = {"path": name, "name": "", "type": "notebook", "kernel": kernel}
        self.model = json.loads(self._request("POST", "api/sessions", asked))
        file = lab.folder / RUNTIME / f"kernel-{self.model['kernel']['id']}.json"
        self.client = BlockingKernelClient(connection_file=str(file))
        self.client.load_connection_file()
        self.client.start_channels()
        self._wait()

    def _wait(self) -> None:
        """Wait for the kernel; its client takes one that is slow to start for dead."""
        end = time.monotonic() + WAIT
        while True:
            try:
                return self.client.wait_for_ready(timeout=WAIT)
            except RuntimeError:
                if time.monotonic() > end:
                    raise

    def run(self, cell: NotebookNode) -> list[NotebookNode]:
        """Execute a cell, and return what it shows."""
        return execute(self.client, cell.source, CELL_TIMEOUT)

    def close(self) -> None:
        """End the kernel, as *Shut Down Kernel* does."""
        self.client.stop_channels()
        self._request("DELETE", f"api/sessions/{self.model['id']}")

    def _request(self, method: str, page: str, body: dict | None = None) -> str:
        address = f"http://127.0.0.1:{self.lab.port}{self.lab.base_url}{page}"
        headers = {"Authorization": f"token {TOKEN}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, headers, method=method)
        with NO_PROXY.open(request, timeout=WAIT) as answer:
            return answer.read().decode()


def run_twice(lab: Lab, name: str) -> list[str]:
    """Run each code cell of a notebook twice in a row, and compare each time.

    Returns
    -------
    list of str
        One line per difference from what is stored; empty if there is none.
    """
    notebook = nbformat.read(lab.folder / name, as_version=4)
    session, found = Session(lab, name), []
    try:
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            for when in ("first", "second"):
                differences = compare_cell(cell, session.run(cell))
                found += [f"cell {number}, {when} run: {d}" for d in differences]
    finally:
        session.close()
    return found
