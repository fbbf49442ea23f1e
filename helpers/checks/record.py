"""A record of MLflow for the checks, so that no answer reaches the reader's own."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import mlflow
from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking import fluent
from mlflow.tracking._tracking_service import utils
from mlflow.utils.thread_utils import ThreadLocalVariable
from sqlalchemy import event

from helpers import stores


@functools.cache
def store() -> SqlAlchemyStore:
    """Return the checks' own store: one per kernel, gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="checks-", ignore_cleanup_errors=True)
    database = Path(folder.name, "checks.db")
    stores.write_mlflow_tables(database)
    made = SqlAlchemyStore(f"sqlite:///{database.as_posix()}", database.parent.as_uri())
    made.folder = folder
    # Waiting for the disk took seconds, and what is written need not last.
    quick = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY"
    event.listen(made.engine, "connect", lambda one, _: one.executescript(quick))
    made.engine.dispose()
    return made


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Send every call of MLflow to the checks' store; no run of the reader is open."""
    with (
        patch.multiple(
            fluent,
            _active_run_stack=ThreadLocalVariable(list),
            _last_active_run_id=ThreadLocalVariable(lambda: None),
            _active_experiment_id="0",
        ),
        # Whatever address is asked for, also by a client that the reader has made.
        patch.object(utils._tracking_store_registry, "get_store", lambda *_: store()),
        patch.object(utils, "_tracking_uri", utils._tracking_uri),
        # All variables are put back. Else MLflow waits whenever it is asked to finish.
        patch.dict(os.environ, MLFLOW_ASYNC_LOGGING_BUFFERING_SECONDS="1"),
    ):
        try:
            yield
        finally:
            while mlflow.active_run():
                mlflow.end_run()


def made_run(
    params: dict, metrics: dict, digests: Sequence = (), tags=None, named="set"
) -> Run:
    """Write a run into the checks' store, and return it as `client.get_run` does."""
    client = mlflow.MlflowClient()
    run_id = client.create_run("0", tags=tags).info.run_id
    numbers = [Metric(name, value, 0, 0) for name, value in metrics.items()]
    client.log_batch(run_id, numbers, [Param(*one) for one in params.items()])
    sets = [Dataset(f"{named}{k}", one, "http", "{}") for k, one in enumerate(digests)]
    client.log_inputs(run_id, [DatasetInput(one, []) for one in sets])
    return client.get_run(run_id)
