"""Every command that the course prints is run, or stands in a list with the reason.

commands.toml has one entry for each: what this file runs as it stands, in a copy
without git whose folder has a space; which other test runs it; or why none can.
"""

import os
import re
import shutil
import signal
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
PROGRAMS = (
    "apt|conda|createdb|createuser|dask|git|jupyter|make|mlflow|npm|optuna|pip|py|python"
    r"|python3\.\d+|source|sudo|tensorboard|touch|unzip|uv"
)
INLINE = re.compile(rf"`((?:(?:{PROGRAMS}) |\.venv[/\\]\S+ )[^`]+)`")
BLOCK = re.compile(r"^```(?:sh|bash|powershell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
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
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type == "markdown":
                for command in commands(cell.source):
                    yield f"{path.name}, cell {number}", command


def faults(found):
    return [
        f"{place}: `{command}` is run by no test: put it into tests/commands.toml"
        for place, command in found
        if command not in KNOWN
    ]


def test_each_printed_command_is_known():
    assert faults(printed()) == []


def test_a_changed_command_is_noticed():
    wrong = commands("Use `mlflow gc --older 1d` or\n\n```sh\nmake tests  # all\n```\n")
    assert wrong == ["mlflow gc --older 1d", "make tests"]
    assert len(faults([("here", command) for command in wrong])) == 2


def test_the_list_has_no_command_that_is_printed_no_more():
    assert set(KNOWN) <= {command for _, command in printed()}


def test_each_entry_says_who_runs_it():
    for command in KNOWN.values():
        assert len({"runs", "test", "why"} & set(command)) == 1, command
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


def shell(course, command, **more):
    """Run a command as a reader does: a plain shell, activated as the page says."""
    activated = f"source '{ROOT}/.venv/bin/activate'\ncd '{course}'\n"
    return subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-c", activated + command],
        env={name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        | {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
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


@posix
def test_make_clean_needs_no_git_and_keeps_what_no_notebook_wrote(course):
    written = course / "notebooks" / "mlruns"
    written.mkdir(exist_ok=True)
    (course / "notebooks" / "optuna.db").touch()
    own = course / "notebooks" / "02_learning_rate-Copy1.ipynb"
    own.touch()
    (course / ".venv").mkdir(exist_ok=True)
    done = subprocess.run(["make", "clean"], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not written.exists() and not (course / ".venv").exists()
    assert own.exists() and (course / "notebooks" / "rise.css").exists()
    assert (course / "notebooks" / "images").is_dir()
