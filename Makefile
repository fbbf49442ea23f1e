# `make` alone lists the targets.
SHELL := /bin/bash
NOTEBOOKS ?= $(wildcard notebooks/[0-9]*.ipynb)
CANDIDATES := $(or $(PYTHON),python3.12 python3.13 python3.11 python3 python)
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help lab test run screenshots lock clean

help:
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

lab: $(READY)  ## build the environment and open the first notebook in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=. $(LAB_FLAGS) $(firstword $(NOTEBOOKS))

test: $(READY)  ## build the environment, run the tests and every notebook, compare the outputs
	$(BIN)/python -m ruff check .
	$(BIN)/python -m pytest

run: $(READY)  ## run every notebook (or NOTEBOOKS=...) and store it as one clean run
	$(BIN)/python -m tests.store $(NOTEBOOKS)

screenshots: $(READY)  ## make the pictures of README.md anew, by the browser test
	COURSE_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/test_browser.py -k root

lock: $(READY)  ## make requirements.txt from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(BIN)/uv pip compile --universal --python-version 3.11 --group dev $(UPGRADE) --quiet \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    pyproject.toml --output-file requirements.txt

clean:  ## remove the environment and what the notebooks wrote
	rm -rf .venv *.egg-info && git clean -qfdX notebooks

# A broken build leaves no stamp, so the next `make` starts it again.
$(READY): requirements.txt pyproject.toml
	@for python in $(CANDIDATES); do \
	    if "$$python" -c '$(SUPPORTED)' 2>/dev/null; then found="$$python"; break; fi; \
	    seen="$$seen$$("$$python" --version 2>/dev/null | sed "s|^|$$python is |; s|$$|. |")"; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "This course needs Python 3.11, 3.12 or 3.13. $${seen:-No Python was found. }" >&2; \
	    echo "Install one of them, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Building the environment in .venv with $$("$$found" --version): some minutes, once."; \
	"$$found" -m venv --clear .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt -e .
	@touch $(READY)
