"""What the reader's shell, home and files bring along, and what the course does.

Overruled: the stored results would not come out, or a library would not start.
Extended: the reader's own value stays, with what this machine needs.
Everything else is honoured: number of threads, GPU, proxies, certificates, locale,
where Jupyter keeps its files, TensorFlow's and MLflow's own messages.
"""

import os
import warnings
from pathlib import Path

DEFAULTS = Path(__file__).with_name("defaults")
OWN_MACHINE = "localhost,127.0.0.1,::1"

# Set, whatever the shell says.
SET = {
    "KERAS_BACKEND": "tensorflow",  # the only one in this environment
    "KERAS_HOME": str(DEFAULTS),  # not ~/.keras/keras.json: its floatx, its backend
    "MATPLOTLIBRC": str(DEFAULTS / "matplotlibrc"),  # not ~/.config/matplotlib
    "COLUMNS": "80",  # the width of tables
}
# Taken away: what another project has left in the shell.
TAKEN = (
    # Keras: shorter trainings, other parts of the library.
    *("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED"),
    *("KERAS_TORCH_DEVICE", "KERAS_FLOATX", "KERAS_EPSILON"),
    # TensorFlow and XLA: a flag that they do not know ends the kernel.
    *("XLA_FLAGS", "TF_XLA_FLAGS", "TF_USE_LEGACY_KERAS", "TF_CPP_MAX_VLOG_LEVEL"),
    # MLflow: another experiment, a run that is resumed, values that arrive later.
    *("MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"),
    *("MLFLOW_RUN_CONTEXT", "MLFLOW_ENABLE_ASYNC_LOGGING", "MLFLOW_WORKSPACE"),
    *("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "MLFLOW_ENABLE_WORKSPACES"),
    *("MLFLOW_SQLALCHEMYSTORE_POOLCLASS", "MLFLOW_SQLALCHEMYSTORE_ECHO"),
    *("MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW"),
    *("MLFLOW_DEFAULT_ARTIFACT_ROOT", "_MLFLOW_SERVER_ARTIFACT_ROOT"),
    *("MLFLOW_BACKEND_STORE_URI", "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING"),
    # Python, pandas, NumPy, SciPy: other types, other texts.
    *("PYTHONIOENCODING", "FORCE_COLOR", "SQLALCHEMY_WARN_20", "SCIPY_ARRAY_API"),
    *("PANDAS_FUTURE_INFER_STRING", "PANDAS_COPY_ON_WRITE", "NPY_PROMOTION_STATE"),
    # Git: notebook 05 asks for the commit of the course, not of another folder.
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CEILING_DIRECTORIES"),
    *("GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE_PERFORMANCE", "GIT_TRACE2"),
)
# Taken away unless MLFLOW_TRACKING_URI names a class's server.
OF_A_CLASS = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")


def settle(shell: object | None = None) -> None:
    """Overrule what would change the course's results, before a library reads it."""
    os.environ.update(SET)
    for name in TAKEN:
        os.environ.pop(name, None)
    # In a notebook alone: for its workers and its services MLflow itself sets them.
    if shell and not os.environ.get("MLFLOW_TRACKING_URI", "").startswith("http"):
        for name in OF_A_CLASS:
            os.environ.pop(name, None)
    _spare_this_machine()
    if os.environ.pop("PYTHONWARNINGS", None):
        _warn_as_usual()
    cache = os.environ.get("MPLCONFIGDIR")
    if cache and not os.access(cache, os.W_OK):
        del os.environ["MPLCONFIGDIR"]
    if shell:  # what ipython_config.py and start-up files may have changed
        shell.ast_node_interactivity = "last_expr"
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"


def _spare_this_machine() -> None:
    """Keep requests to this machine away from a proxy, in both spellings."""
    named = [os.environ.get(name, "") for name in ("no_proxy", "NO_PROXY")]
    hosts = ",".join([*named, OWN_MACHINE]).split(",")
    spared = ",".join(dict.fromkeys(host.strip() for host in hosts if host.strip()))
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = spared


def _warn_as_usual() -> None:
    """Forget PYTHONWARNINGS: `error` would stop the import of a library."""
    warnings.resetwarnings()
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning):
        warnings.simplefilter("ignore", kind)
    warnings.simplefilter("ignore", ResourceWarning)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
