# Every command that a person or CI runs, with one sentence above each. `make` alone prints them.

# python3 is the machine's; a newer python3.N beside it is taken when python3 itself is too old.
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: video mutate-engine replay help setup weights demo test chromium test-long test-spark check rulebook bench screenshots tour pin

# Print every command with its sentence.
help:
	@awk '/^# /{s=substr($$0,3);next} /^[a-z][a-z-]*:/{if(s!=""){n=$$1;sub(":.*","",n);printf "  make %-12s %s\n",n,s}} {s=""}' $(firstword $(MAKEFILE_LIST))

# Create the environment in .venv and install the pinned dependencies; does nothing when all is there.
setup: $(VENV)/.ready

$(VENV)/.ready: requirements/run.txt requirements/dev.txt pyproject.toml $(VENV)/.uv-$(UV_VERSION)
	@echo "Installing the pinned dependencies ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements/run.txt -r requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.uv-$(UV_VERSION): | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Xinglin needs Python 3.11 or later, and this machine's python3 is older or missing." \
		"On Debian or Ubuntu: apt install python3 python3-venv." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python is here but its part 'venv' is missing." \
		"On Debian or Ubuntu: apt install python3-venv." >&2; exit 1; }
	@echo "Creating the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# Fetch the models of faces and voices once and check them; never fails: what cannot be verified without them is said.
weights: setup
	@$(BIN)/xinglin biometrics status >/dev/null 2>&1 || $(BIN)/xinglin biometrics fetch || \
		echo "Faces or voices cannot be verified here; everything else runs. Try again: make weights."

# Start the whole hospital with its demo city on http://localhost:8000 (HOST and PORT by environment).
demo: setup weights
	@exec $(BIN)/xinglin demo

# Install what picture and sound in visits need (WebRTC); without it the hospital offers text.
video: $(VENV)/.video

$(VENV)/.video: requirements/video.txt | $(VENV)/.ready
	@echo "Installing WebRTC for video visits ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements/video.txt
	@touch $@

# Run the tests against an embedded PostgreSQL of their own, video visits included; as root a Chromium is installed.
test: setup weights video chromium
	@$(BIN)/python -m pytest -m "not long and not spark" -n 2 --dist loadfile --no-loadscope-reorder

# Install a Chromium where that is possible; never fails: the browser tests say aloud when they have none.
chromium:
	@command -v chromium chromium-browser google-chrome "$$CHROMIUM" >/dev/null 2>&1 || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && echo "Installing Chromium for the browser tests ..." && \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1; } || \
		echo "No Chromium here: the browser tests will be skipped. Install one, or name it in CHROMIUM."

# Run the tests that search longer: more generated examples, longer fuzzing.
test-long: setup
	@$(BIN)/python -m pytest -m "long and not spark"

# Compare the rules on Spark 4 with the reference; installs Spark here and, as root, Java 17.
test-spark: setup $(VENV)/.spark
	@command -v java >/dev/null 2>&1 || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && echo "Installing Java 17 for Spark ..." && \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless; } \
		>/dev/null 2>&1; } || true
	@if command -v java >/dev/null 2>&1; then $(BIN)/python -m pytest -m spark; else \
		echo "Spark was not tried: it needs Java 17, which is missing here and could not be installed." \
		"On Debian or Ubuntu: apt install openjdk-17-jre-headless. Nothing else needs Java."; fi

$(VENV)/.spark: requirements/spark.txt | $(VENV)/.ready
	@echo "Installing Spark ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements/spark.txt
	@touch $@

# Check form, types, arrows between modules and the house rules, in under a minute (who gets in where: make test).
check: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/structure --ignore tests/structure/test_permission_table.py

# Print the rule book in docs/rulebook from the rules and their specifications, and the page of the lake's columns.
rulebook: setup
	@$(BIN)/python -m xinglin.supervision rulebook
	@$(BIN)/python -m xinglin.supervision columns

# Measure whole loops a second, the audit beside hand-written SQL and the checks of medicines; write docs/reference/benchmarks.md.
bench: setup
	@$(BIN)/xinglin bench

# Break the engines on purpose, one way after another, and expect the comparison to notice each time.
mutate-engine: setup
	@$(BIN)/python -m tests.generative.mutations

# Judge a made year case by case at control and in one pass by the audit, explain hindsight, and write docs/reference/replay.md.
replay: setup
	@$(BIN)/xinglin replay --write

# Make the pictures of the README with a real browser.
screenshots: setup
	@$(BIN)/python scripts/screenshots.py --readme

# Walk the whole loop on a throw-away database and tell each step.
tour: setup
	@$(BIN)/xinglin tour

# Choose the newest versions that requirements/*.in allow and write them to requirements/*.txt.
pin: setup
	@$(COMPILE) requirements/run.in -o requirements/run.txt
	@$(COMPILE) requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	@$(COMPILE) requirements/spark.in -o requirements/spark.txt
	@$(COMPILE) requirements/video.in -o requirements/video.txt
