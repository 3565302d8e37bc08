# Each target sets up what it needs in .venv, from the hash-locked requirement files.
PYTHON ?= python3
BIN := .venv/bin
SBOM ?= dauys.cdx.json
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: try test check bench bench-faults lock sbom audit screenshots clean

try: .venv/run ## the bot, a stand-in for Telegram and a chat page, on this machine, without a token
	@$(BIN)/dauys try

test: .venv/dev ## all tests; without Chromium it says what it leaves out
	@$(BIN)/python -m pytest -n 4 --dist worksteal

check: .venv/dev ## lint, types, imports, content
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/dauys check

bench: .venv/dev ## what was measured, measured again
	@$(BIN)/python -m tests.bench

bench-faults: .venv/dev ## every fault at full length, and every promise; writes docs/reliability.md
	@$(BIN)/python -m tests.bench faults promises --write

lock: .venv/dev ## resolves the requirement files anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet --constraint requirements.txt \
		--output-file requirements-dev.txt
	@$(BIN)/uv pip compile tests/bench/peers/requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file tests/bench/peers/requirements.txt

sbom: .venv/dev ## what a run installs, with versions, hashes and licences, as CycloneDX JSON
	@$(BIN)/python -m tools.sbom $(SBOM)

audit: .venv/dev ## known weaknesses of what is locked; make says "Error 3" where the database could not be asked
	@$(BIN)/python -m tools.audit

screenshots: .venv/dev ## the README's pictures, from the running page
	@$(BIN)/python -m tests.browser.screenshots

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dauys needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv

.venv/run: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Setting up .venv (once) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	@echo "Setting up the tools for tests and checks (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis
