# make repro · make test: from a fresh clone, with Python >= 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: bench-data bench-evaluate bench-generate bench-train setup repro test test-slow lint

setup: $(READY)

# torch comes first and by its exact version: a range would bring gigabytes of another build.
$(READY): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python >= 3.11 is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing from constraints.txt into $(VENV), about two minutes"
	$(PIP) "$$(grep '^torch==' constraints.txt)"
	$(PIP) -e '.[dev]'
	touch $(READY)

repro: $(READY)
	dvc repro
	tinh report
	tinh summary

test: $(READY)
	python -m pytest -n 2

test-slow: $(READY)
	python -m pytest -n 2 -m slow

lint: $(READY)
	ruff format --check .
	ruff check .
	mypy

bench-evaluate: $(READY)
	python -m bench.evaluate

bench-generate: $(READY)
	python -m bench.generate
	python -m bench.generate --model data/base/model

bench-data: $(READY)
	python -m bench.data

bench-train: $(READY)
	$(PIP) -e '.[bench]'
	python -m bench.train
