# SPDX-License-Identifier: Apache-2.0
# The only commands that anyone needs. Each builds what it stands on and says so; a second call is quick.
#   make run     the platform on this machine          make test    every test that this machine can run
#   make check   format, lint, types, floors, tests    make fix     format and mend what a machine can mend
#   make bench   figures   make soak   long tests      make docs    generated pages, catalogues, the README's picture
#   make wheelhouse   everything to install from without a network
#   make clean   everything built is gone; rows and objects under .madang stay

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test test-postgresql check check-static fix bench soak docs picture assets words clean lock migration system-test-packages

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WEB := $(wildcard web/package.json web/package-lock.json web/.npmrc hatch_build.py)
WORDS := $(wildcard src/madang/locale/*/LC_MESSAGES/*.po)
ARGS ?=
# Images of containers often forbid compiled files, and then every process compiles everything anew: a second of each start.
unexport PYTHONDONTWRITEBYTECODE

help:
	@sed -n '3,7s/^# *//p' Makefile

# ---- the environment: each stamp is written last, so what was killed half way is done again

# A package may be half there when pip is killed, and pip would not see it; a newer system may have taken the Python away. Both begin anew.
ifneq ($(wildcard $(VENV)/.installing),)
ifeq ($(shell pid=$$(cat $(VENV)/.installing); kill -0 "$$pid" 2>/dev/null && ! grep -q '^State:.Z' /proc/"$$pid"/status 2>/dev/null && echo alive),alive)
$(error another make is installing into $(VENV); let it end first)
endif
$(shell rm -rf $(VENV))
else ifneq ($(wildcard $(VENV)/.made),)
$(if $(shell $(BIN)/python -c 'print(1)' 2>/dev/null),,$(shell rm -rf $(VENV)))
endif

$(VENV)/.made:
	@for python in $${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 none; do
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi
	done
	[[ $$python != none ]] || { echo "madang: there is no Python >= 3.11 on PATH (PYTHON=/path/to/python3 names one)" >&2; exit 1; }
	echo "madang: making $(VENV) with $$("$$python" --version)"
	rm -rf $(VENV)
	"$$python" -m venv $(VENV) || {
		rm -rf $(VENV)
		echo "madang: this Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv" >&2
		exit 1
	}
	touch $@

define install
echo "madang: $(1)"
echo $$$$ >$(VENV)/.installing
SECONDS=0
$(PIP) install -qq $(2)
rm $(VENV)/.installing
touch $@
echo "madang: done in $$SECONDS s"
endef

$(VENV)/.runtime: requirements.lock $(VENV)/.made
	@$(call install,installing what requirements.lock names (about 480 MB to fetch),--no-deps --require-hashes -r requirements.lock)

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(call install,installing the test tools that requirements-dev.lock names,--no-deps --require-hashes -r requirements-dev.lock)

# An S3 server for tests; what it stands on contradicts what Madang stands on, so it has an environment of its own.
$(VENV)/peers/s3/.made: tests/peers/s3/requirements.lock $(VENV)/.made
	@echo "madang: bringing the S3 server that the tests speak to (40 MB)"
	rm -rf $(@D)
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check install -qq --no-deps --require-hashes -r tests/peers/s3/requirements.lock
	touch $@

# Clients of the hub that tests drive, each as it is published and in an environment of its own.
CLIENTS := $(patsubst tests/clients/%/requirements.lock,$(VENV)/clients/%/.made,$(wildcard tests/clients/hf-*/requirements.lock))
# Readers of what the hub says of its datasets: large, so for long tests only.
READERS := $(VENV)/clients/readers/.made

$(VENV)/clients/%/.made: tests/clients/%/requirements.lock $(VENV)/.made
	@echo "madang: bringing the hub's client $* for the tests"
	rm -rf $(@D)
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check install -qq --no-deps --require-hashes -r $<
	touch $@

# Scripts and fonts come from npm packages; where the machine has no npm, PyPI's node is there for the build only. It trusts whom the system
# trusts, so that an institute's own mirror is reached.
$(VENV)/.madang: pyproject.toml $(WEB) $(WORDS) $(VENV)/.runtime
	@node=$(CURDIR)/$(VENV)/node
	trap 'rm -rf "$$node"' EXIT
	if ! command -v npm >/dev/null && $(BIN)/python hatch_build.py --stale; then
		echo "madang: there is no npm here, so node is fetched for the build (60 MB)"
		$(PIP) install -qq --no-deps --require-hashes --target "$$node" -r requirements-node.lock
	fi
	export PYTHONPATH="$$node" NODE_USE_SYSTEM_CA=1
	$(call install,building Madang,--no-deps --no-build-isolation --editable .)
	missing=src/madang/_static/MISSING
	[[ ! -e $$missing ]] || echo "madang: the pages' fonts and scripts could not be brought; pages work without them, make assets tries again: $$(tail -c 300 $$missing)"

# Programs for tests that come from npm packages; where they cannot be brought, the tests that need them are skipped and named.
$(VENV)/.peers: $(wildcard tests/peers/*/package*.json) tests/peers/install.py $(VENV)/.made
	@node=$(CURDIR)/$(VENV)/peers-node
	if ! command -v npm >/dev/null && [[ ! -d $$node ]]; then
		echo "madang: there is no npm here, so node is fetched for the tests (60 MB)"
		$(PIP) install -qq --no-deps --require-hashes --target "$$node" -r requirements-node.lock || true
	fi
	export PYTHONPATH="$$node" NODE_USE_SYSTEM_CA=1
	if $(BIN)/python tests/peers/install.py; then touch $@; fi

# ---- what people call

run: $(VENV)/.madang
	@export MADANG_HOME="$${MADANG_HOME:-$(CURDIR)/.madang}"
	exec $(BIN)/madang up $(ARGS)

test: $(VENV)/.dev $(VENV)/.madang $(VENV)/peers/s3/.made $(VENV)/.peers $(CLIENTS)
	@if [[ -z "$(ARGS)" ]]; then
		$(BIN)/python tests/side_by_side.py sqlite
	else
		temporary=$$(mktemp -d)
		trap 'rm -rf "$$temporary"' EXIT
		$(BIN)/python -m pytest --basetemp="$$temporary/tests" $(ARGS)
	fi

check-static: $(VENV)/.dev $(VENV)/.madang
	@echo "madang: format";  $(BIN)/ruff format --check --quiet src tests bench docs || { $(BIN)/ruff format --diff src tests bench docs; exit 1; }
	echo "madang: lint";    $(BIN)/ruff check --quiet src tests bench docs
	echo "madang: types";   $(BIN)/mypy
	echo "madang: floors";  $(BIN)/lint-imports

# Rooms with rows once more on PostgreSQL, where this machine has it; with TEST_ALL=1 it must.
test-postgresql: $(VENV)/.dev $(VENV)/.madang
	@if [[ -n "$${TEST_ALL:-}" || -n "$$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ]]; then
		temporary=$$(mktemp -d)
		trap 'rm -rf "$$temporary"' EXIT
		$(BIN)/python -m pytest --basetemp="$$temporary/tests" --database=postgresql $(ARGS)
	else
		echo "madang: this machine has no PostgreSQL, so rooms with rows were tested on SQLite alone"
	fi

# Both passes at once, in parts: what one of them waits for, the other uses.
check: check-static $(VENV)/peers/s3/.made $(VENV)/.peers $(CLIENTS)
	@kinds=sqlite
	if [[ -n "$${TEST_ALL:-}" || -n "$$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ]]; then
		kinds="sqlite postgresql"
	else
		echo "madang: this machine has no PostgreSQL, so rooms with rows are tested on SQLite alone"
	fi
	found=$$(mktemp -d)
	trap 'rm -rf "$$found"' EXIT
	$(BIN)/python tests/side_by_side.py $$kinds --keep-coverage-in "$$found" --cov --cov-report= --cov-fail-under=0 $(ARGS)
	$(BIN)/coverage combine --quiet "$$found"
	$(BIN)/coverage report --skip-covered
	cores=src/madang/licensing/*,src/madang/scan/*,src/madang/archives/*
	printf "madang: the cores' own coverage, of which 98 is the least: "
	$(BIN)/coverage report --include="$$cores" --format=total --precision=2 --fail-under=98

fix: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet src tests bench docs || true
	$(BIN)/ruff format src tests bench docs

bench: $(VENV)/.dev $(VENV)/.madang
	@for figure in bench/*.py; do echo "== $$figure"; $(BIN)/python $$figure $(ARGS); done

soak: $(VENV)/.dev $(VENV)/.madang $(VENV)/peers/s3/.made $(VENV)/.peers $(CLIENTS) $(READERS)
	@$(BIN)/python -m pytest -m soak $(ARGS)

docs: $(VENV)/.dev $(VENV)/.madang
	@$(BIN)/python docs/generate.py $(ARGS)

# The README's picture is a real page: the example's version, scanned by a platform that starts for it in an empty folder.
picture: $(VENV)/.dev $(VENV)/.madang
	@$(BIN)/python docs/pictures/take.py

migration: $(VENV)/.dev $(VENV)/.madang
	@[[ -n "$(m)" ]] || { echo 'usage: make migration m="what changes"' >&2; exit 2; }
	$(BIN)/python -c 'import sys; from madang import app, db; print(db.draft(sys.argv[1]))' "$(m)"
	$(BIN)/ruff format --quiet src/madang/db/versions

assets:
	@rm -f $(VENV)/.madang
	$(MAKE) $(VENV)/.madang

words: $(VENV)/.dev $(VENV)/.madang
	@cd src/madang/locale
	marks=(-k _ -k marked -k pgettext:1c,2 -k translate_plural:1,2)
	$(CURDIR)/$(BIN)/pybabel -q extract -F babel.cfg "$${marks[@]}" --no-location --sort-output -o messages.pot ..
	for language in ko en; do $(CURDIR)/$(BIN)/pybabel -q update -N -w 140 --ignore-obsolete -i messages.pot -d . -D madang -l $$language; done
	# What changes with every run and says nothing.
	sed -i -E '/^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):/d' messages.pot ??/LC_MESSAGES/madang.po

# Everything that `pip install --no-index --find-links dist/wheelhouse madang` needs on a machine like this one, where no network is.
wheelhouse: $(VENV)/.madang
	@[[ -e src/madang/_static/.stamp ]] || { echo "madang: the pages' fonts and scripts are missing, and a wheelhouse has them: make assets" >&2; exit 1; }
	rm -rf dist/.wheelhouse
	mkdir -p dist/.wheelhouse
	echo "madang: bringing what requirements.lock names"
	$(PIP) wheel -q --no-deps --require-hashes -r requirements.lock -w dist/.wheelhouse
	echo "madang: building Madang's own wheel"
	$(PIP) wheel -q --no-deps --no-build-isolation -w dist/.wheelhouse .
	$(PIP) install -q --dry-run --ignore-installed --no-index --find-links dist/.wheelhouse madang >/dev/null
	(cd dist/.wheelhouse && sha256sum -- *.whl >SHA256SUMS)
	rm -rf dist/wheelhouse
	mv dist/.wheelhouse dist/wheelhouse
	echo "madang: dist/wheelhouse has $$(ls dist/wheelhouse/*.whl | wc -l) wheels, $$(du -sh dist/wheelhouse | cut -f1)"

# uv resolves for every Python that Madang supports at once; the locks carry hashes and no address.
lock:
	@command -v uv >/dev/null || { echo "madang: make lock needs uv (any installer: pipx install uv)" >&2; exit 1; }
	flags=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet)
	uv pip compile "$${flags[@]}" $(ARGS) --group build pyproject.toml -o requirements.lock
	uv pip compile "$${flags[@]}" $(ARGS) --group node -o requirements-node.lock
	uv pip compile "$${flags[@]}" $(ARGS) --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache .coverage .coverage.* web/node_modules tests/peers/*/node_modules src/madang/_static
	find src tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.mo' -delete

system-test-packages:
	@[[ $$(id -u) == 0 ]] || { echo "madang: not root, so no system packages are installed" >&2; exit 0; }
	missing=()
	command -v chromium >/dev/null || missing+=(chromium)
	fc-list :lang=ko 2>/dev/null | grep -q . || missing+=(fontconfig fonts-noto-cjk)
	command -v git >/dev/null || missing+=(git)
	command -v nginx >/dev/null || missing+=(nginx)
	command -v openssl >/dev/null || missing+=(openssl)
	command -v ssh >/dev/null || missing+=(openssh-client)
	command -v systemd-analyze >/dev/null || missing+=(systemd)
	if ! ls /usr/lib/postgresql/*/bin/initdb &>/dev/null; then
		mkdir -p /etc/postgresql-common
		[[ -e /etc/postgresql-common/createcluster.conf ]] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
		missing+=(postgresql)
	fi
	[[ $${#missing[@]} == 0 ]] && exit 0
	echo "madang: installing $${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends "$${missing[@]}" >/dev/null </dev/null
