# kshop-audit: `make run` sets everything up and audits a sample shop; `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
N ?= 50000
HONEST ?= 2000
SHOPS ?= 20000
SEED ?= 1
SIZES ?= 0.1,0.3,1,3
DRESSED ?= 1
RUNS ?= 3
.PHONY: help setup run test test-slow fleet-test browser fuzz conduct weights lint docs docs-check sample bench lock clean all

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make the virtual environment with pinned, hashed packages

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q kshop_audit
	@touch $@

run: $(READY) ## audit the healthy sample shop
	$(BIN)/kshop-audit check sample_data/healthy

test: $(READY) ## run the tests (two workers)
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 2

test-slow: $(READY) ## copies of the project, audits by the hundred, the page (after `make browser`), wheels, fleets
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -m slow -n 3

fleet-test: $(READY) ## fleets at full size: 500 shops on a cluster of processes, killed and restarted
	KSHOP_FLEET_SHOPS=500 $(BIN)/python -m pytest -m slow -n 0 tests/fleet

browser: ## install what the slow tests of the page need: Debian's Chromium, axe-core from npm
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk
	mkdir -p .browser
	cd .browser && npm pack axe-core@4.14.1 --silent && tar xzf axe-core-4.14.1.tgz --strip-components=1 package/axe.min.js

fuzz: $(READY) ## N damaged files (50,000), SHOPS (20,000) degraded and whole ones; failing seeds
	$(BIN)/python -m tests.fuzz.run $(N)
	$(BIN)/python -m tests.reading_truth.run $(N)
	$(BIN)/python -m tests.degradation.run $(SHOPS) --seed $(SEED)
	$(BIN)/python -m tests.honest.run $(HONEST) --seed $(SEED)
	$(BIN)/python -m tests.oracle.run $(SHOPS) --seed $(SEED)

conduct: $(READY) ## precision and recall of the conduct rules on sentences held out
	$(BIN)/python -m tests.conduct.measuring
	$(BIN)/python -m tests.conduct.measuring --core
	$(BIN)/python -m tests.conduct.measuring blind
	$(BIN)/python -m tests.conduct.measuring apart
	$(BIN)/python -m tests.conduct.measuring hard
	$(BIN)/python -m tests.conduct.measuring fresh

weights: $(READY) ## train the scorer of the conduct rules anew
	$(BIN)/python scripts/train_conduct.py

lint: $(READY) ## linters, types, import contracts, currency of docs and samples
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/make_docs.py --check
	$(BIN)/python scripts/make_sample_data.py --check

docs: $(READY) ## write the generated pages, and digests of what is new in the packs
	$(BIN)/python scripts/make_docs.py
	$(BIN)/python -m tests.packs.digests

sample: $(READY) ## write the sample shops
	$(BIN)/python scripts/make_sample_data.py

bench: $(READY) ## measure SIZES million messages and a shop of DRESSED in dresses: RESULTS.md
	$(BIN)/python -m benchmarks.results --sizes $(SIZES) --dressed $(DRESSED) --runs $(RUNS)

lock: ## pin all packages with their hashes and without any address
	uv pip compile pyproject.toml --extra cluster --extra chat --extra dev --extra notify --extra xlsx --extra xlsx-password --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet \
	  --custom-compile-command "make lock" --output-file requirements/dev.txt

clean: ## remove what the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache benchmarks/data

all: lint test ## what to run before a change is handed in
