"""The evening before: does the course run on this machine? In under 30 seconds.

Usage: make check, or python -m helpers.launch.check_setup with the course's Python.
Each line says what was tried, and where it failed, what to do.
"""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORT = 8888  # JupyterLab's
REBUILD = "delete the folder .venv, then make check"
NEEDED_MEMORY, NEEDED_DISK = 2.0, 1.0  # GB free


class Failed(Exception):
    """What is wrong, and after the arrow what to do."""


def python() -> str:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Failed(
            f"this is Python {platform.python_version()}, the course needs 3.11 to 3.13"
            " -> install one, then: make check PYTHON=/path/to/python3.12"
        )
    return platform.python_version()


def lock() -> str:
    from packaging.requirements import Requirement

    wrong, pins = [], 0
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.lstrip().startswith("#"):
            continue
        pin = Requirement(line)
        if pin.marker and not pin.marker.evaluate():
            continue
        pins += 1
        try:
            if not pin.specifier.contains(version(pin.name)):
                wrong.append(
                    f"{pin.name} {version(pin.name)} instead of {pin.specifier}"
                )
        except PackageNotFoundError:
            wrong.append(f"{pin.name} is missing")
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise Failed(f"{'; '.join(wrong[:3])}{more} -> {REBUILD}")
    return f"{pins} packages as in requirements.txt"


def place() -> str:
    """Import the course as a notebook does: from its folder, by this environment."""
    # A kernel looks into PYTHONPATH before its folder; -P does not look there at all.
    look = [sys.executable, "-P", "-c", "import helpers; print(helpers.__file__)"]
    found = subprocess.run(look, cwd=ROOT / "notebooks", capture_output=True)
    file = found.stdout.decode(errors="replace").strip()
    if not file or Path(file).resolve() != ROOT / "helpers" / "__init__.py":
        cure = "take PYTHONPATH away" if "PYTHONPATH" in os.environ else REBUILD
        raise Failed(
            f"a notebook imports {file or 'no course'} instead of the helpers of {ROOT}"
            f" -> {cure}"
        )
    program = Path(sysconfig.get_path("scripts"), "jupyter")
    first = program.open("rb").readline() if program.exists() else b""
    named = first.removeprefix(b"#!").strip().strip(b'"').decode(errors="replace")
    if first.startswith(b"#!/") and " " not in named and not Path(named).exists():
        raise Failed(f"the folder has moved: {program} asks for {named} -> {REBUILD}")
    return "notebooks import the helpers of this folder"


def databases() -> str:
    """Look whether the databases of earlier days are usable."""
    from helpers import stores

    found = []
    for name in ("mlflow", "optuna"):
        path = ROOT / "notebooks" / f"{name}.db"
        if path.exists():
            found.append(path.name)
            try:
                getattr(stores, f"create_{name}_database")(path)
            except stores.DatabaseError as error:
                what, _, cure = str(error).partition(". ")
                raise Failed(f"{what} -> {cure or 'see notebook 05'}") from None
    return f"{' and '.join(found) or 'none yet, they'} can be used"


def record() -> str:
    """Try the class's server, if one is named, with this learner's name."""
    from helpers import stores

    if not stores.class_server():
        return "on this machine; no class's server is named"
    try:
        return f"{stores.create_mlflow_database()} lets you in"
    except stores.DatabaseError as error:
        what, _, cure = str(error).partition(": ")
        raise Failed(f"{what} -> {cure}") from None


def events():
    from helpers import data

    try:
        return data.load_events()
    except data.DataFileError as error:
        what, _, cure = str(error).partition(". Put the original back: ")
        raise Failed(f"{what} -> {cure}") from None


def data_file() -> str:
    return f"{len(events()):,} events"


def memory() -> str:
    import psutil

    free = psutil.virtual_memory().available / 1e9
    disk = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_MEMORY:
        raise Failed(
            f"{free:.1f} GB of memory are free, {NEEDED_MEMORY:g} GB are needed"
            " -> close other programs, in JupyterLab shut down idle kernels"
        )
    if disk < NEEDED_DISK:
        raise Failed(
            f"{disk:.1f} GB of disk are free, {NEEDED_DISK:g} GB are needed"
            " -> free some space"
        )
    return f"{free:.1f} GB of memory and {disk:.0f} GB of disk are free"


def ports() -> str:
    from helpers.launch.service import is_taken

    if is_taken(PORT):
        raise Failed(
            f"port {PORT} is taken, perhaps by another JupyterLab"
            " -> end it (menu File, Shut Down), or: make lab"
            f" LAB_FLAGS=--port={PORT + 10}"
        )
    return f"port {PORT} is free"


def trial() -> str:
    import keras
    import optuna

    from helpers import data, models

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    split = data.split_events(events())

    def objective(trial):
        keras.utils.set_random_seed(1)
        rate = trial.suggest_float("learning_rate", 1e-3, 1e-2, log=True)
        model = models.build_classifier(learning_rate=rate)
        model.fit(split.x_train, split.y_train, batch_size=128, verbose=0)
        return model.evaluate(split.x_valid, split.y_valid, verbose=0)[1]

    study = optuna.create_study(direction="maximize")
    study.optimize(objective, n_trials=1)
    if study.best_value < 0.7:
        raise Failed(
            f"accuracy {study.best_value:.2f} after one epoch, 0.8 is usual"
            f" -> {REBUILD}"
        )
    return f"accuracy {study.best_value:.2f} after one epoch"


def run() -> str:
    import mlflow

    from helpers import stores

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        uri = stores.create_mlflow_database(Path(folder, "mlflow.db"))
        client = mlflow.MlflowClient(tracking_uri=uri)
        made = client.create_run(client.create_experiment("check"))
        client.log_metric(made.info.run_id, "auc", 0.9)
        found = client.get_run(made.info.run_id).data.metrics
    if found != {"auc": 0.9}:
        raise Failed(f"the run was not read back -> {REBUILD}")
    return "one run written and read"


def dashboard() -> str:
    from helpers.launch.service import answers, free_port

    port = free_port()
    command = [sys.executable, "-m", "helpers.launch.servers", "optuna", str(port)]
    command += [str(os.getpid())]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        end = time.monotonic() + 25
        while time.monotonic() < end and server.poll() is None:
            if answers(port, "/api/studies"):
                return "Optuna's page answers"
            time.sleep(0.2)
    finally:
        server.kill()
        said = server.communicate()[0].strip().splitlines()
    if not said:
        raise Failed(f"Optuna's page does not answer within 25 s -> {REBUILD}")
    raise Failed(
        f"Optuna's page does not answer: {said[-1]}"
        f" -> do what the message says; if it names no cure, {REBUILD}"
    )


CHECKS: dict[str, Callable[[], str]] = {
    "Python": python,
    "packages": lock,
    "place": place,
    "databases": databases,
    "record": record,
    "data": data_file,
    "memory": memory,
    "port": ports,
    "one trial": trial,
    "one run": run,
    "one page": dashboard,
}


def main() -> int:
    start = time.monotonic()
    failed = 0
    for name, check in CHECKS.items():
        try:
            print(f"ok      {name:10s} {check()}", flush=True)
        except Failed as error:
            failed += 1
            print(f"FAILED  {name:10s} {error}", flush=True)
        except Exception as error:
            failed += 1
            what = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"FAILED  {name:10s} {what} -> {REBUILD}", flush=True)
    seconds = time.monotonic() - start
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} fine, in {seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    import helpers  # noqa: F401

    sys.exit(main())
