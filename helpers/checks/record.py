"""A record of MLflow for the checks, so that no answer reaches the reader's own."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import mlflow
from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run, RunTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking import fluent
from mlflow.tracking._tracking_service import utils
from mlflow.utils.thread_utils import ThreadLocalVariable

from helpers import stores

_get_any_store = utils._tracking_store_registry.get_store


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="checks-", ignore_cleanup_errors=True)


@functools.cache
def store() -> SqlAlchemyStore:
    """Return the checks' own store."""
    folder = Path(_folder().name)
    with patch.object(utils._tracking_store_registry, "get_store", _get_any_store):
        address = stores.create_mlflow_database(folder / "checks.db")
    return SqlAlchemyStore(address, (folder / "artifacts").as_uri())


@functools.cache
def own_experiment() -> str:
    """Return an experiment whose files lie beside the checks' store."""
    return store().create_experiment("checks")


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Send every call of MLflow to the checks' store; no run of the reader is open."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
            os.environ.pop(name, None)
        # Whatever address is asked for, also by a client that the reader has made.
        registry = utils._tracking_store_registry
        stack.enter_context(patch.object(registry, "get_store", lambda *_: store()))
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


def new_run(
    params: dict | None = None,
    metrics: dict | None = None,
    digests: Sequence[str] = (),
    tags: dict | None = None,
    experiment: str = "",
) -> str:
    """Write a run into the checks' store, and return its id."""
    known = [RunTag(*tag) for tag in (tags or {}).items()]
    run_id = (
        store()
        .create_run(experiment or own_experiment(), "reader", 0, known, None)
        .info.run_id
    )
    store().log_batch(
        run_id,
        [Metric(name, value, 0, 0) for name, value in (metrics or {}).items()],
        [Param(name, value) for name, value in (params or {}).items()],
        [],
    )
    if digests:
        used = [
            Dataset(f"set {k}", digest, "http", "{}")
            for k, digest in enumerate(digests)
        ]
        store().log_inputs(run_id, [DatasetInput(item, []) for item in used])
    return run_id


def made_run(*arguments, **options) -> Run:
    """Write a run as `new_run`, and return it as `client.get_run` does."""
    return store().get_run(new_run(*arguments, **options))
