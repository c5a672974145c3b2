# `make run` and `make test` need Python 3.11 or newer, make and git, and set up the rest themselves.

PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# What is installed is read off these two: the lock it came from is older than its stamp.
RUNS := $(VENV)/runs
TESTS := $(VENV)/tests

.PHONY: run test check fix lock bench clean
.DEFAULT_GOAL := run

run: $(RUNS)
	@$(BIN)/greenroom

test: check
	@$(BIN)/python -m pytest --cov --cov-report=
	@$(BIN)/python -m tools.coverage

