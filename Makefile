# What can be done here; people and CI use the same words.

VENV := .venv
# What draws the figures has libraries of its own, to compare ours with.
FIGURES := .tonggwan/figures
# Another one: make PYTHON=/path/to/python, 3.11 or newer.
PYTHON ?= python$(shell cat .python-version)
ARGS ?=
# Percent of lines of agents/ and schemas/ that their tests reach: what it is, rounded down.
COVERAGE := 99
.DEFAULT_GOAL := help
.PHONY: help install lock check test golden coverage dist docs figures load demo bench faults fuzz up clean

help: ## say what can be done
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

# Installed anew when the pinned versions differ from those installed, by content: a fresh checkout changes every file's date.
install: ## set up .venv from the pinned, hashed requirements
	@cmp -s requirements-dev.txt $(VENV)/installed.txt || $(MAKE) --no-print-directory $(VENV)
	@ln -sfn ../../tonggwan $(VENV)/bin/tonggwan

.PHONY: $(VENV)
$(VENV):
	@$(PYTHON) -c "import ensurepip, sys, venv; assert sys.version_info >= (3, 11)" 2>/dev/null || { echo "$(PYTHON) is missing, older than 3.11 or can't make virtual environments: install it (on Debian and Ubuntu python3-venv too), or run make PYTHON=/path/to/python3.11." >&2; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version), $(PYTHON) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@cp requirements-dev.txt $(VENV)/installed.txt

lock: install ## resolve requirements*.in again (needs uv on the PATH)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-build.in -o requirements-build.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-figures.in -o requirements-figures.txt

check: install ## lint, formatting and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Not formatted: run $(VENV)/bin/ruff format ." >&2; exit 1; }
	@$(VENV)/bin/mypy

test: install check ## everything that must hold, a real Kafka included
	@$(VENV)/bin/python -m pytest -n 2 --no-loadscope-reorder -m "not faults" $(ARGS)

golden: install ## compare every output byte of fixed inputs with tests/golden.txt, or write it: make golden ARGS=--write
	@$(VENV)/bin/python -m tests.golden $(ARGS)

coverage: install ## what the tests of rules, steps and schemas reach; below the gate it fails
	@$(VENV)/bin/python -m pytest -q -n 2 -m "not broker and not faults" --cov=agents --cov=schemas --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE) tests/agents tests/schemas tests/streams/conformance $(ARGS)

dist: install ## build the wheel into dist/
	@$(VENV)/bin/python -m hatchling build --target wheel --directory dist

faults: install ## kill workers and the broker while records flow (minutes)
	@$(VENV)/bin/python -m pytest -m faults $(ARGS)

fuzz: install ## write 20,000 hostile batches at workers (minutes); another seed: make fuzz SEED=2
	@FUZZED_BATCHES=20000 FUZZ_SEED=$(or $(SEED),1) $(VENV)/bin/python -m pytest tests/faults/test_any_bytes.py -k hostile $(ARGS)

docs: install ## print the derived pages of docs/ and the heads of conformance/ from the code
	@$(VENV)/bin/python -m tools.build_docs
	@$(VENV)/bin/python -m tools.build_conformance

figures: ## measure name screening, risk and the safety net again, and draw them
	@cmp -s requirements-figures.txt $(FIGURES)/installed.txt || $(MAKE) --no-print-directory $(FIGURES)
	@$(FIGURES)/bin/python -m tools.figures $(ARGS)

.PHONY: $(FIGURES)
$(FIGURES):
	@test ! -L $(FIGURES) || { echo "$(FIGURES) is a symbolic link and its libraries are not those of requirements-figures.txt: remove the link, or set up what it points to." >&2; exit 2; }
	@$(PYTHON) -m venv --clear $(FIGURES)
	@$(FIGURES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-figures.txt
	@cp requirements-figures.txt $(FIGURES)/installed.txt

load: install ## measure with tonggwan load and write its reports into docs/ (minutes)
	@$(VENV)/bin/python -m tools.build_load

demo: install ## broker, workers, sample manifests, and what became of them
	@./tonggwan demo $(ARGS)

up: install ## broker and workers, until Ctrl-C
	@./tonggwan up $(ARGS)

bench: install ## measure this machine: make bench ARGS="pipeline latency --json numbers.json"
	@$(VENV)/bin/python -m streams.bench $(ARGS)

clean: ## remove what was installed, fetched and written here, the broker's data included
	rm -rf $(VENV) .tonggwan .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
