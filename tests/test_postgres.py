"""Notebook 09's files, run on PostgreSQL.

Set COURSE_POSTGRES to the server's address, for example
postgresql://course@127.0.0.1:5433; its user must be allowed to create databases.
"""

import contextlib
import os
import shutil
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import optuna
import pytest

from helpers.launch.service import Service, ServiceError, free_port
from tests.printed import Room, nobody_left  # noqa: F401
from tests.test_many_workers import FILES, LEFT_OUT, one_is_killed

SERVER = os.environ.get("COURSE_POSTGRES", "").rstrip("/")
DRIVER = SERVER.replace("postgresql://", "postgresql+psycopg2://")

pytestmark = [
    pytest.mark.skipif(
        not SERVER,
        reason="no PostgreSQL: COURSE_POSTGRES does not name a server",
    ),
    pytest.mark.skipif(
        shutil.which("createdb") is None, reason="PostgreSQL's createdb is missing"
    ),
]


@pytest.fixture
def server_environment():
    address = urlsplit(SERVER)
    return os.environ | {
        "PGHOST": address.hostname,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": address.password or "",
    }


@pytest.fixture
def names(server_environment):
    """The databases of server.sh, under a name of this test's own, dropped after."""
    prefix = f"search{uuid.uuid4().hex[:8]}"
    names = {name: f"{prefix}_{name}" for name in ("study", "tracking")}
    yield names | {"prefix": prefix}
    for name in names.values():
        subprocess.run(
            ["dropdb", "--if-exists", "--force", name],
            env=server_environment,
            timeout=60,
            check=True,
        )


@contextlib.contextmanager
def served(room, names):
    """Run server.sh as the notebook says; record there. Give the study's address."""
    port = free_port()
    command = ["sh", str(room.folder / "server.sh"), DRIVER, names["prefix"], str(port)]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    log = room.folder.parent / "tracking.log"
    server = Service(command, port, "/health", log, quiet)
    room.ran.add("server.sh")
    room.tracking = server.url
    try:
        yield f"{DRIVER}/{names['study']}"
    finally:
        server.stop()


def test_two_workers_one_killed_share_one_study_and_one_tracking_store(tmp_path, names):
    room = Room(tmp_path)
    with served(room, names) as address:
        assert one_is_killed(room, address) == 0, room.said
        room.check(address, failed=1)
        assert room.executed() == FILES["postgres"]


def test_without_a_retry_the_trial_is_missed(tmp_path, names):
    room = Room(tmp_path, LEFT_OUT["retry"])
    with served(room, names) as address:
        assert one_is_killed(room, address) == 0, room.said
        with pytest.raises(AssertionError):
            room.check(address, failed=1)


def test_one_database_for_both_fails_as_the_notebook_says(
    tmp_path, monkeypatch, server_environment, names
):
    monkeypatch.chdir(tmp_path)
    database = names["study"]
    subprocess.run(
        ["createdb", database], env=server_environment, timeout=60, check=True
    )
    optuna.create_study(storage=f"{DRIVER}/{database}")
    port = free_port()
    command = ["mlflow", "server", "--backend-store-uri", f"{DRIVER}/{database}"]
    with pytest.raises(ServiceError, match="(?s)ended before it was up"):
        Service([*command, "--port", str(port)], port, "/health", "tracking.log")
    assert "Can't locate revision" in Path("tracking.log").read_text(encoding="utf-8")
