# `make up` runs the portal here, `make test` checks everything. PORT=8001 make up: another port.
# While writing: `make check` (static, seconds), `make quick` (what a change touches). docs/developing.md says more.
PYTHON ?= python3.11
export PORT PYTHON

.PHONY: up check quick test test-all clean

up: .venv/.for-up
	@.venv/bin/python manage.py up

check: .venv/.for-test
	@bash .ci/check

quick: .venv/.for-test
	@bash .ci/quick

test: .venv/.for-test
	@bash .ci/test

test-all: .venv/.for-test
	@bash .ci/test all

.venv/.for-up: requirements.lock .ci/setup
	@bash .ci/setup up

.venv/.for-test: requirements-dev.lock .ci/setup
	@bash .ci/setup test

clean:
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
