# Everything is installed into .venv/ beside this file; nothing else on the machine is touched.
# PYTHON can be given: make test PYTHON=python3.13

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test browser-test format lock clean

demo: $(READY)
	@$(BIN)/sempre-geo demo

test: $(READY)
	@$(BIN)/python tests/run.py

browser-test: $(READY)
	@$(BIN)/python tests/run.py browser

format: $(READY)
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found; install it, or say make PYTHON=/path/to/python3."; exit 2; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (the first time this takes a few minutes) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian or Ubuntu install python3-venv."; exit 2; }
	@echo "Installing the libraries named in requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
	@echo "Ready."

# Needs uv (pip install uv) and an internet connection; the result names no package index.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--upgrade --extra test pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
