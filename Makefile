# Two commands are all that a newcomer needs: make demo, make test. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS := 1

.PHONY: demo test test-services lint clean

# The main job: four regimes x 2 seeds, each trained, recorded and checked, under a new study name every time.
demo: .venv/run
	$(BIN)/python -m sweep +sweep=regimes seed=0,1 study.name=demo-$$(date +%Y%m%d-%H%M%S)

test: .venv/dev
	$(BIN)/python -m pytest

# Tests against programs beside Python's packages: Chromium (apt-get install chromium).
test-services: .venv/dev
	$(BIN)/python -m pytest tests/services

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ .venv/run

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
