# Two commands: `make up` runs the portal here, `make test` checks everything. PORT=8001 make up: another port.
PYTHON ?= python3.11
export PORT PYTHON

.PHONY: up test clean

up: .venv/.for-up
	@.venv/bin/python manage.py up

test: .venv/.for-test
	@bash .ci/test

.venv/.for-up: requirements.lock .ci/setup
	@bash .ci/setup up

.venv/.for-test: requirements-dev.lock .ci/setup
	@bash .ci/setup test

clean:
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
