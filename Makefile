# Everything happens in .venv, which `make install` makes. Only Python 3.11+ and make need to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
SOURCES := edge monitor simulators models

.PHONY: help install demo test lint format bench constants train clean

help:
	@echo "make demo     watch several patients live, in one command (q leaves)"
	@echo "make test     run all tests"
	@echo "make install  make $(VENV) with $(BIN)/pulse in it"
	@echo "make lint     ruff and mypy"
	@echo "make bench    measure the detector beside its peers, and the signal path"
	@echo "make train    train, quantise and score the beat classifier again"

install: $(VENV)/.installed

demo: install
	@$(BIN)/pulse demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# One core, one thread of BLAS.
bench: export OPENBLAS_NUM_THREADS := 1
bench: export OMP_NUM_THREADS := 1
bench: $(VENV)/.bench
	$(BIN)/python -m monitor.bench_detector --peers --full --page docs/detector.md
	$(BIN)/python -m monitor.bench_scale --page docs/benchmarks.md --plot docs/pictures/cost.png

# What the detector's constants are worth: half an hour on two cores.
constants: install
	$(BIN)/python -m monitor.constants_study choose
	$(BIN)/python -m monitor.constants_study ablate

train: $(VENV)/.train
	$(BIN)/python -m models

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "pulse needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python's venv module is missing (Debian: apt install python3-venv)"; exit 2; }

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing pulse and what it needs …"
	@$(PIP) --editable .
	@touch $@

# An extra is installed on top of the rest, and only where it is asked for.
$(VENV)/.dev $(VENV)/.bench $(VENV)/.train: $(VENV)/.%: $(VENV)/.installed
	@echo "Installing the extra '$*' …"
	@$(PIP) --quiet --editable '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
