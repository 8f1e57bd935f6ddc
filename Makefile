# Each target works as the very first command in a fresh clone: it makes .venv from the hash-pinned lock, then does its work.
# Needed beforehand: Python 3.11 or newer (with venv) and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check
PACKAGES := features models training serving lifecycle
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: help demo setup test lint bench lock clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: .venv/runtime ## simulate a company, train, promote, serve: ends with a URL, a key and a ready curl
	$(BIN)/lifecycle demo

setup: .venv/development ## only make .venv, with everything for development

test: .venv/development ## the whole suite, on every core
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: .venv/development ## style, types, and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/development ## every goal that takes under half an hour; `--share` of the long campaigns
	$(BIN)/python -m benchmarks

lock: .venv/development ## resolve the dependencies anew (needs a package index)
	$(INSTALL) uv
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev --extra postgres --extra mcp --extra notebooks --extra spark --extra demo -o requirements-dev.lock

clean: ## remove .venv and caches; data under var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

LOCK := $(BIN)/uv pip compile pyproject.toml --group build --quiet --python-version 3.11 --python-platform linux \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'

.venv/created:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime: requirements.lock pyproject.toml | .venv/created
	@echo "Installing what running needs: about 280 MB to download, once."
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: requirements-dev.lock pyproject.toml | .venv/created
	@echo "Installing what developing needs: about 820 MB to download, once; Spark is more than half of it."
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ .venv/runtime
