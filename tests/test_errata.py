"""Every statement about the slides of 2023, shown on the installed libraries.

One test per row of docs/errata.toml, with the row's name. The calls are ours and
show the same fault as the slide's.
"""

import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from contextlib import redirect_stderr, redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import helpers  # noqa: F401
import keras
import matplotlib
import matplotlib.pyplot as plt
import mlflow
import nbformat
import numpy as np
import optuna
import pandas as pd
import pytest
import tensorflow as tf
from jupyter_client.manager import KernelManager
from mlflow.models import infer_signature
from nbclient import NotebookClient
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from helpers import data, metrics, models, stores
from tools import NOTEBOOKS, errata

matplotlib.use("agg")
optuna.logging.set_verbosity(optuna.logging.WARNING)
layers = keras.layers
IDS = [row["id"] for row in errata.rows()]


# --- one source, one test per row ---------------------------------------------

SHOWN = {}


def shows(says: str, today: str, instead: str):
    """Say which row a test proves; who changes the row reads its proof."""

    def note(test):
        SHOWN[test.__name__.removeprefix("test_")] = [says, today, instead]
        return test

    return note


def test_every_row_has_its_test_and_every_test_its_row():
    assert sorted(SHOWN) == sorted(IDS)
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("row", errata.rows(), ids=IDS)
def test_every_row_says_what_its_test_shows(row):
    for key, proven in zip(("says", "today", "instead"), SHOWN[row["id"]], strict=True):
        why = (
            f"errata.toml, row {row['id']}: {key} is {row[key]!r}; proven is {proven!r}"
        )
        assert row[key] == proven, why


def test_every_row_says_something():
    for row in errata.rows():
        assert set(row) == {"id", "slide", "notebooks", "says", "today", "instead"}
        assert all(row[key] for key in ("slide", "says", "today", "instead"))


def test_the_page_is_written_from_the_source():
    assert errata.PAGE.read_text(encoding="utf-8") == errata.page()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebooks_tables_are_written_from_the_source(path):
    sections = [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown" and errata.HEADING in cell.source
    ]
    assert sections == [errata.notebook_table(path.name[:2])]


# --- what the rows rest on ------------------------------------------------------


@pytest.fixture(scope="module")
def split():
    return data.split_events(data.load_events())


def run_python(code, folder):
    """Run code in a new process that knows nothing of this one's MLflow."""
    clean = {name: os.environ[name] for name in os.environ if "MLFLOW" not in name}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(errata.ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty folder with a new MLflow database, as the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_ID"):
        monkeypatch.setenv(name, "")  # MLflow sets them, and children inherit them
    # The whole path: MLflow keeps one open store per address.
    mlflow.set_tracking_uri(stores.create_mlflow_database(tmp_path / "mlflow.db"))
    mlflow.set_experiment("slides")
    yield mlflow.MlflowClient()
    while mlflow.active_run():
        mlflow.end_run()


def fit(split, epochs=1, events=2000, model=None, **options):
    """Train the slides' network on a part of the events."""
    if model is None:
        model = models.build_classifier(learning_rate=0.01)
    x, y = split.x_train[:events], split.y_train[:events]
    options = {"verbose": 0, "batch_size": 128} | options
    return model, model.fit(x, y, epochs=epochs, **options)


def validation(split):
    return {"validation_data": (split.x_valid[:500], split.y_valid[:500])}


def valid_auc(split, model):
    return metrics.auc_with_error(
        split.y_valid, model.predict_proba(split.x_valid)[:, 1]
    )


# --- the life cycle (notebook 01) -----------------------------------------------


@shows(
    '"go fetch data"',
    "a truncated file loads without an error",
    "compare a checksum first",
)
def test_truncated_file(tmp_path):
    path = tmp_path / "magic.csv"
    path.write_bytes(data.DATA_FILE.read_bytes()[:500_000])
    assert 5_000 < len(pd.read_csv(path)) < 19_020
    with pytest.raises(data.DataFileError, match="truncated"):
        data.load_events(path)


@shows(
    "a network without a seed",
    "runs, with another result each time",
    "`keras.utils.set_random_seed(1)`",
)
def test_no_seed(split):
    def scores(seed=None):
        if seed is not None:
            keras.utils.set_random_seed(seed)
        return fit(split)[0](split.x_valid[:200]).numpy()

    assert np.abs(scores() - scores()).max() > 1e-3
    assert np.abs(scores(1) - scores(1)).max() < 1e-3


@shows(
    "`metrics=['accuracy']`",
    "runs; it hides a factor of four or more",
    "signal efficiency, of several seeds",
)
def test_accuracy_hides(split):
    accuracy, kept = [], []
    for model in (LogisticRegression(), HistGradientBoostingClassifier(random_state=0)):
        model.fit(split.x_train, split.y_train)
        scores = model.predict_proba(split.x_valid)[:, 1]
        accuracy.append(model.score(split.x_valid, split.y_valid))
        kept.append(metrics.signal_efficiency(split.y_valid, scores, 0.01))
    assert accuracy[1] / accuracy[0] < 1.2
    assert kept[1] / kept[0] > 4


@shows(
    '"better than a certain baseline"',
    "a tree is better, by less than the error",
    "`candidate_auc - baseline_auc > error`",
)
def test_better_than_a_baseline(split):
    baseline = LogisticRegression().fit(split.x_train, split.y_train)
    tree = DecisionTreeClassifier(max_leaf_nodes=8, random_state=0)
    tree.fit(split.x_train, split.y_train)
    tree_auc, error = valid_auc(split, tree)
    assert 0 < tree_auc - valid_auc(split, baseline)[0] < error


# --- the searches (notebooks 02 and 03) -----------------------------------------


@shows(
    "`optuna.create_study()` with an accuracy",
    "runs, and `best_trial` is the **worst** trial",
    '`create_study(direction="maximize")`',
)
def test_minimises():
    study = optuna.create_study()
    study.optimize(lambda trial: trial.suggest_float("accuracy", 0, 1), n_trials=8)
    values = [trial.value for trial in study.trials]
    assert study.best_trial.value == min(values) < max(values)


@shows(
    "`evaluate(x_test, y_test)` in the objective",
    "runs, and the test set is used up",
    "score on a validation part, test once",
)
def test_test_set_chooses():
    """The best of many guesses on one set looks good there, and only there."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0.0, 1.0], 200)
    guesses = generator.normal(size=(200, 400))
    aucs = [metrics.auc_with_error(labels, guess)[0] for guess in guesses]
    error = metrics.auc_with_error(labels, guesses[0])[1]
    assert max(aucs) > 0.5 + 2 * error
    fresh = generator.permutation(labels)
    assert (
        metrics.auc_with_error(fresh, guesses[np.argmax(aucs)])[0] < max(aucs) - error
    )


@shows(
    "range `1e-5` to `1e-2`",
    "the best value sits at the upper edge",
    "widen, here to 1",
)
def test_range_ends_too_early(split):
    aucs = []
    for rate in (1e-3, 3e-3, 1e-2):
        keras.utils.set_random_seed(1)
        model = models.build_classifier(learning_rate=rate)
        fit(split, epochs=5, events=None, model=model)
        scores = model(split.x_valid).numpy()
        aucs.append(metrics.auc_with_error(split.y_valid, scores)[0])
    assert aucs == sorted(aucs)


@shows(
    '"run optimization in //"',
    "`optimize(n_trials=…)` runs one trial after the other",
    "`n_jobs=2`, or several processes on one storage",
)
@pytest.mark.parametrize(("n_jobs", "together"), [(None, 1), (2, 2)])
def test_not_parallel(n_jobs, together):
    running, most, lock = 0, 0, threading.Lock()

    def objective(trial):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.1)
        with lock:
            running -= 1
        return 0.0

    options = {} if n_jobs is None else {"n_jobs": n_jobs}
    optuna.create_study().optimize(objective, n_trials=6, **options)
    assert most == together


@shows(
    "`model.fit(…)` without `verbose`",
    "one progress line per epoch and trial",
    "`verbose=0`, and `show_progress_bar=True`",
)
def test_verbose_fit(split):
    printed = io.StringIO()
    with redirect_stdout(printed):
        fit(split, epochs=3, verbose="auto")
    assert [f"Epoch {k}/3" in printed.getvalue() for k in (1, 2, 3)] == [True] * 3


@shows(
    "a lone `d` after `model.add(…)`",
    "`SyntaxError`",
    "delete it",
)
def test_lone_d():
    with pytest.raises(SyntaxError):
        compile("model.add(layer) d\n", "slide", "exec")


def nine_architectures(trial):
    trial.suggest_int("num_layers", 1, 3)
    trial.suggest_categorical("first_layer", [32, 64, 128])
    return 0.0


@shows(
    "100 trials on nine architectures",
    "runs, and repeats the same nine",
    "count first; `BruteForceSampler`",
)
def test_hundred_trials_on_nine():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(nine_architectures, n_trials=100)
    assert len(study.trials) == 100
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 9
    brute = optuna.create_study(sampler=optuna.samplers.BruteForceSampler(seed=0))
    brute.optimize(nine_architectures, n_trials=100)
    assert len(brute.trials) == 9


@shows(
    "`Sequential()` without an input",
    "runs, but `count_params()` before `fit` is a `ValueError`",
    "`keras.Input((10,))` first",
)
def test_sequential_without_input(split):
    model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)])
    with pytest.raises(ValueError, match="not yet built|isn't built|build"):
        model.count_params()
    model.compile("adam", "mse")
    fit(split, model=model)
    assert model.count_params() > 0


@shows(
    "32 units in each further layer",
    "runs; their width is not searched",
    "one width per layer, in a loop",
)
def test_further_layers_are_fixed():
    def create(trial):
        first = trial.suggest_categorical("first_layer", [32, 64, 128])
        depth = trial.suggest_int("num_layers", 1, 3)
        return [first if k == 0 else 32 for k in range(depth)]

    study = optuna.create_study(sampler=optuna.samplers.BruteForceSampler(seed=0))
    widths = []
    study.optimize(lambda trial: widths.append(create(trial)) or 0.0)
    assert {width for network in widths for width in network[1:]} == {32}


# --- the callbacks (notebook 04) -------------------------------------------------


class Recorder(keras.callbacks.Callback):
    """Keep the `logs` of each epoch; no `super().__init__()`, as on the slide."""

    def __init__(self):
        self.logs = []

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


@shows(
    "`study.report(…)`",
    "`AttributeError`",
    "`trial.report(value, epoch)`, and then ask `trial.should_prune()`",
)
def test_study_report():
    with pytest.raises(AttributeError, match="report"):
        optuna.create_study().report(0.9, 1)
    assert hasattr(optuna.Trial, "report") and hasattr(optuna.Trial, "should_prune")


@shows(
    "`logs['val_acc']`",
    "`KeyError`",
    '`logs["val_accuracy"]`, or another name from `sorted(logs)`',
)
def test_val_acc(split):
    recorder = Recorder()
    fit(split, callbacks=[recorder], **validation(split))
    with pytest.raises(KeyError, match="val_acc"):
        recorder.logs[0]["val_acc"]
    assert "val_accuracy" in recorder.logs[0]


@shows(
    "`fit` without validation data",
    "no `val_…` in `logs`",
    "`validation_data=(split.x_valid, split.y_valid)`",
)
def test_no_validation_in_logs(split):
    recorder = Recorder()
    fit(split, callbacks=[recorder])
    assert sorted(recorder.logs[0]) == ["accuracy", "loss"]


@shows(
    "`__init__` without `super().__init__()`",
    "runs, by luck",
    "call it first",
)
def test_super_init(split):
    """It runs since `fit` sets what `__init__` would have set."""
    recorder = Recorder()
    with pytest.raises(AttributeError):
        _ = recorder.model
    assert keras.callbacks.Callback().model is None
    fit(split, callbacks=[recorder])
    assert len(recorder.logs) == 1


@shows(
    "`optuna.create_study()`",
    "minimises, so a pruner would keep the *worst* trials",
    '`direction="maximize"`',
)
def test_pruner_keeps_the_worst():
    pruner = optuna.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=0)
    study = optuna.create_study(pruner=pruner)
    for accuracy in (0.7, 0.8):
        trial = study.ask()
        trial.report(accuracy, 0)
        study.tell(trial, accuracy)
    pruned = {}
    for accuracy in (0.6, 0.9):
        trial = study.ask()
        trial.report(accuracy, 0)
        pruned[accuracy] = trial.should_prune()
    assert pruned == {0.6: False, 0.9: True}


# --- the record (notebook 05) ----------------------------------------------------


@shows(
    "`Adam(lr=…, decay=0.1)`",
    "`lr`: `ValueError`; `decay`: ignored, with a warning",
    "`Adam(learning_rate=schedule)`",
)
def test_adam_lr_and_decay():
    with pytest.raises(ValueError, match="lr"):
        keras.optimizers.Adam(lr=0.01)
    with pytest.warns(UserWarning, match="decay"):
        adam = keras.optimizers.Adam(learning_rate=0.01, decay=0.1)
    weight = keras.Variable(1.0)
    for _ in range(10):
        adam.apply_gradients([(keras.ops.ones(()), weight)])
    assert float(adam.learning_rate) == pytest.approx(0.01)
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.01, 1, 0.1)
    assert float(schedule(10)) == pytest.approx(0.005)


def log_quickly(model, **options):
    """Log a model the way the course does, so that it takes no seconds."""
    x = np.zeros((1, 10), np.float32)
    signature = infer_signature(x, model(x).numpy())
    return mlflow.tensorflow.log_model(
        model, name="model", signature=signature, pip_requirements=["keras"], **options
    )


@shows(
    "`log_model(…)` before `start_run()`",
    "runs, and the model belongs to no run",
    "everything inside the `with` block",
)
def test_model_before_run(store):
    model = models.build_classifier()
    before = log_quickly(model)
    with mlflow.start_run() as run:
        inside = log_quickly(model)
    assert not before.run_id
    assert inside.run_id == run.info.run_id
    outputs = mlflow.get_run(run.info.run_id).outputs.model_outputs
    assert [output.model_id for output in outputs] == [inside.model_id]


@shows(
    "a `log_param(…)` before `start_run()`",
    "opens a run by itself, and `start_run()` then fails",
    "everything inside the `with` block",
)
def test_param_before_run(store):
    mlflow.log_param("learning_rate", 0.1)
    assert mlflow.active_run() is not None
    with pytest.raises(Exception, match="already active"):
        mlflow.start_run()


@shows(
    '`log_model(model, "model_name")`',
    "warns twice: `artifact_path` is deprecated, and there is no signature; "
    "takes seconds",
    "`name=`, `signature=`, `pip_requirements=`",
)
def test_positional_name(store, split):
    model = models.build_classifier()
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logger = logging.getLogger("mlflow")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with mlflow.start_run(), redirect_stderr(said):
            start = time.monotonic()
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                logged = mlflow.tensorflow.log_model(model, "model_name")
            slow = time.monotonic() - start
            start = time.monotonic()
            log_quickly(model)
            quick = time.monotonic() - start
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert "artifact_path" in said.getvalue() and "deprecated" in said.getvalue()
    assert "signature" in said.getvalue()
    assert mlflow.models.get_model_info(logged.model_uri).signature is None
    assert slow > 4 * quick


@shows(
    "`Dense(64, input_shape=(10,))`",
    "a warning",
    "`keras.Input((10,))` as the first layer",
)
def test_input_shape():
    with pytest.warns(UserWarning, match="input_shape"):
        keras.Sequential([layers.Dense(64, activation="relu", input_shape=(10,))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras.Sequential([keras.Input((10,)), layers.Dense(64, activation="relu")])


@shows(
    "`model.evaluate(CX_test, y_test)`",
    "`NameError`: the variable does not exist",
    "score on the validation part",
)
def test_cx_test():
    with pytest.raises(NameError, match="CX_test"):
        exec("len(CX_test)", {"X_test": [], "y_test": []})


def run_in_a_kernel(code, folder, kernel_id):
    """Run one cell in a kernel of this id; return what it prints."""
    manager = KernelManager(connection_file=str(folder / f"kernel-{kernel_id}.json"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, km=manager, resources=resources).execute()
    return notebook.cells[0].outputs[-1].text.strip()


class OneSession(BaseHTTPRequestHandler):
    """Answers as a Jupyter server that has one notebook open."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"path": "notebooks/my.ipynb", "kernel": {"id": "1"}}]')

    def log_message(self, *_):
        pass


@shows(
    '"each run will log code"',
    "from a notebook only a name: the notebook's own in JupyterLab, elsewhere "
    "`ipykernel_launcher.py`",
    "log the notebook file, a checksum of the code, and the commit",
)
def test_logs_code(tmp_path, monkeypatch):
    """What a run in a notebook keeps of the code, inside JupyterLab and outside."""
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)  # what other tests have set
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    code = """import helpers, mlflow
from helpers import stores
mlflow.set_tracking_uri(stores.create_mlflow_database())
with mlflow.start_run() as run:
    pass
print(run.data.tags["mlflow.source.name"])"""
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneSession)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = {"url": f"http://127.0.0.1:{server.server_port}/", "token": ""}
    (tmp_path / "jpserver-1.json").write_text(json.dumps(address))
    try:
        assert run_in_a_kernel(code, tmp_path, "1") == "my.ipynb"
        elsewhere = run_in_a_kernel(code, tmp_path, "2")
    finally:
        server.shutdown()
        server.server_close()
    assert os.path.basename(elsewhere) == "ipykernel_launcher.py"
    artifacts = [
        path for path in tmp_path.rglob("*") if path.suffix in (".py", ".ipynb")
    ]
    assert artifacts == []


# --- autolog (notebook 06) -------------------------------------------------------


AUTOLOG = """import helpers
import mlflow, numpy as np
from helpers import models, stores
x = np.random.default_rng(0).normal(size=(400, 10)).astype(np.float32)
y = (x[:, 0] > 0).astype(np.float32)
mlflow.set_tracking_uri(stores.create_mlflow_database())
mlflow.set_experiment("autolog")
mlflow.tensorflow.autolog()
with mlflow.start_run():
    models.build_classifier().fit(x, y, epochs=2, validation_split=0.2, verbose=0)"""


@pytest.fixture(scope="module")
def autologged(tmp_path_factory):
    """One `fit` under plain autolog, in a process of its own."""
    folder = tmp_path_factory.mktemp("autolog")
    done = run_python(AUTOLOG, folder)
    assert done.returncode == 0, done.stderr
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("autolog").experiment_id
    (run,) = client.search_runs([experiment])
    files, folders = [], [""]
    while folders:
        for found in client.list_artifacts(run.info.run_id, folders.pop() or None):
            (folders if found.is_dir else files).append(found.path)
    return run, files, client.search_logged_models([experiment]), done.stderr


@shows(
    "`mlflow.tensorflow.autolog()`",
    "runs; stores checkpoints in an old format, a warning each time",
    "`autolog(checkpoint=False)`",
)
def test_autolog_checkpoints(autologged):
    _, files, _, stderr = autologged
    assert [path for path in files if path.endswith(".h5")]
    assert stderr.count("HDF5") >= 2  # one for each epoch


@shows(
    "stores an MLflow Model",
    "an object of its own, no longer in the run's artifacts; to store it takes "
    "longer than a short `fit`",
    "`log_models=False`, and log the best one by hand",
)
def test_autolog_model(autologged):
    run, files, logged, _ = autologged
    assert [model.source_run_id for model in logged] == [run.info.run_id]
    assert not [path for path in files if path.endswith("MLmodel")]


@shows(
    "TensorBoard logs",
    "only if TensorBoard is installed; if not, `fit` ends in an error",
    "`pip install tensorboard`",
)
def test_autolog_tensorboard(autologged, tmp_path):
    _, files, _, _ = autologged
    assert [path for path in files if path.startswith("tensorboard_logs/")]
    hidden = "import sys\nsys.modules['tensorboard'] = None  # not installed\n"
    done = run_python(hidden + AUTOLOG, tmp_path)
    assert done.returncode != 0
    assert "TBNotInstalledError" in done.stderr


@shows(
    "parameters of `fit_generator()`",
    "Keras 3 has no such method",
    "`fit`",
)
def test_fit_generator():
    assert not hasattr(keras.Model, "fit_generator")
    assert hasattr(keras.Model, "fit")


@shows(
    "validation loss",
    "there twice, as `val_loss` and `validation_loss`",
    "read `val_loss`",
)
def test_autolog_loss_twice(autologged):
    run, _, _, _ = autologged
    assert {"val_loss", "validation_loss"} <= set(run.data.metrics)
    assert run.data.metrics["val_loss"] == pytest.approx(
        run.data.metrics["validation_loss"]
    )


@shows(
    "only TensorFlow 2.3 to 2.13",
    "runs with 2.21",
    "the versions of this course's `requirements.txt`",
)
def test_tensorflow_versions(autologged):
    run, _, _, _ = autologged
    assert tf.__version__.startswith("2.21.")
    assert run.info.status == "FINISHED" and "loss" in run.data.metrics


# --- plots (notebook 07) ---------------------------------------------------------


@shows(
    "`history.history['val_loss']` after a `fit` without validation part",
    "`KeyError: 'val_loss'`",
    "`fit(…, validation_data=…)`",
)
def test_history_val_loss(split):
    _, history = fit(split)
    with pytest.raises(KeyError, match="val_loss"):
        history.history["val_loss"]
    _, history = fit(split, **validation(split))
    assert len(history.history["val_loss"]) == 1


@shows(
    "`log_artifact` on the last line, indented by two",
    "`IndentationError`; moved to the margin, it logs into a new run",
    "inside the `with` block",
)
def test_log_artifact_indent(store, tmp_path):
    code = "with context:\n    draw()\n  log('loss.png')\n"
    with pytest.raises(IndentationError):
        compile(code, "slide", "exec")
    (tmp_path / "loss.png").write_bytes(b"picture")
    with mlflow.start_run() as run:
        pass
    mlflow.log_artifact("loss.png")
    new = mlflow.active_run()
    assert new is not None and new.info.run_id != run.info.run_id
    assert store.list_artifacts(run.info.run_id) == []


@shows(
    '"stored in the DB"',
    "a file in `mlruns`; the database holds its place",
    "keep `mlflow.db` and `mlruns` together, and where they are",
)
def test_stored_in_the_db(store, tmp_path):
    picture = os.urandom(64)
    (tmp_path / "loss.png").write_bytes(picture)
    with mlflow.start_run() as run:
        mlflow.log_artifact("loss.png")
    (stored,) = (tmp_path / "mlruns").rglob("loss.png")
    assert stored.read_bytes() == picture
    assert picture not in (tmp_path / "mlflow.db").read_bytes()
    assert run.info.run_id.encode() in (tmp_path / "mlflow.db").read_bytes()


@shows(
    "`plt.plot(…)`, then `plt.savefig(…)`",
    "in a loop, the second picture shows the first run too",
    "`figure, axes = plt.subplots()` per run",
)
def test_pyplot_state():
    plt.close("all")
    curves = []
    for _ in range(2):
        plt.plot([1, 2])
        curves.append(len(plt.gca().lines))
    plt.close("all")
    assert curves == [1, 2]
    fresh = []
    for _ in range(2):
        figure, axes = plt.subplots()
        axes.plot([1, 2])
        fresh.append(len(axes.lines))
        plt.close(figure)
    assert fresh == [1, 1]


@shows(
    "`savefig` and `log_artifact`",
    "still work",
    '`mlflow.log_figure(figure, "loss.png")`, one line',
)
def test_savefig_still_works(store):
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    with mlflow.start_run() as run:
        plt.savefig("saved.png")
        mlflow.log_artifact("saved.png")
        mlflow.log_figure(figure, "logged.png")
    plt.close(figure)
    found = [artifact.path for artifact in store.list_artifacts(run.info.run_id)]
    assert sorted(found) == ["logged.png", "saved.png"]


@shows(
    '`set_experiment("ExperimentABC")`',
    "works; a second pass adds its runs to the same experiment",
    "a name with the date, or the same name on purpose",
)
def test_same_experiment(store):
    for _ in range(2):
        mlflow.set_experiment("ExperimentABC")
        with mlflow.start_run():
            mlflow.log_metric("accuracy", 0.92)
    assert len(mlflow.search_runs()) == 2


@shows(
    '`log_params({"learning_rate": 0.001, "epochs": 20})`',
    "works; each value is kept as text, and cannot be written twice",
    "`float(…)` when you read it back",
)
def test_params_are_text(store):
    with mlflow.start_run() as run:
        mlflow.log_params({"learning_rate": 0.001, "epochs": 20})
        with pytest.raises(mlflow.MlflowException, match="not allowed"):
            mlflow.log_param("epochs", 30)
    assert store.get_run(run.info.run_id).data.params == {
        "learning_rate": "0.001",
        "epochs": "20",
    }


@shows(
    '`log_metric("loss", 0.45)`',
    "works; without `step` all values stand at step 0",
    '`log_metric("loss", value, step=epoch)`',
)
def test_metric_without_step(store):
    with mlflow.start_run() as run:
        for loss in (0.45, 0.40):
            mlflow.log_metric("loss", loss)
    points = store.get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in points] == [0, 0]


@shows(
    '`set_tracking_uri("sqlite:///mlflow.db")`',
    "works; it is now also the default, where it used to be a folder of files",
    "say it all the same, so that the reader knows",
)
def test_default_store(tmp_path):
    code = "import mlflow; print(mlflow.get_tracking_uri())"
    printed = run_python(code, tmp_path).stdout.strip()
    assert printed.startswith("sqlite:///") and printed.endswith("mlflow.db")


# --- delivery, training, monitoring (notebook 08) ---------------------------------


@shows(
    "a diagram: CD delivers a service",
    "`mlflow models serve` delivers it from the registry",
    "`-m models:/NAME@champion --env-manager local`",
)
def test_delivery(store):
    model = models.build_classifier()
    with mlflow.start_run():
        logged = log_quickly(model, registered_model_name="gamma-hadron")
    version = logged.registered_model_version
    store.set_registered_model_alias("gamma-hadron", "champion", version)
    help_text = subprocess.run(
        [sys.executable, "-m", "mlflow", "models", "serve", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--env-manager" in help_text and "local" in help_text
    served = mlflow.tensorflow.load_model("models:/gamma-hadron@champion")
    x = np.ones((3, 10), np.float32)
    assert np.array_equal(served(x), model(x))


@shows(
    '`log_model(model, "name")`, with scaled features',
    "runs; the service gets a network without its scaler",
    'scaler and check inside the model, `name="model"`',
)
def test_model_without_scaler(store, split):
    model, _ = fit(split, epochs=2)
    with mlflow.start_run():
        logged = log_quickly(model)
    served = mlflow.pyfunc.load_model(logged.model_uri)
    raw = split.scaler.inverse_transform(split.x_valid[:200]).astype(np.float32)
    wrong = served.predict(raw)
    right = served.predict(split.x_valid[:200])
    assert np.abs(wrong - right).mean() > 0.1


@shows(
    "a diagram: CT retrains and serves",
    "an alias decides what is served",
    "`set_registered_model_alias`, behind a gate",
)
def test_training_behind_a_gate(store):
    store.create_registered_model("gamma-hadron")
    for _ in range(2):
        store.create_model_version("gamma-hadron", "models", run_id=None)
    served = []
    for version in ("1", "2", "1"):
        store.set_registered_model_alias("gamma-hadron", "champion", version)
        alias = store.get_model_version_by_alias("gamma-hadron", "champion")
        served.append(alias.version)
    assert [str(version) for version in served] == ["1", "2", "1"]


@shows(
    "a diagram: CM watches the model decay",
    "metrics with a step per night",
    "`log_metrics(…, step=night)`",
)
def test_monitoring_steps(store):
    with mlflow.start_run() as run:
        for night in range(4):
            mlflow.log_metrics({"auc": 0.9 - night / 100}, step=night)
    history = store.get_metric_history(run.info.run_id, "auc")
    assert [point.step for point in history] == [0, 1, 2, 3]
