# Set-up needs Python 3.11+ and nothing else; bootstrap.py does it, and says what it does.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench screenshots sample clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: # what running needs
	@$(PYTHON) bootstrap.py

setup-dev: # and what the tests need
	@$(PYTHON) bootstrap.py --dev

run: setup ## set up and serve the page (a model: `interviewer model`, or INTERVIEWER_MODEL__BASE_URL)
	@$(BIN)/interviewer ui

test: setup-dev ## set up and run every test; browser tests are skipped where no chromium is installed
	$(BIN)/python -m pytest -n auto --dist loadfile

check: setup-dev ## lint, types, floors, the shipped bank, then the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/interviewer bank check
	$(MAKE) test

bench: setup-dev ## measure start-up, index, retrieval and turn overhead
	$(BIN)/python -m bench

screenshots: setup-dev ## take the README's screenshots anew (needs chromium)
	$(BIN)/python -m pytest tests/flow/test_readme_screenshots.py
	mkdir -p docs/screenshots
	for shot in out/screenshots/readme-*.png; do cp "$$shot" "docs/screenshots/$${shot#out/screenshots/readme-}"; done

sample: setup-dev ## make the README's sample report anew
	$(BIN)/python -m pytest tests/flow/test_sample_report.py -k scripted
	cp out/sample-report-*.html docs/

clean: ## remove the environment and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
