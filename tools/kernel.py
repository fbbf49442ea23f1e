"""A kernel for tests and scripts, as JupyterLab starts it; it can be interrupted."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any


class Kernel:
    """A running kernel; `run` gives what a cell has shown.

    Parameters
    ----------
    folder : Path
        Where the kernel works.
    environment : dict, optional
        All of its variables; this process's by default.
    """

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        from jupyter_client.manager import start_new_kernel

        environment = dict(os.environ) if environment is None else environment
        self._manager, self._client = start_new_kernel(
            kernel_name="python3", cwd=str(folder), env=environment
        )

    def run(
        self, source: str, interrupt: float | str | None = None, seconds: float = 300
    ) -> list[dict[str, Any]]:
        """Run a cell; return its outputs. Interrupt it after seconds, or at a word."""
        word = interrupt if isinstance(interrupt, str) else None
        interrupt = None if word else interrupt
        number = self._client.execute(source, stop_on_error=False)
        started, outputs = time.monotonic(), []
        while True:
            waited = time.monotonic() - started
            if interrupt is not None and waited >= interrupt:
                self._manager.interrupt_kernel()
                interrupt = None
            if waited > seconds:
                raise TimeoutError(f"a cell runs for {seconds:g} s: {source[:80]}")
            wait = 1 if interrupt is None else min(1, max(interrupt - waited, 0.001))
            try:
                message = self._client.get_iopub_msg(timeout=wait)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != number:
                continue
            content = message["content"]
            if content.get("execution_state") == "idle":
                break
            if message["msg_type"] in (
                *("stream", "error", "execute_result", "display_data"),
            ):
                outputs.append({"output_type": message["msg_type"], **content})
            if word and word in content.get("text", ""):
                # Not while the kernel still sends the word: it would ignore it.
                interrupt, word = time.monotonic() - started + 0.5, None
        self._client.get_shell_msg(timeout=10)
        return outputs

    def stop(self) -> None:
        """End the kernel at once, as a crash does."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@contextmanager
def kernel(folder: Path, environment: dict[str, str] | None = None) -> Iterator[Kernel]:
    """Start a kernel, and end it whatever happens."""
    started = Kernel(folder, environment)
    try:
        yield started
    finally:
        started.stop()


def shown(outputs: list[dict[str, Any]]) -> str:
    """Return the text of a cell's outputs, an error as IPython draws it."""
    parts = []
    for output in outputs:
        parts += [output.get("text", ""), *output.get("traceback", [])]
        parts += [output.get("data", {}).get("text/plain", "")]
    return "\n".join(part for part in parts if part)
