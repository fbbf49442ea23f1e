"""Leads `import helpers` to the course's own package, in any Python, from here.

Without it a notebook that was opened with another kernel ends in a bare "No module
named 'helpers'", or takes somebody else's package of that name.
"""

import importlib
import sys
from pathlib import Path

_here = Path(__file__).resolve().parent
_elsewhere = [p for p in sys.path if Path(p or ".").resolve() != _here]
_path, sys.path = sys.path, [str(_here.parent), *_elsewhere]
del sys.modules[__name__]
try:
    importlib.import_module("helpers")
finally:
    sys.path = _path
