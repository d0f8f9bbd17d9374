# Two commands are all a newcomer needs: `make demo` and `make test`. Both set everything up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test lint types docs clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "satix needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up (once) ..."
	@$(BIN)/python -m pip install -qq --upgrade pip
	@$(BIN)/python -m pip install -qq --editable ".[dev,docs]"
	@touch $(STAMP)

demo: $(STAMP) ## evaluate the example studies and say where the reports are
	@$(BIN)/satix demo

test: $(STAMP) ## run the tests
	@$(BIN)/python -m pytest -q -n auto

lint: $(STAMP) ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP) ## check types, strictly
	@$(BIN)/mypy

docs: $(STAMP) ## build the documentation into site/
	@$(BIN)/mkdocs build --strict --quiet

clean: ## remove what was built
	@rm -rf $(VENV) build dist site satix-demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
