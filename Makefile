# Every target does its own set-up. `make help` prints this file's targets.
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-slow test-faults test-recovery test-matrix test-lowest test-docker check bench bench-fleet bench-lint docs clean
USABLE := 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
  $$p -c $(USABLE) 2>/dev/null && echo $$p && break; done)
SERVERS ?= .cache/postgres
VERSIONS ?= 14 15 16 17 18
FAULTS := .cache/faults.jsonl
DEMO := .venv/bin/sqlmig --env demo
PYTEST := .venv/bin/pytest -q
TEST := $(PYTEST) -n auto -m "not slow"

help: ## what you can make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' Makefile

demo: .venv/demo.stamp ## a platform and three tenants on a PostgreSQL 18 that comes with it
	$(DEMO) db start
	$(DEMO) apply --platform
	@for name in Acme Globex Initech; do slug=$$(echo $$name | tr A-Z a-z); \
	  $(DEMO) tenant list --format json | grep -q "\"$$slug\"" || \
	  (set -x; $(DEMO) tenant create $$slug --set name="$$name Capital" --set billing_email=billing@$$slug.example) || exit; done
	$(DEMO) apply
	$(DEMO) status

test: .venv/dev.stamp ## all tests but the slow ones
	$(TEST)
test-fast: .venv/dev.stamp ## the tests that need no PostgreSQL
	$(PYTEST) tests/sql tests/project tests/plan tests/lint tests/report
test-slow: .venv/dev.stamp ## the tests that take minutes
	$(PYTEST) -m "slow and not faults"
test-faults: .venv/dev.stamp ## every fault at every step of a run, and docs/reliability.md from what came of it
	mkdir -p .cache && rm -f $(FAULTS)
	SQLMIG_FAULTS_RESULTS=$(CURDIR)/$(FAULTS) $(PYTEST) -n 2 tests/faults
	.venv/bin/python scripts/reliability-table $(FAULTS)
test-recovery: .venv/dev.stamp ## docs/disaster-recovery.md, for real: pgBackRest, a bad migration, one tenant back (needs npm)
	SQLMIG_TEST_POSTGRES_BIN=$$(.venv/bin/python scripts/postgres-versions $(SERVERS) 15) $(PYTEST) -m recovery tests/recovery
test-matrix: .venv/dev.stamp ## all tests on each of VERSIONS, fetched into SERVERS (needs npm)
	@bins=$$(.venv/bin/python scripts/postgres-versions $(SERVERS) $(VERSIONS)) && \
	  for bin in $$bins; do (set -x; SQLMIG_TEST_POSTGRES_BIN=$$bin $(TEST)) || exit; done
test-lowest: ## all tests on the oldest versions of what sqlmig needs
	[ -x .cache/lowest/bin/pip ] || $(PYTHON) -m venv .cache/lowest
	.cache/lowest/bin/pip install --quiet --disable-pip-version-check -e '.[dev]' $$($(PYTHON) scripts/lowest-versions)
	.cache/lowest/bin/pytest -q -n auto -m "not slow"
test-docker: .venv/dev.stamp ## all tests on a server in a container (needs Docker)
	SQLMIG_TEST_POSTGRES=docker $(TEST)

check: .venv/dev.stamp ## style, types, import contracts, generated documentation
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTEST) tests/test_docs.py tests/test_documents.py
bench: .venv/dev.stamp ## sqlmig against psql, and the planning of 10,000 tenants
	.venv/bin/python scripts/bench
bench-fleet: .venv/dev.stamp ## sqlmig on fleets, against psql, dbmate and Alembic (needs npm)
	.venv/bin/python scripts/bench fleet
bench-lint: .venv/dev.stamp ## the linter beside squawk: time, and who reports what
	.venv/bin/pip install --quiet --disable-pip-version-check squawk-cli
	.venv/bin/python scripts/bench lint
docs: .venv/dev.stamp ## write the generated pages of docs/ again
	.venv/bin/python scripts/generate-docs
clean: ## stop the demo's server, remove all that was built, keep the sources
	-[ ! -x .venv/bin/sqlmig ] || $(DEMO) db stop
	rm -rf .venv .sqlmig .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov dist build

.venv/dev.stamp: EXTRA := dev
.venv/demo.stamp: EXTRA := embedded
.venv/%.stamp: pyproject.toml
	$(if $(PYTHON),,$(error Python 3.11 or newer with ensurepip is needed; name one with PYTHON=...))
	[ -x .venv/bin/pip ] || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -e '.[$(EXTRA)]'
	touch $@
