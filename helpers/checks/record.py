"""A record of MLflow for the checks, so that no answer reaches the reader's own."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import mlflow
import sqlalchemy
from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking import fluent
from mlflow.tracking._tracking_service import utils
from mlflow.utils.thread_utils import ThreadLocalVariable

from helpers import stores

_registry = utils._tracking_store_registry


@functools.cache
def store() -> SqlAlchemyStore:
    """Return the checks' own store: one per kernel, gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="checks-", ignore_cleanup_errors=True)
    database = Path(folder.name, "checks.db")
    stores.write_mlflow_tables(database)
    made = SqlAlchemyStore(f"sqlite:///{database.as_posix()}", database.parent.as_uri())
    made.folder = folder

    @sqlalchemy.event.listens_for(made.engine, "connect")
    def need_not_last(connection, _) -> None:  # waiting for the disk took seconds
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")

    made.engine.dispose()
    return made


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Send every call of MLflow to the checks' store; no run of the reader is open."""
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
        os.environ.pop(name, None)  # `no_trace` puts them back
    # Else MLflow waits for a second whenever it is asked to finish.
    os.environ["MLFLOW_ASYNC_LOGGING_BUFFERING_SECONDS"] = "1"
    with contextlib.ExitStack() as stack:
        for owner, name, value in [
            # Whatever address is asked for, also by a client that the reader has made.
            (_registry, "get_store", lambda *_: store()),
            (fluent, "_active_run_stack", ThreadLocalVariable(list)),
            (fluent, "_last_active_run_id", ThreadLocalVariable(lambda: None)),
            (fluent, "_active_experiment_id", None),
            (utils, "_tracking_uri", utils._tracking_uri),
        ]:
            stack.enter_context(patch.object(owner, name, value))
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
    experiment: str = "0",
) -> Run:
    """Write a run into the checks' store, and return it as `client.get_run` does."""
    client = mlflow.MlflowClient()
    run = client.create_run(experiment, tags=tags)
    numbers = [Metric(*one, 0, 0) for one in (metrics or {}).items()]
    texts = [Param(*one) for one in (params or {}).items()]
    sets = [Dataset(f"set {k}", one, "http", "{}") for k, one in enumerate(digests)]
    client.log_batch(run.info.run_id, numbers, texts)
    client.log_inputs(run.info.run_id, [DatasetInput(one, []) for one in sets])
    return client.get_run(run.info.run_id)
