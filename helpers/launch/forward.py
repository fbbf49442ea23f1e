"""Show a class's MLflow page behind the tile: its requests, with the login added."""

import base64
import http.client
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from helpers.launch.service import LOCAL

# They belong to one connection, not to what is carried.
HOP = {"connection", "host", "keep-alive", "transfer-encoding", "origin", "referer"}


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target, login = "", ""

    def _carry(self) -> None:
        if urlsplit("//" + self.headers.get("Host", "")).hostname not in LOCAL:
            self.send_error(403, "This page answers to its own machine only.")
            return
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        headers["Authorization"] = self.login
        connection = http.client.HTTPConnection(self.target, timeout=30)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except OSError as error:
            said = f"The class's server at {self.target} does not answer ({error})."
            self.send_error(502, f"{said} When it is back, open this page again")
            return
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _carry

    def log_message(self, *_) -> None:
        """Print nothing: JupyterLab's terminal is not for each request."""


def serve(port: int, address: str) -> None:
    """Carry each request to the class's server until this process ends.

    Parameters
    ----------
    port : int
        Of the loopback address.
    address : str
        The class's server, such as `http://lab-pc:5000`.
    """
    name = os.environ.get("MLFLOW_TRACKING_USERNAME", "")
    password = os.environ.get("MLFLOW_TRACKING_PASSWORD", "")
    login = base64.b64encode(f"{name}:{password}".encode()).decode()
    handler = type(
        "Forward",
        (_Forward,),
        {"target": urlsplit(address).netloc, "login": f"Basic {login}"},
    )
    ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever()
