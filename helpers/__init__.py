"""The quiet start: import this package before TensorFlow, Optuna or MLflow.

Each switch is read when its library is imported, and each can be overruled by
setting the variable before Python starts.
"""

import logging
import os
import sys
from importlib.util import find_spec

from helpers import surroundings

_SWITCHES = {
    # No lines about oneDNN, and the same rounding on every processor family.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # TensorFlow's C++ part: errors only.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # A class room's machines send no usage reports.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Nothing about the tables of a new database, once per folder.
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # On a class's server the same outputs as locally; the notebooks have own links.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # A server that is away is no reason to wait for minutes (helpers/patience.py).
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}

# A Hub such as Binder lends fewer cores than the machine has, and says how many:
# one TensorFlow thread per core that is ours.
if _cores := os.environ.get("CPU_LIMIT"):
    _threads = str(max(1, round(float(_cores))))
    _SWITCHES |= {
        "TF_NUM_INTRAOP_THREADS": _threads,
        "TF_NUM_INTEROP_THREADS": _threads,
        "OMP_NUM_THREADS": _threads,
    }

for _name, _value in _SWITCHES.items():
    os.environ.setdefault(_name, _value)

# A search builds a new model per trial; TensorFlow would warn of each new trace. No
# level: TensorFlow sets its own when it is imported into a notebook.
logging.getLogger("tensorflow").addFilter(lambda line: line.levelno >= logging.ERROR)

_ipython = sys.modules.get("IPython")
_shell = _ipython.get_ipython() if _ipython else None
_shell = _shell if hasattr(_shell, "kernel") else None
surroundings.settle(_shell)


class WrongKernelError(ImportError):
    """This Python is not the course's; the message has the cure."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython what a notebook shows: one line instead of a trace."""
        return [f"{type(self).__name__}: {self}"]


# In a notebook a store's error is one line, an interrupt leaves no lock, and each
# figure gets a text of its own. The servers need no Matplotlib.
if _shell:
    _needed = ("keras", "tensorflow", "optuna", "mlflow", "pandas", "filelock")
    if _missing := [name for name in _needed if not find_spec(name)]:
        raise WrongKernelError(
            f"this notebook runs in {sys.executable}, which is not the course's Python"
            f" ({', '.join(_missing)} missing). Start JupyterLab with `make lab`, or"
            " choose the kernel of the folder .venv (menu Kernel, Change Kernel)."
        )
    from helpers import figures, session

    session.attach()
    figures.install()
