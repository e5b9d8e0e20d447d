# A fresh machine needs Python 3.11 or later (with venv) and make; everything else is set up in .venv.

PYTHON ?= python3
PYTEST_ARGS ?=
TEST_JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin
# Also where Python is told to keep no compiled modules: each command would compile all of ours anew.
READY = $(BIN)/python -m compileall -q src
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
CORE := $(VENV)/.installed-core
DEV := $(VENV)/.installed-dev
BENCH := $(VENV)/.installed-bench
NOTEBOOK := $(VENV)/.installed-notebook
DOCS := $(VENV)/.installed-docs
INPUTS := pyproject.toml .ci/constraints.txt
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo notebook notebooks test check verify docs how-to gallery sample pictures format format-check lint types imports spelling slow coverage bench bench-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "cxsim needs Python 3.11 or later; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed: install your system's venv package (on Debian and Ubuntu: python3-venv)" >&2; exit 1; }

$(CORE): $(INPUTS) | $(BIN)/python
	@echo "Installing cxsim and what it needs (once; a minute or two)"
	@$(PIP) install -c .ci/constraints.txt -e .
	@$(READY)
	@touch $@

$(DEV): $(INPUTS) | $(BIN)/python
	@echo "Installing cxsim with its development tools (once; a minute or two)"
	@$(PIP) install -c .ci/constraints.txt -e '.[dev]'
	@$(READY)
	@touch $(CORE) $@

$(BENCH): $(INPUTS) | $(BIN)/python
	@echo "Installing cxsim with what its speed is compared with (once; a minute or two)"
	@$(PIP) install -c .ci/constraints.txt -e '.[dev,bench]'
	@$(READY)
	@touch $(CORE) $(DEV) $@

$(NOTEBOOK): $(INPUTS) | $(BIN)/python
	@echo "Installing cxsim with Jupyter (once; a minute or two)"
	@$(PIP) install -c .ci/constraints.txt -e '.[notebook]'
	@$(READY)
	@touch $(CORE) $@

$(DOCS): $(INPUTS) | $(BIN)/python
	@echo "Installing cxsim with what makes its pages (once; a minute or two)"
	@$(PIP) install -c .ci/constraints.txt -e '.[docs]'
	@$(READY)
	@touch $(CORE) $@

demo: $(CORE) ## set up, then compare the policies of two bundled scenarios
	@$(BIN)/cxsim compare local-shop-vs-chain
	@$(BIN)/cxsim compare bank-phone

notebook: $(NOTEBOOK) ## set up, then open the first notebook in Jupyter
	@$(BIN)/jupyter lab notebooks/1-first-what-if.ipynb

notebooks: $(NOTEBOOK) ## execute the notebooks anew and keep their pictures
	@$(BIN)/python notebooks/execute.py

test: $(DEV) ## set up, then run the tests
	@$(PYTEST) -n $(TEST_JOBS) --maxprocesses 4 --dist loadfile $(PYTEST_ARGS)

check: format-check lint types imports spelling test ## everything a change must pass

verify: $(CORE) ## prove the installation against exact results
	@$(BIN)/cxsim verify

docs: $(DOCS) ## make the parts of the docs that come from the code, then the site, into build/docs
	@$(BIN)/python docs/make.py
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --nitpicky --conf-dir docs . build/docs
	@echo "build/docs/index.html"

sample: $(CORE) ## make the sample in results/, the pictures of the docs, and then the docs
	@$(BIN)/python docs/sample.py
	@$(BIN)/python docs/make.py

pictures: sample ## the same, and the pictures of the model
	@NUMBA_DISABLE_JIT=1 $(BIN)/python docs/curves.py

how-to: $(DEV) ## run the how-tos and write anew what they say
	@$(BIN)/python docs/how_to.py

gallery: $(CORE) ## draw the charts of the gallery, and then the docs
	@$(BIN)/python docs/gallery_book.py
	@$(BIN)/python docs/make.py

format: $(DEV) ## rewrite the code in the project's format
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix --exit-zero

format-check: $(DEV)
	@$(BIN)/ruff format --check

lint: $(DEV) ## ruff
	@$(BIN)/ruff check

types: $(DEV) ## mypy, strict
	@$(BIN)/mypy

imports: $(DEV) ## who may import whom
	@$(BIN)/lint-imports --no-cache

spelling: $(DEV) ## codespell
	@$(BIN)/codespell

slow: $(DEV) ## the slow suite: oracles at full precision, long parity runs
	@$(PYTEST) -n $(TEST_JOBS) --maxprocesses 4 -m slow $(PYTEST_ARGS)

coverage: $(DEV) ## which lines of the rules and the engines the unit tests run, without machine code: it takes long
	@NUMBA_DISABLE_JIT=1 $(PYTEST) -p no:xdist tests/unit/behaviour tests/unit/model tests/unit/engines \
	  --cov=cxsim.behaviour --cov=cxsim.model --cov=cxsim.engines --cov-report=term-missing $(PYTEST_ARGS)

bench: $(BENCH) ## measure the speed beside SimPy, Ciw, salabim and C, and write the README's table and chart
	@$(BIN)/python docs/measure.py
	@$(BIN)/python docs/make.py

bench-check: $(BENCH) ## the aims of speed as tests: measures anew unless CXSIM_BENCH names a measurement
	@$(PYTEST) -m benchmark $(PYTEST_ARGS)

clean: ## remove the environment and all caches
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find src tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
