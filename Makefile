# What a person needs: `make setup`, `make run`, `make test`. Everything is idempotent; a second run starts at once.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run test check-core bench lock upgrade wheel wheelhouse clean

# The first interpreter that is new enough; name another with `make PYTHON=... setup`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

# Words for the program (run) or for pytest (test, bench): `make run ARGS="--language de"`.
ARGS ?=
BIN := .venv/bin
SCREENSHOT ?= build/qroc-desktop.png

help:
	@echo 'make setup    environments, map page libraries, translations'
	@echo 'make run      open the demo workspace (without a display: take a screenshot); ARGS="..." for the program'
	@echo 'make test     linters, types, layers, tests without Qt and with it; ARGS="..." for pytest'
	@echo 'make bench    measurements, printed and never judged'
	@echo 'make lock     write packaging/locks from pyproject.toml; make upgrade takes newer versions too'
	@echo 'make wheel    build dist/*.whl; make wheelhouse adds all that an offline installation needs'
	@echo 'make clean    remove everything that was made'

setup:
	@test -n "$(PYTHON)" || { echo 'set-up: Python 3.11 or newer is needed and was not found' >&2; exit 1; }
	@$(PYTHON) packaging/set_up.py run

run: setup
	@$(BIN)/python packaging/run_demo.py --screenshot $(SCREENSHOT) -- $(ARGS)

test:
	@test -n "$(PYTHON)" || { echo 'set-up: Python 3.11 or newer is needed and was not found' >&2; exit 1; }
	@$(PYTHON) packaging/set_up.py test
	@$(BIN)/python packaging/checks.py $(ARGS)

bench: setup
	@$(BIN)/python -m tests.benchmarks.bench_store --quick
	@$(BIN)/python -m tests.benchmarks.bench_formats --quick
	@$(BIN)/python -m tests.benchmarks.bench_exercise --quick
	@$(BIN)/python -m tests.benchmarks.bench_joining
	@$(BIN)/python -m tests.benchmarks.bench_sharing
	@$(BIN)/python -m tests.benchmarks.bench_taky
	@$(BIN)/python -m tests.benchmarks.power_cuts --cuts 1000
	@packaging/on_a_display.sh $(BIN)/python -m tests.benchmarks.bench_start --runs 3
	@packaging/on_a_display.sh $(BIN)/python -m tests.benchmarks.bench_map --quick --stored 1000 100000

.venv-tools/.qroc-locked: packaging/locks/setup.txt
	@$(PYTHON) packaging/set_up.py tools

lock: .venv-tools/.qroc-locked
	@.venv-tools/bin/python packaging/lock.py

upgrade: .venv-tools/.qroc-locked
	@.venv-tools/bin/python packaging/lock.py --upgrade

wheel: setup
	@rm -f dist/*.whl
	@$(BIN)/python -m hatchling build -t wheel -d dist

wheelhouse: wheel
	@rm -rf dist/wheelhouse
	@$(BIN)/python -m pip download --quiet --require-hashes --no-deps --only-binary :all: \
		-r packaging/locks/runtime.txt -d dist/wheelhouse
	@cp dist/*.whl packaging/locks/runtime.txt dist/wheelhouse/
	@cd dist/wheelhouse && sha256sum -- * > ../SHA256SUMS && mv ../SHA256SUMS .
	@echo 'dist/wheelhouse holds everything; see packaging/README.md'

clean:
	rm -rf .venv .venv-core .venv-tools build dist resources/map/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find qroc_desktop packaging tests maps resources \( -name __pycache__ -o -name '*.mo' \) -prune -exec rm -rf {} +
