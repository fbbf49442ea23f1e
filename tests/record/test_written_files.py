"""`make clean` knows what the notebooks write beside themselves, and nothing else."""

import fnmatch
import os
import re

import pytest

from tests.record.reading import ROOT

KEPT = {"images", "rise.css", "helpers.py"}


def test_make_clean_knows_each_file_that_a_notebook_has_written():
    if "RECORD_SINCE" not in os.environ:
        pytest.skip("the notebooks did not run here: use `make test`")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    patterns = re.search(r"(?m)^WRITTEN := (.+)$", makefile)[1].split()
    since = float(os.environ["RECORD_SINCE"])
    for path in (ROOT / "notebooks").iterdir():
        if path.suffix == ".ipynb" or path.name in KEPT:
            continue
        if path.stat().st_mtime >= since:
            known = any(fnmatch.fnmatch(path.name, one) for one in patterns)
            assert known, f"make clean leaves notebooks/{path.name}: add it to WRITTEN"
