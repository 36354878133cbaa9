# Everything that people and CI do here. `make` alone lists it.
# Needs a Python of 3.11 or later; everything else is installed into .venv, pinned by hash.

PYTHON ?= python3
WORKERS ?= 2
FAULTS ?= tests/faults
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKER := var/locker
BENCH := var/bench
SUPPLY := var/supply

export PYTHONPATH := services:.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-slow faults tamper matrix mutants acceptance check bench bench-growth format generate lock supply-chain
.DELETE_ON_ERROR:

help: ## list what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## start both services with the story of a school year, on this machine only
	@$(BIN)/python -m demo

test: $(READY) ## run every test, or some: make test ARGS="-k agreement"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-slow: $(READY) ## the long runs: 10,000 checks of freshness, 1,000 withdrawals, 11,000 calls made up from the API document
	@STAGEPOST_TEST_FRESH_CHECKS=10000 STAGEPOST_TEST_WITHDRAWALS=1000 STAGEPOST_TEST_CONTRACT_EXAMPLES=120 \
	  STAGEPOST_TEST_CONTRACT_TYPES=100 STAGEPOST_TEST_HISTORIES=1000 STAGEPOST_TEST_GROWTH=1 \
	  $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile \
	  tests/journeys/test_fresh_answers.py tests/journeys/test_permits.py \
	  tests/contract/test_schemathesis.py tests/domain/test_properties.py tests/domain/test_what_boards_read.py \
	  tests/benchmarks $(ARGS)

faults: $(READY) ## kill, starve and break everything, and judge it by ledgers (20 minutes)
	@rm -rf var/faults
	@STAGEPOST_TEST_FAULTS=full STAGEPOST_TEST_FAULTS_SEEN=var/faults \
	  $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(FAULTS) $(ARGS)
	@$(BIN)/python -m tests.faults var/faults

tamper: $(READY) ## alter a store in each of twelve ways a hundred times, and look at a whole one a thousand times
	@STAGEPOST_TEST_TAMPERINGS=100 STAGEPOST_TEST_CLEAN_RUNS=1000 $(BIN)/python -m pytest -q tests/seals/test_tampering.py $(ARGS)

matrix: $(READY) ## put 200,000 questions of access to rules and oracle, and 60,000 to the doors (10 minutes)
	@STAGEPOST_TEST_DECISIONS=200000 STAGEPOST_TEST_HTTP_DECISIONS=30000 \
	  $(BIN)/python -m pytest -q tests/access/test_the_rules_and_an_oracle.py tests/access/test_over_http.py $(ARGS)

mutants: $(READY) ## change each rule of access, and each expression around them, in one place: all must be noticed
	@STAGEPOST_TEST_MUTANTS_EVERY=1 $(BIN)/python -m pytest -q tests/access/test_wrong_rules_are_noticed.py $(ARGS)

acceptance: $(READY) ## play the whole school year on SQLite and PostgreSQL, one line for each row
	@$(BIN)/python -m tests.acceptance

check: $(READY) ## format, lint, types, import directions, and drift of generated files
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@directions=$$($(BIN)/lint-imports --no-logo) || { echo "$$directions"; exit 1; }
	@drift=$$(mktemp -d) && trap 'rm -r "$$drift"' EXIT && \
	$(BIN)/python -m case_api schemas "$$drift/schemas" && diff -ru schemas "$$drift/schemas" && \
	$(BIN)/python -m case_api openapi "$$drift/openapi" && $(BIN)/python -m notifier openapi "$$drift/openapi" && diff -ru openapi "$$drift/openapi" && \
	$(BIN)/python -m case_api reference "$$drift/docs" && for page in events rules access; do diff -u docs/$$page.md "$$drift/docs/$$page.md" || exit 1; done && \
	echo "checked: format, lint, types, imports, generated files"

bench: $(BENCH)/.ready ## measure speed beside what a team would write instead, and beside the database (10 minutes)
	@$(BENCH)/bin/python -m benchmarks speed $(ARGS); missed=$$?; $(BENCH)/bin/python -m benchmarks.page && exit $$missed

bench-growth: $(BENCH)/.ready ## measure what a log of 1,000,000 facts costs (25 minutes)
	@$(BENCH)/bin/python -m benchmarks growth $(ARGS); missed=$$?; $(BENCH)/bin/python -m benchmarks.page && exit $$missed

format: $(READY) ## set the format and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

generate: $(READY) ## write schemas/, openapi/ and the reference pages in docs/ anew from the code
	@$(BIN)/python -m case_api schemas schemas
	@$(BIN)/python -m case_api openapi openapi
	@$(BIN)/python -m case_api reference docs
	@$(BIN)/python -m notifier openapi openapi

lock: $(LOCKER)/.ready ## pin requirements/*.in anew, with hashes
	@for set in runtime dev bench lock supply; do \
	  $(LOCKER)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --upgrade --output-file requirements/$$set.txt requirements/$$set.in || exit 1; \
	done

supply-chain: $(READY) $(SUPPLY)/.ready ## ask what is known against the packages, write var/sbom.json and licences (needs a network)
	@$(BIN)/python -m security

$(READY): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Stagepost needs Python 3.11 or later; name one, as in: make PYTHON=python3.12 test" >&2; exit 1; }
	@echo "installing what requirements/dev.txt pins into $(VENV): a minute or two, once" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

$(BENCH)/.ready: requirements/bench.txt
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

$(SUPPLY)/.ready: requirements/supply.txt
	@test -x $(SUPPLY)/bin/python || $(PYTHON) -m venv $(SUPPLY)
	@$(SUPPLY)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/supply.txt
	@touch $@

$(LOCKER)/.ready: requirements/lock.txt
	@test -x $(LOCKER)/bin/python || $(PYTHON) -m venv $(LOCKER)
	@$(LOCKER)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/lock.txt
	@touch $@
