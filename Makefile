# `make run` and `make test` are all that is needed: they set up the rest, given Python 3.11 or newer and git.

VENV := .venv
BIN := $(VENV)/bin
# The first of these that is new enough and can make a virtual environment; looked for only when one is made.
PYTHON ?= $(shell for name in python3.11 python3 python3.14 python3.13 python3.12 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null </dev/null \
	&& echo "$$name" && break; done)
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
# Stamps: as long as one is newer than its lock, what the lock names is installed. The development lock holds
# all of the other, so installing it freshens both.
RUNS := $(VENV)/.installed
TESTS := $(VENV)/.installed-dev
# `make lock UPGRADE=--upgrade` moves every pin; without it only what pyproject.toml asks for is changed.
UPGRADE ?=
# Processes that run tests: one more than there are processors, for many tests wait.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
UV_VERSION := 0.13.9
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --group build $(UPGRADE)

.DEFAULT_GOAL := run
.PHONY: run test check fix bench lock clean

run: $(RUNS)  ## Start the bot when .env names a platform, else the console on a sample community
	@$(BIN)/greenroom

test: check  ## Everything that must hold before a change lands, a real PostgreSQL included
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest --numprocesses=$(WORKERS) --dist=worksteal
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report --fail-under=95

check: $(TESTS)  ## The checks that run nothing
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.messages check
	@$(BIN)/python -m tools.platforms check
	@$(BIN)/python -m tools.pictures check

fix: $(TESTS)  ## Mend what can be mended by itself: lint, format, catalogs, tables
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/python -m tools.messages update
	@$(BIN)/python -m tools.platforms update
	@$(BIN)/python -m tools.pictures update

bench: $(TESTS)  ## Figures, each beside its peer or limit
	@$(BIN)/python -m benchmarks

lock: $(TESTS)  ## Write both locks anew from pyproject.toml
	@$(PIP) install uv==$(UV_VERSION)
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## Forget everything that was built
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Greenroom needs Python 3.11 or newer with its venv module (Debian: apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) </dev/null

$(RUNS): requirements.lock | $(BIN)/python
	@echo "Setting up $(VENV), once; it takes about a minute." >&2
	@$(PIP) install --require-hashes --requirement requirements.lock </dev/null
	@$(PIP) install --no-deps --no-build-isolation --editable . </dev/null
	@touch $@

$(TESTS): requirements-dev.lock | $(BIN)/python
	@echo "Setting up $(VENV) for development, once; it takes about a minute." >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.lock </dev/null
	@$(PIP) install --no-deps --no-build-isolation --editable . </dev/null
	@touch $(RUNS) $@
