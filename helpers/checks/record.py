"""A record of MLflow for the checks, so that no answer reaches the reader's own."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import mlflow
import mlflow.tracking
from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run, RunStatus, RunTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking import artifact_utils, fluent
from mlflow.tracking._tracking_service import utils
from mlflow.utils.thread_utils import ThreadLocalVariable

from helpers import stores


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="checks-", ignore_cleanup_errors=True)


@functools.cache
def store() -> SqlAlchemyStore:
    """Return the checks' own store."""
    folder = Path(_folder().name)
    address = stores.create_mlflow_database(folder / "checks.db")
    return SqlAlchemyStore(address, (folder / "artifacts").as_uri())


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Send every call of MLflow to the checks' store; no run of the reader is open."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
            os.environ.pop(name, None)
        for place in (utils, mlflow.tracking, artifact_utils):
            # Whatever address is asked for, also by a client that the reader has made.
            stack.enter_context(
                patch.object(place, "_get_store", lambda *_, **__: store())
            )
        for name, value in [
            ("_active_run_stack", ThreadLocalVariable(default_factory=list)),
            ("_last_active_run_id", ThreadLocalVariable(default_factory=lambda: None)),
            ("_active_experiment_id", None),
        ]:
            stack.enter_context(patch.object(fluent, name, value))
        stack.enter_context(patch.object(utils, "_tracking_uri", utils._tracking_uri))
        stack.callback(close_runs)
        yield


def close_runs() -> int:
    """End all runs that are open, and return how many there were."""
    count = 0
    while mlflow.active_run():
        mlflow.end_run()
        count += 1
    return count


def made_run(
    params: dict | None = None,
    metrics: dict | None = None,
    digests: Sequence[str] = (),
    tags: dict | None = None,
    status: str = "FINISHED",
) -> Run:
    """Return a run as `client.get_run` does, from the checks' store."""
    new = (
        store()
        .create_run(
            "0", "reader", 0, [RunTag(*tag) for tag in (tags or {}).items()], None
        )
        .info
    )
    store().log_batch(
        new.run_id,
        [Metric(name, value, 0, 0) for name, value in (metrics or {}).items()],
        [Param(name, value) for name, value in (params or {}).items()],
        [],
    )
    if digests:
        used = [Dataset("MAGIC", digest, "http", "{}") for digest in digests]
        store().log_inputs(new.run_id, [DatasetInput(item, []) for item in used])
    store().update_run_info(new.run_id, RunStatus.from_string(status), 1, None)
    return store().get_run(new.run_id)
