"""What MLflow's, Optuna's and TensorBoard's pages answer in JupyterLab, and to whom.

No browser is needed here; tests/test_browser.py looks at the same pages with one.
"""

import sys
import urllib.error
import urllib.request

import pytest

from tools.browser import WAIT


def test_before_any_run_the_pages_are_empty_not_errors(empty_pages):
    assert {page: status for page, (status, _) in empty_pages.items()} == {
        page: 200 for page in empty_pages
    }
    assert '"study_summaries": []' in empty_pages["optuna/api/studies"][1]


SERVERS = {
    "mlflow": "mlflow/ajax-api/2.0/mlflow/runs/search",
    "optuna": "optuna/api/studies",
    "tensorboard": "tensorboard/data/runs",
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_request_without_the_token_is_refused(lab, empty_pages, name):
    status, text = lab.get(SERVERS[name], Authorization="none")
    assert status == 403 or "token" in text.lower()
    assert "study_summaries" not in text and "runs" not in text.lower()[:200]


laptop_only = pytest.mark.parametrize(
    "lab", [pytest.param("/", id="root")], indirect=True, scope="module"
)


@laptop_only
@pytest.mark.parametrize("name", SERVERS)
def test_a_foreign_host_is_refused(lab, empty_pages, name):
    assert lab.get(SERVERS[name], Host="evil.example")[0] == 403


@laptop_only
@pytest.mark.parametrize("name", SERVERS)
def test_a_foreign_origin_is_refused(lab, empty_pages, name):
    body = b'{"experiment_ids": ["0"]}' if name != "tensorboard" else None
    headers = {"Content-Type": "application/json", "Origin": "http://evil.example"}
    assert lab.get(SERVERS[name], body, **headers)[0] == 403


@pytest.mark.parametrize("name", SERVERS)
def test_the_servers_own_port_is_as_strict(lab, empty_pages, name):
    """Not only through Jupyter: the port on loopback refuses them as well."""
    (port,) = {
        command.split()[-2]
        for command in lab.servers().values()
        if f"helpers.launch.servers {name} " in command
    }
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/{SERVERS[name].partition('/')[2]}",
            b"{}" if "Origin" in headers and name != "tensorboard" else None,
            {"Content-Type": "application/json"} | headers,
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=WAIT)
        assert refused.value.code == 403


def test_the_mlflow_server_is_one_process(lab, empty_pages):
    """No second worker, no waiting parent, no job processes: Binder has 2 GB."""
    commands = [command.replace(sys.prefix, "") for command in lab.servers().values()]
    serving = [command for command in commands if "doorkeeper" not in command]
    assert sum("mlflow" in command for command in serving) == 1
