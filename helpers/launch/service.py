"""Start a server that ends with this Python, however this Python ends.

The server runs under a small guard, another Python, which holds one end of a
pipe. The other end is here: when it closes, because `stop` was called or
because this process was killed, the guard ends the server and itself.
"""

import atexit
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LOCAL = ("localhost", "127.0.0.1", "::1")  # the names of this machine for itself


class ServiceError(RuntimeError):
    """The server did not come up; the message has the end of its log."""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        # Where a server has just ended, the port is free again at once.
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


class Service:
    """A server on the loopback address, from now until `stop` or the kernel's end.

    Parameters
    ----------
    command : sequence of str
        The server's command line, such as `["mlflow", "models", "serve", ...]`;
        commands of this Python's environment are found first.
    port : int
        The port on which the command listens.
    ready : str
        The path that answers with status 200 once the server is up.
    log : Path or str
        The file for all that the server prints.
    env : mapping, optional
        Environment variables beside those of this process.
    timeout : float
        Seconds that the start may take.

    Raises
    ------
    ServiceError
        The server ended or was not up in time; nothing is left running.
    """

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        ready: str,
        log: Path | str,
        env: Mapping[str, str] | None = None,
        timeout: float = 90,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
        program = shutil.which(command[0], path=path) or command[0]
        with open(log, "wb") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-m", "helpers.launch.service", program, *command[1:]],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={**os.environ, **(env or {}), "PATH": path},
                start_new_session=True,  # an interrupted kernel interrupts its group
            )
        atexit.register(self.stop)
        end = time.monotonic() + timeout
        try:
            while not answers(port, ready):
                if self._guard.poll() is not None:
                    raise ServiceError(_failure("ended before it was up", log))
                if time.monotonic() > end:
                    raise ServiceError(_failure(f"is not up after {timeout:g} s", log))
                time.sleep(0.1)
        except BaseException:  # an interrupt, too
            self.stop()
            raise

    def wait(self) -> None:
        """Wait until the server ends by itself."""
        self._guard.wait()

    def stop(self) -> None:
        """End the server and wait for it; a second call does nothing."""
        self._guard.stdin.close()
        self._guard.wait(timeout=30)
        atexit.unregister(self.stop)


def answers(port: int, path: str) -> bool:
    """Tell whether a server on the loopback address answers with status 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _failure(what: str, log: Path | str) -> str:
    lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    return f"the server {what}; the end of {log} says:\n" + "\n".join(lines[-5:])


def _guard(command: list[str]) -> int:
    """Run the command until it ends or until standard input is closed."""
    try:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        print(error, file=sys.stderr)
        return 1

    def end_with_the_kernel():
        os.read(0, 1)
        _end(server)

    threading.Thread(target=end_with_the_kernel, daemon=True).start()
    code = server.wait()
    _end(server)  # what the command itself has started
    return code


def _end(server: subprocess.Popen) -> None:
    if sys.platform == "win32":
        tree = ["taskkill", "/F", "/T", "/PID", str(server.pid)]
        subprocess.run(tree, capture_output=True)
        return
    try:
        os.killpg(server.pid, signal.SIGTERM)
        for _ in range(50):  # 5 s to answer the last request
            time.sleep(0.1)
            os.killpg(server.pid, 0)
        os.killpg(server.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # the whole group is gone


if __name__ == "__main__":
    sys.exit(_guard(sys.argv[1:]))
