# The front door. Every target sets up what it needs; what is already there is left alone.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test lint setup lock messages screens bench-page bench-desk bench-interfaces bench-exports bench-comparison

# PYTHON chooses the interpreter for .venv, for example: make run PYTHON=python3.12
export PYTHON
# Without byte code on the disk each of the many processes would compile two thousand modules anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up, then serve with the demo data until Ctrl-C; PORT chooses the port
	@tools/setup.sh run
	@PARTICIPATION_DEMO=1 exec .venv/bin/flask --app wsgi serve

test: ## Set up, then linters and all tests; PYTEST_ARGS="-k map" runs some of them
	@tools/setup.sh test
	@tools/lint.sh
	@exec .venv/bin/python -m pytest -n auto --maxprocesses 4 $(PYTEST_ARGS)

lint: ## Linters, types and import rules only
	@tools/setup.sh lint
	@tools/lint.sh

setup: ## Only what "make run" sets up before it serves
	@tools/setup.sh run

lock: ## Write the lock files anew (needs uv and npm); LOCK_ARGS=--upgrade takes newer versions
	@tools/lock.sh $(LOCK_ARGS)

messages: ## New texts of the code into translations/
	@tools/setup.sh lint
	@tools/messages.sh

screens: ## Pictures of every step of a resident into docs/screens/
	@tools/setup.sh test
	@.venv/bin/python -m tools.screens docs/screens

bench-page: ## Weight, motion and Lighthouse scores of the resident's pages; BENCH_ARGS="--only weight" measures less
	@tools/setup.sh test
	@exec .venv/bin/python -m benches.page $(BENCH_ARGS)

bench-desk: ## Statements and server time of the moderators' queue with 100 and 10,000 entries that wait, on both databases
	@tools/setup.sh test
	@exec .venv/bin/python -m benches.desk $(BENCH_ARGS)

bench-interfaces: ## The interfaces for programs, asked in thousands of ways; BENCH_ARGS="--examples 1000" asks more
	@tools/setup.sh test
	@exec .venv/bin/python -m benches.interfaces $(BENCH_ARGS)

bench-exports: ## Speed and memory of downloads against psql and sqlite3, and of imports; BENCH_ARGS="--rows 100000" measures fewer rows
	@tools/setup.sh test
	@.venv/bin/python -m benches.exports $(BENCH_ARGS)
	@.venv/bin/python -m benches.workbooks
	@exec .venv/bin/python -m benches.imports

bench-comparison: ## False and found claims of the comparison, its computing times, and its page; BENCH_ARGS="--runs 100" is faster
	@tools/setup.sh test
	@.venv/bin/python -m benches.comparison $(BENCH_ARGS)
	@exec .venv/bin/python -m benches.comparison_page
