"""The quiet start: import this package before TensorFlow, Optuna or MLflow.

Each switch is read when its library is imported, and each can be overruled by
setting the variable before Python starts.
"""

import logging
import os
import sys

_SWITCHES = {
    "KERAS_BACKEND": "tensorflow",
    # No lines about oneDNN, and the same rounding on every processor family.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # TensorFlow's C++ part: errors only.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # A class room's machines send no usage reports.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Nothing about the tables of a new database, once per folder.
    "MLFLOW_LOGGING_LEVEL": "WARNING",
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

# A search builds a new model per trial; TensorFlow would warn of each new trace.
logging.getLogger("tensorflow").setLevel(logging.ERROR)

# In a notebook a store's error is one line, an interrupt leaves no lock, and each
# figure gets a text of its own. The servers need no Matplotlib.
_ipython = sys.modules.get("IPython")
if _ipython and hasattr(_ipython.get_ipython(), "kernel"):
    from helpers import figures, session

    session.attach()
    figures.install()
