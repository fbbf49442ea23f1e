# `make` alone lists the targets.
SHELL := /bin/bash
NOTEBOOKS ?= $(wildcard notebooks/[0-9]*[a-z].ipynb)
CANDIDATES := $(or $(PYTHON),python3.12 python3.13 python3.11 python3 python)
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
SLIDES ?= slides
# What notebooks write beside themselves, for `make clean`; notes of a reader's own stay.
WRITTEN := *.db *.db-* *.db.* *.log *.keras *.npy mlruns many_workers gamma_model.py \
    score_night.py broken.csv night.csv loss_plot.pdf .ipynb_checkpoints __pycache__
# Reads what the notebooks have written, so it comes after them.
RECORD := tests/record
# For `make wheelhouse`: the learners' system (linux, macos or windows) and Python.
SYSTEM ?= linux
WHEEL_PYTHON ?= 3.12
TAGS_linux := manylinux_2_28_x86_64 manylinux_2_27_x86_64 manylinux2014_x86_64 \
    manylinux_2_17_x86_64 manylinux_2_12_x86_64 manylinux2010_x86_64 manylinux1_x86_64
TAGS_macos := macosx_14_0_arm64
TAGS_windows := win_amd64
ifneq ($(filter wheelhouse,$(MAKECMDGOALS)),)
$(if $(TAGS_$(SYSTEM)),,$(error SYSTEM is linux, macos or windows, not $(SYSTEM)))
endif
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
READY := .venv/ready
# For the one who presents, not for everyone: it asks for a MathJax of JupyterLab 3,
# which it does not need here.
RISE := .venv/slides/ready
RISE_PACKAGE := jupyterlab-rise==0.43.1
# For the tests and benchmarks of notebook 09's Spark, where there is a Java: 500 MB.
SPARK := .venv/spark/ready
IF_JAVA := $(if $(shell command -v java 2>/dev/null),$(SPARK))
# The book's packages have a Python environment of their own, its scripts a folder.
BOOK := .venv/book/ready
WEB := .venv/web/ready
IF_NPM := $(if $(shell command -v npm 2>/dev/null),$(BOOK) $(WEB))
# What tests, authors and benchmarks need beyond the learners' packages.
AUTHORS := .venv/authors
LOCK := $(BIN)/uv pip compile --system-certs --universal --python-version 3.11 $(UPGRADE) --quiet \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help lab test check bench present slides book class layout docs wheelhouse run screenshots spark mutants lock clean

help:
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 13

# JupyterLab's terminals find the environment's programs: mlflow, tensorboard, jupyter.
# A login shell, which JupyterLab takes where it is started by no terminal, forgets PATH.
lab present: export PATH := $(CURDIR)/$(BIN):$(PATH)
# And before what a reader's .bashrc puts first, as conda and pyenv do.
lab present: export PROMPT_COMMAND = [ "$$IN_THE_COURSE" ] || PATH="$(CURDIR)/$(BIN):$$PATH" IN_THE_COURSE=yes
# With its runner of jobs, which no notebook uses, `mlflow ui` ends in pages of errors.
lab present: export MLFLOW_SERVER_ENABLE_JOB_EXECUTION := false
SERVER := --ServerApp.root_dir=. \
    --ServerApp.terminado_settings="shell_command=$${SHELL:-/bin/sh}"
# Before the reader's own PYTHONPATH, which may have another package named helpers.
lab: export PYTHONPATH := $(CURDIR)$(if $(PYTHONPATH),:$(PYTHONPATH))

lab: $(READY)  ## build the environment and open the first notebook in JupyterLab
	$(BIN)/jupyter lab $(SERVER) $(LAB_FLAGS) $(firstword $(NOTEBOOKS))

# Without CLASS everything is recorded on this machine.
ifdef CLASS
lab check: export MLFLOW_TRACKING_URI := $(if $(findstring ://,$(CLASS)),,http://)$(CLASS)
lab check: export MLFLOW_TRACKING_USERNAME := $(NAME)
lab check: export MLFLOW_TRACKING_PASSWORD := $(PASSWORD)
endif

class: $(READY)  ## one MLflow server for a class: N=30, or NAMES=Ada,Ben; STORE=postgresql://...
	@$(BIN)/python -m helpers.launch.classroom --number "$(or $(N),0)" --names "$(NAMES)" \
	    --store "$(STORE)" --port "$(or $(PORT),5000)"

test: $(AUTHORS) $(RISE) $(IF_NPM) $(IF_JAVA)  ## build the environment, run the tests and every notebook, compare the outputs
	$(BIN)/python -m ruff check .
	export RECORD_SINCE=$$(date +%s); \
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder \
	    --ignore=$(RECORD) && \
	$(BIN)/python -m pytest $(RECORD)

check: $(READY)  ## the evening before: does the course run on this machine?
	@$(BIN)/python -m helpers.launch.check_setup

bench: $(AUTHORS) $(IF_JAVA)  ## measure search, overhead, record, scale, course and memory (about 16 minutes)
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .venv/benchmarks \
	    keras-tuner==1.4.8 kt-legacy==1.0.5
	for script in search overhead record scale engines long_study course memory; do \
	    $(BIN)/python -m benchmarks.$$script || exit 1; \
	done

present: $(READY) $(RISE)  ## show the notebooks (or NOTEBOOKS=...) as slides, with live cells
	PYTHONPATH=.venv/slides JUPYTER_PATH=.venv/slides/share/jupyter \
	JUPYTER_CONFIG_PATH=.venv/slides/etc/jupyter $(BIN)/jupyter lab $(SERVER) \
	    --LabApp.default_url=/rise/$(firstword $(NOTEBOOKS)) $(LAB_FLAGS)

slides: $(READY) $(WEB)  ## write the notebooks (or NOTEBOOKS=...) as static slides into SLIDES
	$(BIN)/jupyter nbconvert --log-level=ERROR --to slides --output-dir "$(SLIDES)" \
	    --TemplateExporter.extra_template_basedirs=docs --template slides --no-prompt \
	    --TemplateExporter.extra_template_paths=notebooks \
	    --SlidesExporter.reveal_width=1280 --SlidesExporter.reveal_height=720 \
	    --SlidesExporter.reveal_url_prefix=web/reveal --SlidesExporter.jquery_url=web/jquery.min.js \
	    --SlidesExporter.require_js_url=web/require.js $(NOTEBOOKS)
	mkdir -p "$(SLIDES)/web" && cp -R .venv/web/. book/static/page.js "$(SLIDES)/web"

book: $(BOOK) $(WEB)  ## build the pages and notebooks as a web book, with the slides, into book/_build/html
	rm -rf book/_build .venv/book/extra/slides
	$(MAKE) --no-print-directory slides SLIDES=.venv/book/extra/slides
	.venv/book/$(notdir $(BIN))/python -m sphinx -W --keep-going --quiet --fresh-env -c book . book/_build/html

layout: $(AUTHORS) $(RISE)  ## lay the notebooks (or NOTEBOOKS=...) out anew, so that each slide fits
	$(BIN)/python -m tools.layout $(NOTEBOOKS)

docs: $(AUTHORS)  ## write what is derived: the errata, the hints, the benchmarks' tables
	for part in errata hints tables engines; do $(BIN)/python -m tools.$$part || exit 1; done

wheelhouse: $(AUTHORS)  ## collect all wheels for SYSTEM and WHEEL_PYTHON in wheelhouse/, for a class without network
	@$(BIN)/uv pip compile --quiet --no-deps --no-header --no-annotate requirements.txt \
	    --system-certs --python-platform $(SYSTEM) --python-version $(WHEEL_PYTHON) \
	    > .venv/$(SYSTEM).txt
	@mkdir -p wheelhouse && $(BIN)/python -m pip download --quiet --no-deps --only-binary=:all: --dest wheelhouse \
	    --python-version $(WHEEL_PYTHON) $(foreach tag,$(TAGS_$(SYSTEM)),--platform $(tag)) \
	    -r .venv/$(SYSTEM).txt $(RISE_PACKAGE) pip setuptools wheel \
	    && mv .venv/$(SYSTEM).txt wheelhouse/ || { rmdir wheelhouse 2> /dev/null; exit 1; }

run: $(AUTHORS)  ## run every notebook (or NOTEBOOKS=...) and store it as one clean run
	$(BIN)/python -m tools.store $(NOTEBOOKS)

mutants: $(AUTHORS)  ## plant breaks into NOTEBOOKS=... and print which of them nothing notices
	$(BIN)/python -m tools.mutants $(NOTEBOOKS)

screenshots: $(AUTHORS) $(RISE)  ## make all pictures of README.md, docs/ and notebook 07 anew
	$(BIN)/python -m tools.screenshots

spark: $(SPARK)  ## bring pyspark for the tests and benchmarks of Spark (500 MB; it needs a Java)

lock: $(AUTHORS)  ## make the two locks from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --group authors --constraints requirements.txt \
	    --output-file requirements-authors.txt
	$(LOCK) --group book --constraints requirements.txt --output-file requirements-book.txt

clean:  ## remove the environment and what the notebooks wrote
	rm -rf .venv *.egg-info
	cd notebooks && rm -rf $(WRITTEN)

# Its programs begin with the place where they were made.
BUILT_IN := $(shell cat $(READY) 2>/dev/null)
ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),help)),)
ifneq ($(or $(BUILT_IN),$(CURDIR)),$(CURDIR))
$(info The folder has moved from $(BUILT_IN): the environment is built anew.)
$(shell rm -f $(READY) $(BIN)/python*)
endif
endif

# A broken build leaves no stamp, so the next `make` goes on with it.
$(READY): requirements.txt pyproject.toml
	@for python in $(if $(PYTHON),,$(BIN)/python) $(CANDIDATES); do \
	    if "$$python" -c '$(SUPPORTED)' 2>/dev/null && { [ "$$python" != $(BIN)/python ] || \
	        "$$python" -m pip --version >/dev/null 2>&1; }; then found="$$python"; break; fi; \
	    seen="$$seen$$("$$python" --version 2>/dev/null | sed "s|^|$$python is |; s|$$|. |")"; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "This course needs Python 3.11, 3.12 or 3.13. $${seen:-No Python was found. }Install one of them, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Building the environment in .venv with $$("$$found" --version): some minutes, once."; \
	if [ "$$found" != $(BIN)/python ]; then "$$found" -m venv --clear .venv; fi
	@$(BIN)/python -m pip install --quiet -r requirements.txt -e . || { echo "The packages did not \
	come. Without a network, follow 'Without network' in docs/teaching.md." >&2; exit 1; }
	@echo "$(CURDIR)" > $(READY)

$(AUTHORS): $(READY) requirements-authors.txt
	@$(BIN)/python -m pip install --quiet -r requirements.txt -r requirements-authors.txt
	@touch $(AUTHORS)

$(BOOK): $(READY) requirements-book.txt
	@$(BIN)/python -m venv --clear .venv/book
	@.venv/book/$(notdir $(BIN))/python -m pip install --quiet -r requirements-book.txt
	@touch $(BOOK)

$(WEB): $(READY) tools/web.py
	@$(BIN)/python -m tools.web .venv/web
	@touch $(WEB)

$(SPARK): $(READY)
	@$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .venv/spark \
	    pyspark==4.3.0 py4j==0.10.9.9
	@touch $(SPARK)

$(RISE): $(READY)
	@$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .venv/slides \
	    $(RISE_PACKAGE)
	@touch $(RISE)
