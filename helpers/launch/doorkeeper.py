"""The small process behind a tile: it starts the page's server, and looks after it.

`python -m helpers.launch.doorkeeper NAME PORT PROCESS` answers at once, and
- starts the server of `helpers.launch.servers` at the first request, ends it after
  some minutes without one, and starts it anew when its database is another file;
- says on the page itself why a server did not start, which notebook fills an empty
  page, and the way out where the browser uses another name for this machine.
"""

import html
import http.client
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from helpers.launch.servers import NOTEBOOKS, end_with
from helpers.launch.service import LOCAL, answers, free_port

IDLE_SECONDS = float(os.environ.get("COURSE_IDLE_SECONDS", "600"))
START_SECONDS = 60
TITLES = {"mlflow": "MLflow", "optuna": "Optuna", "tensorboard": "TensorBoard"}
# The question whether there is something to show, and who fills the page.
RECORDS = {
    "mlflow": ("mlflow.db", "runs", "notebooks 05 to 08 record the first runs"),
    "optuna": ("optuna.db", "studies", "notebooks 02 to 04 make the first studies"),
    "tensorboard": (None, None, "notebook 06 writes the first curves"),
}
HOP = {"connection", "keep-alive", "transfer-encoding", "host", "origin"}
# Else MLflow goes back to its view of language models after "Compare" and "back".
TRAINING = b"""<script>
localStorage.setItem("mlflow.workflowType_v1", '"machine_learning"');
</script>"""
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{title}</title>{again}<style>body {{ max-width: 40em; margin: 4em auto;
font: 1.1em/1.5 sans-serif; padding: 0 1em }}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>"""
WAY_OUT = (
    "This page answers to the names localhost, 127.0.0.1 and ::1 of its own machine; "
    "the browser calls it {host}. Open a terminal on the machine where the browser is, "
    "type <code>ssh -L {port}:localhost:{port} {host}</code>, and open JupyterLab as "
    "<code>http://localhost:{port}/</code> with the token that it printed."
)


class Server:
    """The page's server: started when it is needed, ended when it is not."""

    def __init__(self, name: str) -> None:
        self.name, self.port, self.last = name, 0, time.monotonic()
        self.suspect = False
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()
        self._file: tuple | None = None

    def ready(self) -> str | None:
        """Have the server up; return None, or the sentence why it is not."""
        with self._lock:
            self.last = time.monotonic()
            running = self._process is not None and self._process.poll() is None
            if running and (self.suspect or self._file != self._identity()):
                self._stop()
                running = False
            return None if running else self._start()

    def end_if_idle(self) -> None:
        """Give the memory back; the next request starts the server."""
        with self._lock:
            if self._process and time.monotonic() - self.last > IDLE_SECONDS:
                self._stop()

    def is_empty(self) -> bool:
        """Tell whether there is nothing to show yet."""
        name, table, _ = RECORDS[self.name]
        if os.environ.get("MLFLOW_TRACKING_URI", "").startswith("http"):
            return False
        if not name:
            return not any(NOTEBOOKS.glob("**/events.out.tfevents.*"))
        if not (NOTEBOOKS / name).exists():
            return True
        try:
            with closing(sqlite3.connect(NOTEBOOKS / name, timeout=1)) as database:
                query = f"SELECT count(*) FROM {table}"
                return database.execute(query).fetchone() == (0,)
        except sqlite3.Error:
            return False  # the server finds out, and says what is wrong

    def _identity(self) -> tuple | None:
        try:
            found = os.stat(NOTEBOOKS / (RECORDS[self.name][0] or "."))
        except OSError:
            return None
        return (found.st_dev, found.st_ino)

    def _start(self) -> str | None:
        self.port, self.suspect = free_port(), False
        command = [sys.executable, "-m", "helpers.launch.servers", self.name]
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(
                [*command, str(self.port), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            end = time.monotonic() + START_SECONDS
            while self._process.poll() is None and time.monotonic() < end:
                if answers(self.port, "/"):
                    self._file = self._identity()  # the server may have made it
                    self.last = time.monotonic()
                    return None
                time.sleep(0.1)
            self._stop()
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
        last = said[-1].partition("DatabaseError: ")[2] or said[-1] if said else ""
        return last or f"it is not up after {START_SECONDS} s. Try again."

    def _stop(self) -> None:
        if self._process:
            self._process.terminate()  # it takes its children along
            self._process.wait(timeout=20)
        self._process = None


class Doorkeeper(BaseHTTPRequestHandler):
    """Answers the browser: with the server's answer, or with a page of its own."""

    protocol_version = "HTTP/1.1"
    server_of_page: Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        page, keeper = urlsplit(self.path), self.server_of_page
        is_page = self.command == "GET" and page.path == "/"
        if stranger := self._stranger():
            port = stranger.rpartition(":")[2]
            port = port if port.isdigit() else "8888"
            host = html.escape(stranger.rpartition(":")[0] or stranger)
            self._say(403, WAY_OUT.format(host=host, port=port))
            return
        if is_page and page.query != "empty" and keeper.is_empty():
            filled_by = RECORDS[keeper.name][2]
            self._say(
                200,
                f"Nothing to show yet: {filled_by}. This page looks again by itself."
                ' <a href="?empty">Open the empty page</a>.',
                again=True,
            )
            return
        if trouble := keeper.ready():
            self._say(503, f"This page cannot be shown: {html.escape(trouble)}")
            return
        self._carry(body, is_page)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer

    def _stranger(self) -> str | None:
        """Return the name that is not this machine's, of the request or its page."""
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        for name in (host, urlsplit(origin).netloc if origin else None):
            if name is not None and urlsplit("//" + name).hostname not in LOCAL:
                return name or "nothing"
        return None

    def _carry(self, body: bytes | None, is_page: bool) -> None:
        keeper = self.server_of_page
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        headers["Host"] = f"127.0.0.1:{keeper.port}"
        if "Origin" in self.headers:
            headers["Origin"] = f"http://127.0.0.1:{keeper.port}"
        if is_page:
            headers["Accept-Encoding"] = "identity"
        connection = http.client.HTTPConnection("127.0.0.1", keeper.port, timeout=120)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            keeper.suspect = True
            self._say(502, f"The server has ended: {error}. Open this page again.")
            return
        finally:
            connection.close()
        keeper.last = time.monotonic()
        keeper.suspect = keeper.suspect or answer.status >= 500
        if is_page and keeper.name == "mlflow":
            content = content.replace(b"<head>", b"<head>" + TRAINING, 1)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP | {"content-length", "date", "server"}:
                self.send_header(name, value)
        self._finish(content)

    def _say(self, status: int, text: str, again: bool = False) -> None:
        refresh = '<meta http-equiv="refresh" content="5">' if again else ""
        title = TITLES[self.server_of_page.name]
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self._finish(PAGE.format(title=title, text=text, again=refresh).encode())

    def _finish(self, content: bytes) -> None:
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_) -> None:
        """Print nothing: JupyterLab's terminal is not for each request."""


def main(name: str, port: str, parent: str) -> None:
    """Keep the door of one page until the process that asked for it ends."""
    end_with(int(parent))
    keeper = Server(name)

    def look() -> None:
        while True:
            time.sleep(min(5, IDLE_SECONDS / 4))
            keeper.end_if_idle()

    threading.Thread(target=look, daemon=True).start()
    handler = type("Handler", (Doorkeeper,), {"server_of_page": keeper})
    ThreadingHTTPServer(("127.0.0.1", int(port)), handler).serve_forever()


if __name__ == "__main__":
    os.chdir(NOTEBOOKS)
    main(*sys.argv[1:4])
