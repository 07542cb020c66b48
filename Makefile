# `make demo` runs the hospital day, `make test` passes the tests; both build what they need on the first run.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench erp format clean

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --group dev -e .
	touch $@

demo: .venv/.ready   ## a hospital's day, from bedside to books; KEEP=1 leaves it running, PLANT=... plants a fault
	$(BIN)/python demo/run.py $(if $(KEEP),--keep) $(if $(PLANT),--plant $(PLANT))

erp: .venv/.ready    ## builds the ERP that the demo and its tests use, once
	$(BIN)/python -m isthmus.sandbox.erp prepare

test: .venv/.ready   ## every test, in parallel
	$(BIN)/pytest -n auto --dist loadgroup

bench: .venv/.ready  ## the figures of docs/benchmarks.md, with the instruments of ../shared/bench
	$(BIN)/python bench/run.py

check: .venv/.ready  ## lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: .venv/.ready
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean:               ## also removes the cached ERP
	rm -rf .venv .cache build dist
