"""The tile MLflow opens the class's page, logged in as the learner, in a browser."""

import json
import os
import shutil

import mlflow
import pytest

from helpers import stores
from helpers.launch import classroom
from helpers.launch.service import free_port
from tests.test_browser import click_to_new_tab, find, wait_for
from tools.browser import TOKEN, Lab, needs_chromium, open_browser
from tests.test_browser import ROOT

pytestmark = needs_chromium
EXPERIMENTS = {"Ada": "Ada: 05 logging, today", "Ben": "Ben: 05 logging, today"}
DELETE = "mlflow/ajax-api/2.0/mlflow/experiments/delete"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The address of a class's server, its passwords, and an experiment of each."""
    folder = tmp_path_factory.mktemp("class")
    before, uri = dict(os.environ), mlflow.get_tracking_uri()
    people = classroom.accounts(folder, list(EXPERIMENTS))
    store = stores.create_mlflow_database(folder / "mlflow.db")
    server = classroom.start(folder, free_port(), store, people)
    made = {}
    for name, password in people[1:]:
        os.environ["MLFLOW_TRACKING_USERNAME"] = name
        os.environ["MLFLOW_TRACKING_PASSWORD"] = password
        made[name] = mlflow.MlflowClient().create_experiment(EXPERIMENTS[name])
    os.environ.clear()
    os.environ.update(before)
    mlflow.set_tracking_uri(uri)
    yield server.url, dict(people), made
    server.stop()


@pytest.fixture(scope="module", params=["/user/abc/", "/"], ids=["hub", "root"])
def adas_lab(request, room, tmp_path_factory):
    """Ada's JupyterLab, in a course without any record of its own."""
    address, passwords, _ = room
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "helpers", folder / "helpers")
    (folder / "notebooks").mkdir()
    named = {"MLFLOW_TRACKING_URI": address, "MLFLOW_TRACKING_USERNAME": "Ada"}
    named["MLFLOW_TRACKING_PASSWORD"] = passwords["Ada"]
    lab = Lab(folder, request.param, **named)
    yield lab
    lab.kill()


def test_the_tile_opens_the_classs_page_logged_in(adas_lab, tmp_path):
    browser = open_browser(tmp_path, adas_lab)
    try:
        browser.get(f"{adas_lab.address}lab?reset&token={TOKEN}")
        click_to_new_tab(browser, find(browser, ".jp-LauncherCard", "MLflow"))
        for experiment in EXPERIMENTS.values():
            wait_for(browser, experiment)
        assert browser.current_url.startswith(adas_lab.address)
    finally:
        browser.quit()
    assert not list((adas_lab.folder / "notebooks").glob("*.db"))


def test_through_the_tile_a_learner_is_who_they_are(adas_lab, room):
    made = room[2]
    body = json.dumps({"experiment_id": made["Ben"]}).encode()
    status, said = adas_lab.get(DELETE, body, Content_Type="application/json")
    assert status == 403, said
    refused = adas_lab.get(DELETE, body, Authorization="none")[0]
    assert refused == 403, "without Jupyter's token nobody is Ada"
