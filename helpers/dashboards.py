"""Open MLflow's page, Optuna's dashboard and TensorBoard from JupyterLab.

JupyterLab finds the three tiles by entry points (pyproject.toml) and starts each
server at the first click, behind Jupyter's own address and token:
`python -m helpers.dashboards NAME PORT PROCESS`, which ends with that process. All
three read what the notebooks wrote.
"""

import html
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from socketserver import ThreadingMixIn
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIServer, make_server

from helpers import stores

if TYPE_CHECKING:
    import mlflow
    import optuna

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LOCAL = ("localhost", "127.0.0.1")
SHOW_RUNS = "workflowType=machine_learning"  # else MLflow opens its GenAI view


# --- the tiles ---------------------------------------------------------------


def _tile(name: str, title: str, page: str) -> dict:
    """Describe one tile as jupyter-server-proxy wants it."""
    # Behind a Hub the browser's host is foreign to the servers, which refuse it;
    # the Hub has checked it. On a laptop nothing is overridden, all checks hold.
    hub = "JUPYTERHUB_SERVICE_PREFIX" in os.environ
    local = {"Host": "127.0.0.1:{port}", "Origin": "http://127.0.0.1:{port}"}
    serve = [sys.executable, "-m", "helpers.dashboards", name]
    return {
        "command": [*serve, "{port}", str(os.getpid())],
        "timeout": 60,
        "new_browser_tab": True,
        "request_headers_override": local if hub else {},
        "launcher_entry": {
            "title": title,
            "icon_path": str(Path(__file__).parent / "icons" / f"{name}.svg"),
            "path_info": page,
        },
    }


# Jupyter calls these, by the entry points of pyproject.toml.
mlflow_tile = partial(_tile, "mlflow", "MLflow", f"mlflow/#/experiments?{SHOW_RUNS}")
optuna_tile = partial(_tile, "optuna", "Optuna", "optuna/")
tensorboard_tile = partial(_tile, "tensorboard", "TensorBoard", "tensorboard/")


# --- the links in the notebooks ----------------------------------------------


class Link:
    """A link that the notebook shows; it opens in a new tab of the browser."""

    def __init__(self, text: str, page: str) -> None:
        self.text, self.address = text, _base_url() + page

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return (
            f'<a href="{html.escape(self.address)}" target="_blank">'
            f"{html.escape(self.text)}</a>"
        )


def _base_url() -> str:
    """Find the base URL of the Jupyter server that started this kernel."""
    from jupyter_core.paths import jupyter_runtime_dir

    server = Path(jupyter_runtime_dir(), f"jpserver-{os.environ.get('JPY_PARENT_PID')}")
    try:
        return json.loads(server.with_suffix(".json").read_text())["base_url"]
    except OSError:  # not started by a Jupyter server
        return os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")


def link_to_study(study: "optuna.Study") -> Link:
    """Return a link to this Optuna study (of `optuna.db`) in Optuna's dashboard."""
    number = study._storage.get_study_id_from_name(study.study_name)
    return Link("Open this study in Optuna's dashboard", f"optuna/#/studies/{number}")


def link_to_experiment(experiment_id: str) -> Link:
    """Return a link to the list of runs of this experiment in MLflow."""
    page = f"mlflow/#/experiments/{experiment_id}/runs?{SHOW_RUNS}"
    return Link("Open this experiment in MLflow", page)


def link_to_run(run: "mlflow.entities.Run") -> Link:
    """Return a link to this run in MLflow."""
    page = f"mlflow/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
    return Link("Open this run in MLflow", f"{page}?{SHOW_RUNS}")


# --- the servers --------------------------------------------------------------


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
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    import mlflow.server
    import uvicorn
    from mlflow.cli import cli

    def serve_here(command: list[str], extra_env: dict[str, str], **_) -> None:
        """Serve in this process; MLflow would wait beside the server in 0.2 GB."""
        os.environ.update(extra_env)
        uvicorn.main(command[command.index("uvicorn") + 1 :])

    mlflow.server._exec_cmd = serve_here
    database = stores.create_mlflow_database()
    options = ["--backend-store-uri", database, "--workers", "1", "--port", port]
    cli(["server", "--host", "127.0.0.1", *options])


# What the page of optuna-dashboard 0.21 expects is the root of a host. Inside a
# frame its path is set to that, and what it fetches gets the prefix back.
FRAME = """<!DOCTYPE html><html lang="en"><title>Optuna</title>
<style>html, body, iframe {
  margin: 0; border: 0; width: 100%; height: 100%; overflow: hidden}</style>
<iframe title="Optuna's dashboard"></iframe><script>
document.querySelector("iframe").src = "dashboard" + location.hash.slice(1);
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
