"""A JupyterLab and a headless Chromium, for the tests that look at pages."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from helpers.launch.service import free_port

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
TOKEN = "a-token-for-the-test"
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HUB_HOST = "hub.example"
WAIT = 90  # s, also for a busy machine

needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="needs Debian's packages chromium and chromium-driver",
)


class Lab:
    """A JupyterLab of its own that serves a folder.

    Parameters
    ----------
    folder : Path
        Its root; servers that it starts import `helpers` from here.
    base_url : str
        "/" as on a laptop; anything else is served as behind a Hub.
    environment : dict
        Variables beside those of this process.
    """

    def __init__(self, folder: Path, base_url: str = "/", **environment: str) -> None:
        self.folder, self.base_url, self.on_hub = folder, base_url, base_url != "/"
        self.port = free_port()
        host = HUB_HOST if self.on_hub else "localhost"
        self.address = f"http://{host}:{self.port}{base_url}"
        hub = {"JUPYTERHUB_SERVICE_PREFIX": base_url} if self.on_hub else {}
        started = time.monotonic()
        with TemporaryFile() as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyter", "lab", "--no-browser"),
                    *("--allow-root", f"--ServerApp.base_url={base_url}"),
                    *(f"--port={self.port}", f"--IdentityProvider.token={TOKEN}"),
                    f"--ServerApp.root_dir={folder}",
                    f"--ServerApp.allow_remote_access={self.on_hub}",
                ],
                cwd=folder,
                env=os.environ | hub | {"PYTHONPATH": str(folder)} | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            while self.get("api/status")[0] != 200:
                ended = self.process.poll() is not None
                if ended or time.monotonic() - started > WAIT:
                    self.kill()
                    log.seek(0)
                    said = log.read().decode(errors="replace")[-2000:]
                    raise RuntimeError(f"JupyterLab does not answer: {said}")
                time.sleep(0.2)

    def get(self, page: str, body: bytes | None = None, **headers) -> tuple[int, str]:
        headers = {"Authorization": f"token {TOKEN}"} | {
            name.replace("_", "-"): value for name, value in headers.items() if value
        }
        if headers.get("Authorization") == "none":
            del headers["Authorization"]
        address = f"http://127.0.0.1:{self.port}{self.base_url}{page}"
        request = urllib.request.Request(address, body, headers)
        try:
            with NO_PROXY.open(request, timeout=WAIT) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""

    def servers(self) -> dict[int, str]:
        """Return number and command line of the servers that serve this copy."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if Path(os.readlink(entry / "cwd")).is_relative_to(self.folder):
                    found[int(entry.name)] = command
            except OSError:
                continue
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + 20
        while self.servers() and time.monotonic() < deadline:
            time.sleep(0.5)


def open_browser(profile: Path, lab: Lab, size: tuple[int, int] = (1280, 800)):
    """Open a headless Chromium that finds `lab`, also behind the name of a Hub."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        *("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"),
        *("disable-background-networking", "disable-sync", "no-first-run"),
        *("disable-component-update", "disable-quic"),
        f"window-size={size[0]},{size[1]}",
        f"user-data-dir={profile}",
        f"host-resolver-rules=MAP {HUB_HOST} 127.0.0.1",
        # A real Hub has https; JupyterLab wants a secure page.
        f"unsafely-treat-insecure-origin-as-secure=http://{HUB_HOST}:{lab.port}",
    ):
        options.add_argument(f"--{flag}")
    service = webdriver.ChromeService(executable_path=DRIVER)
    return webdriver.Chrome(options=options, service=service)


def until(
    look: Callable[[], Any], what: str | Callable[[], str], seconds: float = WAIT
) -> Any:
    """Look again and again until something true is found, and return it.

    Between two looks JupyterLab may draw an element anew, and a page may still load.
    """
    from selenium.common.exceptions import WebDriverException

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except WebDriverException:
            pass
        time.sleep(0.2)
    raise AssertionError(f"after {seconds} s: {what() if callable(what) else what}")
