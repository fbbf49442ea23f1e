"""What the reader starts with: the lock, Binder, the Makefile, the README."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Each lock and what it is made from.
LEARNERS, AUTHORS = "requirements.txt", "requirements-authors.txt"
DIRECT = {
    LEARNERS: [Requirement(line) for line in PROJECT["project"]["dependencies"]],
    AUTHORS: [Requirement(line) for line in PROJECT["dependency-groups"]["authors"]],
}
LOCK_TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DIRECT}
LOCKS = {
    name: [
        Requirement(line)
        for line in text.splitlines()
        if line and not line.lstrip().startswith("#")
    ]
    for name, text in LOCK_TEXTS.items()
}
PLATFORMS = {
    "Linux x86-64": {"sys_platform": "linux", "platform_machine": "x86_64"},
    "Linux arm64": {"sys_platform": "linux", "platform_machine": "aarch64"},
    "macOS arm64": {"sys_platform": "darwin", "platform_machine": "arm64"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11", "3.12", "3.13")
# Used by their command or from inside another library, so no file imports them.
NOT_IMPORTED = {
    "jupyterlab": "make lab",
    "ipywidgets": "tqdm draws Optuna's progress bar with it",
    "tensorflow": "Keras' backend",
    "tensorflow-cpu": "Keras' backend",
    "jupyter-server-proxy": "JupyterLab loads it; it finds helpers.launch.tiles",
    "jupyter-resource-usage": "JupyterLab loads it",
    "psycopg2-binary": "SQLAlchemy loads the driver that an address names",
    "distributed": "notebook 09's files import it as dask.distributed",
    "nbval": "a pytest plugin",
    "pytest-xdist": "a pytest plugin",
    "ruff": "make test",
    "uv": "make lock",
}
MODULES = {
    "scikit-learn": "sklearn",
    "pyyaml": "yaml",
    "jupyter-repo2docker": "repo2docker",
}


def environment(platform, python):
    return PLATFORMS[platform] | {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "extra": "",
    }


def applies(requirement, env):
    return requirement.marker is None or requirement.marker.evaluate(env)


def pins(lock, env):
    """Return version by package of one lock in one environment."""
    locked = {}
    for requirement in LOCKS[lock]:
        if applies(requirement, env):
            name = canonicalize_name(requirement.name)
            assert name not in locked, f"{name} is locked twice"
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            locked[name] = pin.version
    return locked


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_locks_satisfy_pyproject_on_every_platform(platform, python):
    env = environment(platform, python)
    for lock, direct in DIRECT.items():
        locked = pins(lock, env)
        for requirement in direct:
            if applies(requirement, env):
                name = canonicalize_name(requirement.name)
                assert name in locked, f"{name} is not in {lock}: run make lock"
                assert requirement.specifier.contains(locked[name]), name
    learners, authors = pins(LEARNERS, env), pins(AUTHORS, env)
    assert {name: authors[name] for name in authors.keys() & learners} == {
        name: learners[name] for name in authors.keys() & learners
    }
    tensorflows = {"tensorflow", "tensorflow-cpu"} & set(learners | authors)
    expected = "tensorflow-cpu" if platform == "Linux x86-64" else "tensorflow"
    assert tensorflows == {expected}
    assert not [name for name in learners if name.startswith(("nvidia-", "cuda-"))]


@pytest.mark.parametrize("name", DIRECT)
def test_lock_names_no_address(name):
    assert "://" not in LOCK_TEXTS[name]
    assert "index" not in LOCK_TEXTS[name].partition("\n")[0]


def test_what_only_authors_need_is_not_the_learners():
    names = {requirement.name for requirement in LOCKS[LEARNERS]}
    assert not names & {"nbval", "pytest", "selenium", "ruff", "uv", "psycopg2-binary"}


def test_every_dependency_has_a_reason_and_a_use():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    used = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("helpers", "tools", "tests", "notebooks", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".ipynb")
    )
    for requirement in DIRECT[LEARNERS] + DIRECT[AUTHORS]:
        number = next(
            n
            for n, line in enumerate(lines)
            if re.match(rf'\s+"{requirement.name}\b(?!-)', line)
        )
        assert "#" in lines[number] + "".join(lines[max(0, number - 2) : number]), (
            f"{requirement.name} has no reason beside it"
        )
        if requirement.name in NOT_IMPORTED:
            continue
        module = MODULES.get(requirement.name, requirement.name.replace("-", "_"))
        assert re.search(rf"\b(import|from) {module}\b", used), (
            f"nothing imports {module}"
        )


def test_environment_repeats_nothing():
    environment_file = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, pip_section = environment_file["dependencies"]
    assert re.fullmatch(r"python=3\.1[1-3]", python)
    assert pip == "pip"
    assert pip_section == {"pip": ["-r requirements.txt", "-e ."]}


@pytest.mark.skipif(sys.platform != "linux", reason="repo2docker runs on Linux")
def test_binder_builds_from_environment_with_lock_and_helpers(monkeypatch):
    from repo2docker.app import Repo2Docker

    monkeypatch.chdir(ROOT)
    app = Repo2Docker()
    packs = [pack(base_image=app.base_image) for pack in app.buildpacks]
    pack = next(pack for pack in packs if pack.detect())
    pack.platform = "linux/amd64"
    dockerfile = pack.render({"NB_USER": "jovyan", "NB_UID": "1000"})
    assert type(pack).__name__ == "CondaBuildPack"
    assert pack.python_version == "3.12"
    # With `-r` and `-e` in the pip section the whole repository is copied first.
    copied = dockerfile.index("COPY --chown=1000:1000 src/ ${REPO_DIR}/")
    built = dockerfile.index(
        'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"'
    )
    assert copied < built < dockerfile.index("RUN ./postBuild")
    assert "nvidia" not in dockerfile.lower() and "cuda" not in dockerfile.lower()


def test_post_build_fails_loudly_and_creates_both_databases():
    script = ROOT / "postBuild"
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert "create_optuna_database()" in text and "create_mlflow_database()" in text


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="a download without git")
def test_what_a_machine_calls_is_executable():
    staged = subprocess.run(
        ["git", "ls-files", "--stage", "postBuild", ".ci/run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [line[:6] for line in staged] == ["100755", "100755"]


@pytest.mark.parametrize(("limit", "threads"), [("1.0", "1"), ("2", "2"), ("", None)])
def test_tensorflow_takes_the_cores_that_a_hub_lends(limit, threads):
    code = "import os, helpers; print(os.environ.get('TF_NUM_INTRAOP_THREADS'))"
    clean = {name: os.environ[name] for name in os.environ if "THREADS" not in name}
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env=clean | {"CPU_LIMIT": limit},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert printed == str(threads)


def fake_python(folder, version):
    path = folder / f"python{version}"
    path.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}.0" || exit 1\n'
    )
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="the fake Python is a shell script")
@pytest.mark.parametrize("target", ["lab", "test"])
def test_make_names_the_supported_pythons_when_it_finds_another(tmp_path, target):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"))
    python = fake_python(tmp_path, "3.14")
    made = subprocess.run(
        ["make", target, f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in made.stderr
    assert "Python 3.14.0" in made.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the fake Python is a shell script")
def test_make_builds_anew_where_a_moved_folder_stands(tmp_path):
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"))
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    fake_python(tmp_path / ".venv" / "bin", "")
    stamp = tmp_path / ".venv" / "ready"

    def make():
        command = ["make", "check", "PYTHON=/none"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    stamp.write_text(f"{tmp_path}\n")
    assert "has moved" not in make().stdout
    stamp.write_text("/another/place\n")
    moved = make()
    assert "The folder has moved from /another/place" in moved.stdout
    assert "needs Python 3.11" in moved.stderr  # it looks for one, to build anew
    assert not stamp.exists() and not (tmp_path / ".venv" / "bin" / "python").exists()


def test_links_of_the_readme_live_in_one_place():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    body, _, definitions = readme.partition("<!-- The addresses of this course")
    assert "OWNER" not in body and "OWNER" in definitions
    for path in [*NOTEBOOKS, ROOT / "data" / "README.md"]:
        assert "mybinder.org" not in path.read_text(encoding="utf-8")


PAGES = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"),
    *(
        "benchmarks/README.md",
        *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
    ),
]


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_of_the_pages_lead_somewhere(page):
    path = ROOT / page
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    for link in links:
        target = link.partition("#")[0]
        if target and "://" not in target:
            assert (path.parent / target).exists(), link
