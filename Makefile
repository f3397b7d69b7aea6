# `make` alone explains itself. Everything runs from .venv; nothing outside this folder is changed.
PYTHON ?= python3
VENV   := .venv
CONFORMANCE := tests/conformance
CLIENTS := $(CONFORMANCE)/node_modules
EXAMPLE := examples/typescript/node_modules
ATTACK := .venv-attack
GRAPHIQL := graphiql/node_modules
PAGE   := server/graphiql_built/graphiql.js
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
# Test processes: the number of workers of pytest-xdist, one more than two cores since many tests wait for servers; 0 runs
# all in one process.
JOBS   ?= 3
# How many APIs and workers each test has; tests/fixtures/replicas.py.
REPLICAS ?= 1
# Arguments handed on: make test ARGS="-k seal", make demo ARGS=--step, make bench ONLY=decide_per_s SCALE=full.
ARGS   ?=
ONLY   ?=
# How long `make faults` goes on with new seeds, and the first of them: make faults SECONDS=3600 SEED=random.
SECONDS ?=
SEED   ?=

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --quiet --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

export PATH := $(abspath $(BIN)):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check format bench conformance graphiql attack faults lock clean

help: ## list the targets
	@printf 'Concertation: what you can do here\n\n'
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r target text; do printf '  make %-11s %s\n' "$$target" "$$text"; done
	@printf '\nThe first call of any of them installs what it needs into $(VENV); the next start at once.\n'

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once) …"
	@$(BIN)/python -m pip install -qq --require-hashes --only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --no-index -e .
	@touch $@

setup: $(STAMP) ## make the environment: .venv, from requirements.lock, hashes checked

demo: $(STAMP) ## play a whole concertation in 90 s, driven through GraphQL (ARGS=--step, --keep)
	@$(BIN)/concertation demo $(ARGS)

up: $(STAMP) ## start PostgreSQL, Temporal, the worker and the API here; Ctrl-C stops them
	@test -f $(PAGE) || ! command -v npm >/dev/null || $(MAKE) --no-print-directory graphiql || echo 'Going on without /graphiql.'
	@$(BIN)/concertation up $(ARGS)

test: $(STAMP) ## run the tests (ARGS="-k name", JOBS=0 for one process, REPLICAS=2 for several APIs and workers)
	@REPLICAS=$(REPLICAS) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: $(STAMP) ## lint, formatting, types, import layers, migrations, GraphQL contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tools.lint_migrations
	@$(BIN)/concertation export-schema --check

format: $(STAMP) ## let ruff put the code in order
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(STAMP) ## measure: one JSON line per figure (ONLY=name, SCALE=small or full)
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

$(CLIENTS)/.ready $(EXAMPLE)/.ready $(GRAPHIQL)/.ready: %/node_modules/.ready: %/package-lock.json
	@command -v npm >/dev/null || { echo 'Node.js 20 or newer, with npm, is needed.'; exit 1; }
	@echo "Installing into $(@D) (once) …"
	@cd $* && npm ci --silent --ignore-scripts --no-audit --no-fund --cache $(abspath $(VENV))/npm
	@touch $@

conformance: $(STAMP) $(CLIENTS)/.ready $(EXAMPLE)/.ready $(PAGE) ## ask programs that nobody here wrote whether they understand the API (needs Node.js)
	@$(BIN)/python -m tests.conformance

$(PAGE): $(GRAPHIQL)/.ready graphiql/build.mjs graphiql/page.jsx graphiql/page.css
	@echo "Building $(@D) …"
	@cd graphiql && node build.mjs

graphiql: $(PAGE) ## build what /graphiql loads (needs Node.js; `make up` does it where Node.js is there)

$(ATTACK)/.ready: requirements-attack.lock
	@test -x $(ATTACK)/bin/python || $(PYTHON) -m venv $(ATTACK)
	@echo "Installing into $(ATTACK) (once) …"
	@$(ATTACK)/bin/python -m pip install -qq --require-hashes --only-binary :all: -r requirements-attack.lock
	@touch $@

attack: $(STAMP) $(ATTACK)/.ready ## set bandit, semgrep, schemathesis and a hostile list on it (ARGS="--only volleys")
	@$(BIN)/python -m tests.attack $(ARGS)

faults: $(STAMP) ## break what runs here as seeds say, and count what is lost (SECONDS=3600 SEED=random)
	@$(BIN)/python -m tests.faults $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

lock: $(STAMP) ## resolve requirements.lock anew from pyproject.toml
	@$(COMPILE) pyproject.toml --upgrade --group dev --extra embedded --extra s3 --output-file requirements.lock
	@$(COMPILE) pyproject.toml --constraint requirements.lock --extra s3 --output-file requirements-image.lock
	@$(COMPILE) tests/attack/requirements.in --upgrade --output-file requirements-attack.lock

clean: ## remove .venv and caches (never your data)
	@rm -rf $(VENV) $(ATTACK) $(CLIENTS) $(EXAMPLE) $(GRAPHIQL) $(dir $(PAGE)) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
