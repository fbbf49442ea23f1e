"""A terminal of JupyterLab finds the programs of the environment."""

import asyncio
import json
import urllib.request

import pytest
from tornado.websocket import websocket_connect

from tests.test_commands import (
    answer,
    built,  # noqa: F401
    course,  # noqa: F401
    end,
    posix,
    settings_of_a_test,
    shell,
    wait_for,
)
from tools.browser import NO_PROXY


async def typed(port, line):
    """Type a line into a new terminal of JupyterLab; return what it shows next."""
    where = f"127.0.0.1:{port}"
    made = urllib.request.Request(
        f"http://{where}/api/terminals?token=a-token", method="POST"
    )
    name = json.loads(NO_PROXY.open(made, timeout=30).read())["name"]
    page = f"ws://{where}/terminals/websocket/{name}?token=a-token"
    terminal, shown = await websocket_connect(page), ""
    await terminal.write_message(json.dumps(["stdin", f"{line}; echo do''ne\n"]))
    while "done" not in shown:
        message = await asyncio.wait_for(terminal.read_message(), 30)
        kind, *text = json.loads(message)
        shown += text[0] if kind == "stdout" else ""
    return shown


@posix
@pytest.mark.parametrize("command", ["make lab", "make present"])
def test_a_terminal_finds_the_programs(built, tmp_path, command):  # noqa: F811
    if "present" in command and not (built / ".venv" / "slides").exists():
        pytest.skip("needs jupyterlab-rise in .venv/slides, from make test")
    port, places = settings_of_a_test(tmp_path)
    for profile in (".profile", ".bash_profile"):  # as Debian's own does
        (tmp_path / profile).write_text("export PATH=/usr/bin:/bin\n")
    other = tmp_path / "other programs"  # as conda and pyenv put theirs first
    other.mkdir()
    (other / "jupyter").write_text("#!/bin/sh\n")
    (other / "jupyter").chmod(0o755)
    (tmp_path / ".bashrc").write_text(f"export PATH='{other}':$PATH\n")
    more = {"HOME": str(tmp_path), "SHELL": "/bin/bash"}
    process = shell(built, command, **places, **more)
    try:
        wait_for(lambda: answer(f"http://127.0.0.1:{port}/api?token=a-token"), "none")
        found = asyncio.run(typed(port, "command -v jupyter"))
        assert str(built / ".venv" / "bin" / "jupyter") in found
    finally:
        end(process)
