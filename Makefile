# Each command sets up .venv first. make demo and make test are all that a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
# A worker of pytest per core; a file's tests stay together, so that they share what they trained.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile
export OMP_NUM_THREADS := 1

.PHONY: demo quick test test-services lint fit clean

# The main job: four regimes x 2 seeds, each trained, recorded and checked, under a new study name every time.
demo: .venv/run
	$(BIN)/python -m sweep +sweep=regimes seed=0,1 study.name=demo-$$(date +%Y%m%d-%H%M%S)

# The tests to run while writing code: no training, no process but this one.
quick: .venv/dev
	$(PYTEST) tests/unit tests/cli

# Every test that needs nothing but Python packages.
test: .venv/dev
	$(PYTEST)

# Tests against programs beside Python's packages: Chromium (apt-get install chromium).
test-services: .venv/dev
	$(BIN)/python -m pytest tests/services

# Style and types.
lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Fit the model of the diagnosis to the evidence and write it into the package (docs/evidence.md).
fit: .venv/dev
	$(BIN)/python scripts/evidence/fit.py

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ .venv/run

# Remove what the commands above and the tools of development have made, but no outputs.
clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
