"""A page follows its file, says what is wrong at once, and gives its memory back."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from helpers.launch.service import free_port
from tools.browser import NO_PROXY

ROOT = Path(__file__).resolve().parent.parent
IDLE = 4.0


class Tile:
    """A tile's process in a course of its own, as JupyterLab starts it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.port = folder, free_port()
        command = [sys.executable, "-m", "helpers.launch.doorkeeper", name]
        self.process = subprocess.Popen(
            [*command, str(self.port), str(os.getpid())],
            cwd=folder,
            env=os.environ
            | {"PYTHONPATH": str(folder), "COURSE_IDLE_SECONDS": str(IDLE)},
        )
        end = time.monotonic() + 30
        while not self.get("/")[0] and time.monotonic() < end:
            time.sleep(0.1)

    def get(self, page: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{page}", headers=headers
        )
        try:
            with NO_PROXY.open(request, timeout=90) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""

    def studies(self) -> str:
        return self.get("/api/studies")[1]

    def servers(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return len(children.read_text().split())


@pytest.fixture
def tile(tmp_path):
    shutil.copytree(ROOT / "helpers", tmp_path / "helpers")
    (tmp_path / "notebooks").mkdir()
    opened = []

    def open_tile(name: str) -> Tile:
        opened.append(Tile(tmp_path, name))
        return opened[-1]

    yield open_tile
    for one in opened:
        one.process.terminate()
        one.process.wait(timeout=30)


STUDY = """
import optuna, sys
from helpers import stores
optuna.create_study(storage=stores.create_optuna_database(), study_name=sys.argv[1])
"""


def make_study(folder: Path, name: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    subprocess.run(
        [sys.executable, "-c", STUDY, name],
        cwd=folder / "notebooks",
        env=environment,
        check=True,
        capture_output=True,
    )


posix = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@posix
def test_the_page_of_a_deleted_replaced_or_broken_database(tile, tmp_path):
    page, file = tile("optuna"), tmp_path / "notebooks" / "optuna.db"
    status, text = page.get("/")
    assert status == 200 and "notebooks 02 to 04 make the first studies" in text
    assert page.servers() == 0  # an empty page costs no memory
    make_study(tmp_path, "old")
    assert "old" in page.studies()
    file.unlink()
    make_study(tmp_path, "new")
    assert '"new"' in page.studies() and '"old"' not in page.studies()
    file.unlink()
    assert "make the first studies" in page.get("/")[1]
    file.write_text("no database " * 99)
    begin = time.monotonic()
    status, text = page.get("/")
    assert status == 503 and "it is damaged. Rename the file" in text
    assert time.monotonic() - begin < 20
    file.unlink()
    make_study(tmp_path, "mended")
    assert '"mended"' in page.studies()
    end = time.monotonic() + IDLE + 10
    while page.servers() and time.monotonic() < end:
        time.sleep(0.5)
    assert page.servers() == 0, "an idle page keeps its memory"
    assert '"mended"' in page.studies()  # the next click starts it


def test_other_names_of_this_machine(tile):
    page = tile("optuna")
    assert page.get("/", Host=f"[::1]:{page.port}")[0] == 200
    assert page.get("/", Host=f"localhost:{page.port}")[0] == 200
    status, text = page.get("/", Host="lab-pc:8888")
    assert status == 403 and "ssh -L 8888:localhost:8888 lab-pc" in text
    assert page.get("/", Origin="http://evil.example")[0] == 403
    assert page.get("/", Origin=f"http://localhost:{page.port}")[0] == 200


def test_what_the_course_replaces_in_mlflow_is_still_there():
    import mlflow.server

    assert callable(getattr(mlflow.server, "_exec_cmd", None)), (
        "mlflow.server._exec_cmd is gone: helpers/launch/servers.py needs another way "
        "to serve without a second process"
    )


def test_the_dashboard_still_loads_as_the_frame_expects(tmp_path):
    import optuna
    from optuna_dashboard import wsgi

    app = wsgi(optuna.storages.InMemoryStorage())
    environ = {"PATH_INFO": "/dashboard", "REQUEST_METHOD": "GET"}
    page = b"".join(app(environ, lambda *_: None)).decode()
    assert "<head>" in page and 'src="/static/' in page, (
        "optuna-dashboard's page has changed: see SHIM in helpers/launch/servers.py"
    )
