"""What the notebooks wrote into MLflow's and Optuna's databases, read afterwards.

`make test` runs each notebook once, in notebooks/, then these tests, and tells them by
RECORD_SINCE when it began: they read only the experiments that it has made, so no
notebook runs twice and yesterday's record does not count. In a plain `pytest`,
conftest.py moves them behind the notebooks of the same session. Where a
notebook did not run (`pytest tests`, `-k`), its tests are skipped and say so.
"""

import os

import helpers  # noqa: F401  (before TensorFlow, so that it stays quiet)
import keras
import mlflow
import pytest

from helpers import data
from tests.record.reading import ROOT, Record

from tools import NOTEBOOKS


@pytest.fixture(scope="module")
def ran(request):
    """Give a function that skips the test where a notebook did not run before it."""
    in_session = {item.path for item in request.session.items}

    def find(number):
        notebooks = [path for path in NOTEBOOKS if path.name[:2] == number]
        if not notebooks:
            pytest.skip(f"there is no notebook {number}")
        if os.environ.get("RECORD_OF", number) != number:
            pytest.skip("tools/mutants.py asks for another notebook")
        if "RECORD_SINCE" not in os.environ and notebooks[0] not in in_session:
            pytest.skip(f"{notebooks[0].name} did not run here: use `make test`")

    return find


@pytest.fixture(scope="module")
def read(ran):
    """Give a function that reads the record of a notebook, or skips the test."""
    database = ROOT / "notebooks" / "mlflow.db"
    mlflow.set_tracking_uri(f"sqlite:///{database.as_posix()}")
    records = {}

    def record_of(number):
        ran(number)
        if number not in records:
            records[number] = Record(number)
        return records[number]

    yield record_of
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def split():
    keras.config.disable_interactive_logging()
    return data.split_events(data.load_events())
