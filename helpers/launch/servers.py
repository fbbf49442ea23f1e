"""The servers behind the tiles: MLflow's page, Optuna's dashboard and TensorBoard.

`python -m helpers.launch.servers NAME PORT PROCESS` serves one of them on the
loopback address until that process ends. All three read what the notebooks wrote.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from types import ModuleType
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIServer, make_server

from helpers import stores
from helpers.launch import forward
from helpers.launch.service import LOCAL

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def only_local(app: Callable) -> Callable:
    """Refuse requests whose Host or Origin is not this machine (WSGI)."""

    def guarded(environ, start_response):
        host = urlsplit("//" + environ.get("HTTP_HOST", "")).hostname
        origin = environ.get("HTTP_ORIGIN")
        if host in LOCAL and (not origin or urlsplit(origin).hostname in LOCAL):
            return app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"This page answers to its own machine only."]

    return guarded


def end_with(parent: int) -> None:
    """End this process and its children when its parent ends, however it ends."""
    if not hasattr(os, "setpgid"):  # Windows: Jupyter ends its children itself
        return
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)

    def end(*_) -> None:
        os.killpg(0, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        end()

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=watch, daemon=True).start()


def serve_mlflow(port: str) -> None:
    """Serve MLflow's page with one worker and without its job processes."""
    if server := stores.class_server():
        stores.create_mlflow_database()  # an error that says why it lets nobody in
        forward.serve(int(port), server)  # the class's record, not this machine's
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    import mlflow.server
    import uvicorn
    from mlflow.cli import cli

    def serve_here(command: list[str], extra_env: dict[str, str], **_) -> None:
        """Serve in this process; MLflow would wait beside the server in 0.2 GB."""
        os.environ.update(extra_env)
        uvicorn.main(command[command.index("uvicorn") + 1 :])

    # A private name: no public option serves in this process. When it changes,
    # tests/test_doorkeeper.py says so.
    mlflow.server._exec_cmd = serve_here
    database = stores.create_mlflow_database()
    options = ["--backend-store-uri", database, "--workers", "1", "--port", port]
    cli(["server", "--host", "127.0.0.1", *options])


# What the page of optuna-dashboard 0.21 expects is the root of a host. Inside a
# frame its path is set to that, and what it fetches gets the prefix back.
# Its own address follows what is shown inside, so it can be reloaded and sent.
FRAME = """<!DOCTYPE html><html lang="en"><title>Optuna</title>
<style>html, body, iframe {
  margin: 0; border: 0; width: 100%; height: 100%; overflow: hidden}
p { font: 1.1em sans-serif; margin: 4em auto; max-width: 40em }</style>
<iframe title="Optuna's dashboard"></iframe><script>
const frame = document.querySelector("iframe"), place = location.hash.slice(1);
async function show() {
  const wanted = /^\\/studies\\/(\\d+)/.exec(place);
  const known = await (await fetch("api/studies")).json();
  if (wanted && !known.study_summaries.some(one => one.study_id == wanted[1])) {
    document.body.innerHTML =
      `<p>There is no study number ${wanted[1]} in optuna.db: ` +
      "it was deleted, or is of another file. <a href='./'>All studies</a></p>";
    return;
  }
  frame.src = "dashboard" + place;
  setInterval(() => {
    const inside = frame.contentWindow.location;
    const shown = inside.pathname.replace(/^.*?\\/dashboard/, "") + inside.search;
    if (inside.pathname.includes("/dashboard") && "#" + shown !== location.hash)
      history.replaceState(null, "", "#" + shown);
  }, 300);
}
addEventListener("hashchange", () => location.reload());
show();
</script></html>"""
SHIM = """<script>{
const prefix = "PREFIX", fetchPage = window.fetch;
history.replaceState(null, "", location.pathname.slice(prefix.length));
window.fetch = (page, options) => fetchPage(
  typeof page === "string" && page.startsWith("/") ? prefix + page : page, options);
}</script>"""


def serve_optuna(port: str) -> None:
    """Serve Optuna's dashboard so that it works under any base URL."""
    from optuna_dashboard import wsgi

    dashboard = wsgi(stores.create_optuna_database())

    def app(environ, start_response):
        path = environ.get("PATH_INFO", "/")
        if path != "/" and not path.startswith("/dashboard"):
            return dashboard(environ, start_response)
        page = FRAME
        if path != "/":
            prefix = environ.get("HTTP_X_FORWARDED_PREFIX", "")
            page = b"".join(dashboard(environ, lambda *_: None)).decode()
            page = page.replace('src="/', f'src="{prefix}/')
            page = page.replace("<head>", "<head>" + SHIM.replace("PREFIX", prefix))
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page.encode()]

    with make_server("127.0.0.1", int(port), only_local(app), _Threads) as server:
        server.serve_forever()


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def serve_tensorboard(port: str) -> None:
    """Serve TensorBoard without importing TensorFlow, which it does not need here."""
    sys.modules["tensorboard.compat.notf"] = ModuleType("tensorboard.compat.notf")
    from tensorboard import default, program

    class Server(program.WerkzeugServer):
        def __init__(self, app, flags) -> None:
            super().__init__(only_local(app), flags)

    board = program.TensorBoard(default.get_plugins(), server_class=Server)
    board.configure(["tensorboard", "--logdir", str(NOTEBOOKS), "--port", port])
    sys.exit(board.main())


if __name__ == "__main__":
    os.chdir(NOTEBOOKS)
    end_with(int(sys.argv[3]))
    globals()[f"serve_{sys.argv[1]}"](sys.argv[2])
