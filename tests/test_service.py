"""A service answers, ends with this Python, and fails with a readable error."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from helpers.launch.service import Service, ServiceError, free_port

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def web_server(port):
    return [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def closes(port, seconds=20):
    end = time.monotonic() + seconds
    while listens(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_answers_until_it_is_stopped(tmp_path):
    port = free_port()
    service = Service(web_server(port), port, "/", tmp_path / "log")
    assert service.url == f"http://127.0.0.1:{port}"
    assert listens(port)
    service.stop()
    assert not listens(port)
    service.stop()  # a second time does nothing


def test_a_server_that_ends_is_an_error_with_its_last_words(tmp_path):
    port = free_port()
    command = [sys.executable, "-c", "raise SystemExit('no such model')"]
    with pytest.raises(ServiceError, match="(?s)ended before.*no such model"):
        Service(command, port, "/", tmp_path / "log")


def test_a_command_that_is_not_there_is_an_error(tmp_path):
    port = free_port()
    with pytest.raises(ServiceError, match="nothing-of-this-name"):
        Service(["nothing-of-this-name"], port, "/", tmp_path / "log")


def test_a_server_that_does_not_come_up_in_time_is_ended(tmp_path):
    port, other = free_port(), free_port()
    with pytest.raises(ServiceError, match="is not up after 3 s"):
        Service(web_server(other), port, "/", tmp_path / "log", timeout=3)
    assert closes(other)


# A stand-in for the kernel. Like `mlflow models serve`, its command starts the
# server as a child of its own.
KERNEL = """
    import signal, sys
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also under nohup
    from helpers.launch.service import Service, answers
    port = int(sys.argv[1])
    server = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    code = f"import subprocess; subprocess.run({{server!r}})"
    command = [sys.executable, "-c", code]
    service = Service(command, port, "/", sys.argv[2])
    try:
        print("up", flush=True)
        sys.stdin.readline()
    except KeyboardInterrupt:
        print(answers(port, "/"), flush=True)
        sys.stdin.readline()
    {then}
"""


@pytest.fixture
def start_kernel(tmp_path):
    """A function that returns (process, port); `then` is done after a line of input."""
    started = []

    def start(then=""):
        port = free_port()
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                textwrap.dedent(KERNEL).format(then=then),
                str(port),
                str(tmp_path / "log"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # as JupyterLab starts its kernels
        )
        # It never keeps a test waiting: killed, it ends what `readline` waits for.
        guard = threading.Timer(120, process.kill)
        guard.start()
        started.append((process, guard))
        assert process.stdout.readline() == b"up\n"
        assert listens(port)
        return process, port

    yield start
    for process, guard in started:
        guard.cancel()
        process.kill()


@posix
def test_a_killed_kernel_takes_its_service_along(start_kernel):
    process, port = start_kernel()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert closes(port)


@posix
def test_an_interrupt_ends_the_cell_but_not_the_service(start_kernel):
    process, port = start_kernel()
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdout.readline() == b"True\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert closes(port)


@posix
def test_an_interrupt_while_it_starts_leaves_nothing(tmp_path):
    port, other = free_port(), free_port()
    code = (
        "import signal, sys; from helpers.launch.service import Service; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"Service({web_server(other)!r}, {port}, '/', sys.argv[1])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "log")],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 30
        while not listens(other) and time.monotonic() < end:
            time.sleep(0.1)
        assert listens(other)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) != 0
        assert closes(other)
    finally:
        process.kill()


@pytest.mark.parametrize("then", ["1 / 0", "sys.exit()"])
def test_a_kernel_that_ends_by_itself_stops_its_service(start_kernel, then):
    process, port = start_kernel(then)
    process.communicate(b"\n", timeout=30)
    assert closes(port)
