# Set-up needs Python 3.11+ and nothing else; uv is used when it is there because it is quicker.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(STAMP) ## serve the page (offline mode unless INTERVIEWER_MODEL__BASE_URL is set)
	$(BIN)/interviewer ui

test: $(STAMP) ## run every test; browser tests are skipped where no chromium is installed
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(STAMP) ## lint, types, floors, the shipped bank, then the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/interviewer bank check
	$(MAKE) test

bench: $(STAMP) ## measure start-up, index, retrieval and turn overhead
	$(BIN)/python -m bench

screenshots: $(STAMP) ## take the README's screenshots anew (needs chromium)
	$(BIN)/python -m pytest tests/flow/test_readme_screenshots.py
	mkdir -p docs/screenshots
	for shot in out/screenshots/readme-*.png; do cp "$$shot" "docs/screenshots/$${shot#out/screenshots/readme-}"; done

clean: ## remove the environment and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist

$(STAMP): pyproject.toml constraints.txt
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv --quiet --python '>=3.11' $(VENV); \
	  uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	@touch $@
