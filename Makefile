# Doings: `make run` starts it with a demo account, on a machine that has Python 3.11, pip and make.
#
# PYTHON   the interpreter that .venv is made with; another one than before makes it again
# ARGS     passed on to pytest, the fuzz, the benchmark or pip-audit: make test ARGS="tests/core -x",
#          make fuzz ARGS="--seconds 600 --seed 7", make audit ARGS="--vulnerability-service osv"
# WORKERS  the number of processes the tests run in; 0 runs them in one, for a debugger

PYTHON_IS_GIVEN := $(filter command environment,$(origin PYTHON))
PYTHON ?= python3
WORKERS ?= 2
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CHECKED := $(wildcard src tests bench docs audit)

.PHONY: install run test fuzz check bench audit dist docs screenshots again

install: .venv/.installed

run: .venv/.installed
	$(BIN)/doings demo
	exec $(BIN)/doings serve

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

fuzz: .venv/.installed-dev
	$(BIN)/python -m tests.fuzz $(ARGS)

check: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports

bench: .venv/.installed-bench
	$(BIN)/python -m bench $(ARGS)

# Asks a service on the internet, so it is no part of `check`; ARGS are pip-audit's.
audit: .venv/.installed-audit
	$(BIN)/python -m audit $(ARGS)

# The wheel and the sdist, in dist/.
dist: .venv/.installed-dev
	$(BIN)/python -m hatchling build --clean

docs: .venv/.installed
	$(BIN)/python docs/generate.py
	$(BIN)/python -m audit.licences
	$(BIN)/python -m bench.reporting.page

# The pictures of the README, of a new demo in Debian's Chromium.
screenshots: .venv/.installed-dev
	PYTHONPATH=. $(BIN)/python docs/screenshots.py

# The stamps below are written last, so an interrupted install starts over.

# .venv is good for one folder and one interpreter, which .made names. Where no PYTHON is given, the
# interpreter stays that of .venv as long as it runs. An empty .made is one of an older Makefile.

MADE := $(shell cat .venv/.made 2>/dev/null)
ABOUT := import os, sys; print(os.getcwd(), os.path.realpath(sys.executable), *sys.version_info[:2])
ifneq "$(MADE)$(PYTHON_IS_GIVEN)" ""
ifneq "$(MADE)" "$(shell $(if $(PYTHON_IS_GIVEN),$(PYTHON),$(BIN)/python) -c '$(ABOUT)' 2>/dev/null)"
.venv/.made: again
endif
endif

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Doings needs Python 3.11 or newer: make PYTHON=/path/to/it")'
	$(PYTHON) -m venv --clear .venv
	@$(PYTHON) -c '$(ABOUT)' > $@

.venv/.installed: .venv/.made requirements.txt pyproject.toml
	@echo "Installing Doings into .venv; the first time takes a minute."
	$(PIP) install -r requirements.txt
	$(PIP) install --no-deps -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing what the checks and tests need into .venv."
	$(PIP) install -r requirements.txt -r requirements-dev.txt
	@touch $@

.venv/.installed-bench: .venv/.installed-dev requirements-bench.txt
	@echo "Installing what the benchmark compares with into .venv."
	$(PIP) install -r requirements.txt -r requirements-dev.txt -r requirements-bench.txt
	@touch $@

.venv/.installed-audit: .venv/.installed-dev requirements-audit.txt
	@echo "Installing what looks for known weaknesses into .venv."
	$(PIP) install -r requirements.txt -r requirements-dev.txt -r requirements-audit.txt
	@touch $@
