"""Every command that the course prints is run, or stands in a list with the reason.

commands.toml has one entry for each: what this file runs or serves as it stands, in a
copy without git whose folder has a space; which other test runs it; or why none does.
"""

import difflib
import json
import os
import re
import shutil
import signal
import site
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import nbformat
import pytest

from helpers.launch.service import free_port
from tools import NOTEBOOKS
from tools.browser import NO_PROXY

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
PROGRAMS = (
    "apt|conda|createdb|createuser|dask|git|jupyter|make|mlflow|npm|optuna|pip|py|python"
    r"|python3\.\d+|source|sudo|tensorboard|touch|unzip|uv"
)
SET = r"(?:[A-Z_]+=[^\s`]+ ?)"  # a variable before the command, or alone
INLINE = re.compile(
    rf"`({SET}*(?:(?:{PROGRAMS}) |\.venv[/\\]\S+ )[^`]+|PIP_[A-Z_]+={SET}*[^`]*)`"
)
FENCE = rf"^```(?:(?:sh|bash|powershell)\n|\n(?=(?:{PROGRAMS}) ))(.*?)^```"
BLOCK = re.compile(FENCE, re.MULTILINE | re.DOTALL)
LIST = tomllib.loads((ROOT / "tests" / "commands.toml").read_text(encoding="utf-8"))
KNOWN = {command["text"]: command for command in LIST["command"]}
posix = pytest.mark.skipif(os.name != "posix", reason="a shell of Linux or macOS")


def commands(text):
    """Return the commands of one Markdown text as they stand, without comments."""
    found = INLINE.findall(text)
    for block in BLOCK.findall(text):
        lines = re.sub(r"\\\n\s*", "", block).splitlines()
        found += [re.sub(r"\s+#.*", "", line).strip() for line in lines]
    return [command for command in found if command and not command.startswith("#")]


def printed():
    """Yield the place and text of each command that the course prints."""
    for path in PAGES:
        for command in commands(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), command
    for path in NOTEBOOKS:
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type == "markdown":
                for command in commands(cell.source):
                    yield f"{path.name}, cell {number}", command


def faults(found, known=KNOWN):
    """List what is printed and not known, with the nearest that is."""
    return [
        f"{place}: no test runs {text!r}; in commands.toml stands "
        f"{difflib.get_close_matches(text, known, 1, 0) or 'nothing'}"
        for place, text in found
        if text not in known
    ]


def test_each_printed_command_is_known():
    found = faults(printed())
    assert not found, "\n".join(found)


def blocks():
    """Yield the place and text of each shell block of several lines, as it stands."""
    for path in [*PAGES, *NOTEBOOKS]:
        texts = [path.read_text(encoding="utf-8")]
        if path.suffix == ".ipynb":
            texts = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        for block in (one for text in texts for one in BLOCK.findall(text)):
            if "\n" in block.strip():
                yield path.name, block.strip()


def test_each_block_has_its_lines_in_their_order():
    found = faults(blocks(), LIST["blocks"])
    assert not found, "\n".join(found)
    assert set(LIST["blocks"]) == {block for _, block in blocks()}


def test_a_changed_command_is_noticed():
    wrong = commands(
        "Use `mlflow gc --older 1d` or\n\n```sh\nmake tests  # all\n```\n\n"
        "```\nmlflow ui --old\n```\n\n```\nan output\n```\n"
    )
    assert wrong == ["mlflow gc --older 1d", "make tests", "mlflow ui --old"]
    assert len(faults([("here", command) for command in wrong])) == 3


def test_the_list_has_no_command_that_is_printed_no_more():
    assert set(KNOWN) <= {command for _, command in printed()}


def test_each_entry_says_who_runs_it():
    for command in KNOWN.values():
        assert len({"runs", "serves", "test", "why"} & set(command)) == 1, command
        if "test" in command:
            file, _, name = command["test"].partition("::")
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert f"def {name}(" in text or f"class {name}" in text, command
        target = re.match(r"make ([a-z]+)", command["text"])
        if target:
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"(?m)^{target[1]}:", makefile), command


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course without git, in a folder with a space."""
    folder = tmp_path_factory.mktemp("a download") / "the course"
    ignored = ("*.db*", "mlruns", "wheelhouse", "_build", "class", "node_modules")
    shutil.copytree(
        ROOT, folder, ignore=shutil.ignore_patterns(".*", "__pycache__", *ignored)
    )
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    return folder


SCRIPTS = {"jupyter": "jupyter", "jupyter-lab": "jupyterlab", "mlflow": "mlflow"}


@pytest.fixture
def built(course):
    """The copy with an environment of its own place that borrows our packages."""
    place = course / ".venv"
    shutil.rmtree(place, ignore_errors=True)
    make = [sys.executable, "-m", "venv", "--without-pip", place]
    subprocess.run(make, check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text("\n".join(site.getsitepackages()))
    for name in ("share", "etc"):
        if (Path(sys.prefix) / name).exists():
            (place / name).symlink_to(Path(sys.prefix) / name)
    for name, module in SCRIPTS.items():
        script = place / "bin" / name
        run = f'exec "$(dirname "$0")/python" -m {module} "$@"'
        script.write_text(f"#!/bin/sh\n{run}\n")
        script.chmod(0o755)
    (place / "ready").write_text(f"{course}\n")
    if (ROOT / ".venv" / "slides" / "ready").exists():
        shutil.copytree(ROOT / ".venv" / "slides", place / "slides")
        (place / "slides" / "ready").touch()
    yield course
    shutil.rmtree(place)


def shell(course, command, **more):
    """Run a command as a reader does: a plain shell, activated as the page says."""
    activate = f"source '{ROOT}/.venv/bin/activate'\n"
    make = command.startswith("make ")  # it needs no activation
    start = f"cd '{course}'\n" if make else f"{activate}cd '{course}'\n"
    return subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-c", start + command],
        env={name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        | {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        | more,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Also where these tests were started with it ignored: `nohup make test &`.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


RUN = [command for command in KNOWN.values() if "runs" in command]


@posix
@pytest.mark.parametrize("command", RUN, ids=lambda command: command["text"])
def test_a_command_runs_as_it_is_printed(course, command):
    place = ROOT if command.get("at") == "here" else course
    text = f"{command['before']}\n{command['text']}" if "before" in command else ""
    process = shell(place, text or command["text"])
    try:
        said, _ = process.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        pytest.fail(f"`{command['text']}` does not end: {end(process)[-500:]}")
    assert process.returncode == 0, said[-1500:]
    assert command["runs"] in said, said[-1500:]


def left_of(process, course):
    """Return the processes of its session, or that work in the copy: (id, command)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            session = (entry / "stat").read_text().rpartition(")")[2].split()[3]
            here = Path(os.readlink(entry / "cwd")).is_relative_to(course)
            if session == str(process.pid) or here:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found.append((entry.name, command.decode()))
        except OSError:  # it has ended meanwhile
            continue
    return found


def wait_for(look, what, seconds=90):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} after {seconds} s"
        time.sleep(0.3)
    return found


def answer(address):
    try:
        with NO_PROXY.open(address, timeout=30) as page:
            return page.read().decode(errors="replace")
    except OSError:
        return ""


def settings_of_a_test(folder):
    """Let Jupyter take a free port and open no browser, and root start it."""
    port, log = free_port(), {"token": "a-token"}
    server = {"port": port, "open_browser": False, "allow_root": True}
    text = json.dumps({"ServerApp": server, "IdentityProvider": log})
    (folder / "jupyter_server_config.json").write_text(text)
    places = {"JUPYTER_CONFIG_DIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
    return port, places


SERVERS = [command for command in KNOWN.values() if "serves" in command]


@posix
@pytest.mark.parametrize("command", SERVERS, ids=lambda command: command["text"])
def test_a_server_answers_and_ctrl_c_leaves_nothing(built, tmp_path, command):
    port, places = settings_of_a_test(tmp_path)
    if "present" in command["text"] and not (built / ".venv" / "slides").exists():
        pytest.skip("needs jupyterlab-rise in .venv/slides, from make test")
    page = command["serves"].format(port=port, board=port + 1)
    process = shell(built, command["text"], **places, PORT=str(port))
    try:
        wait_for(lambda: process.poll() is not None or answer(page), "no answer")
        assert command["shows"] in answer(page), end(process)[-1500:]
        for _ in range(2):  # as the terminal says: twice to skip the question
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(1)
        process.communicate(timeout=60)
        wait_for(lambda: not left_of(process, built), "a process is left", 20)
    finally:
        end(process)
        for number, _ in left_of(process, built):
            os.kill(int(number), signal.SIGKILL)


@posix
def test_make_clean_needs_no_git_and_keeps_what_no_notebook_wrote(course):
    written = course / "notebooks" / "mlruns"
    written.mkdir(exist_ok=True)
    (course / "notebooks" / "optuna.db").touch()
    own = course / "notebooks" / "02_learning_rate-Copy1.ipynb"
    notes = course / "notebooks" / "my_notes.md"
    own.touch(), notes.touch()
    (course / ".venv").mkdir(exist_ok=True)
    done = subprocess.run(["make", "clean"], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not written.exists() and not (course / ".venv").exists()
    assert own.exists() and notes.exists()
    assert (course / "notebooks" / "rise.css").exists()
    assert (course / "notebooks" / "images").is_dir()
