# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that is needed is installed below .cache/ on the first run, and brought up to date on later ones.

.DEFAULT_GOAL := help
.PHONY: help demo test unit integration campaign lint molecule docs build clean setup-run setup-test

# Any Python from 3.9 on: set-up picks the right one for the project itself, or takes the one that BIZTALK_PYTHON names.
PYTHON ?= $(shell for name in python3 python3.12 python3.13 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null && echo "$$name" && break; done)
VENV := $(CURDIR)/.cache/venv/bin
GATES := "$(VENV)/python" -m tests.setup.gate_runner

# The same as tests/setup/gate_runner.py gives to the gates.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible-home
export PYTHONPATH := $(CURDIR):$(CURDIR)/.cache
export PATH := $(VENV):$(CURDIR)/.cache/tools/bin:$(PATH)
export LD_LIBRARY_PATH := $(CURDIR)/.cache/tools/lib$(if $(LD_LIBRARY_PATH),:$(LD_LIBRARY_PATH))

help:  ## show what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

demo: setup-run  ## start the lab, plan and patch a simulated BizTalk group, show what happened
	"$(VENV)/python" -m tests.lab demo

test: setup-test  ## every test and gate
	$(GATES) all

unit: setup-test  ## the unit tests
	"$(VENV)/python" -m pytest tests/unit

integration: setup-test  ## all end-to-end tests on the lab, the long ones too
	"$(VENV)/python" -m pytest tests/integration -n 2 --dist loadfile

campaign: setup-run  ## strike each step of the playbooks in each way, and see the next command mend it (takes long)
	"$(VENV)/python" -m tests.lab.campaign

lint: setup-test  ## every static gate
	$(GATES) lint

molecule: setup-test  ## the molecule scenario on the lab
	$(GATES) molecule

docs: setup-test  ## the docsite, in .cache/docsite/html; a broken reference ends it
	"$(VENV)/python" -m tests.setup.docsite

build: setup-run  ## the collection's artefact, in .cache/build
	"$(VENV)/python" -m tests.setup.artefact

clean:  ## remove all that was installed and made
	rm -rf .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .ansible build collections tests/output

setup-run setup-test: setup-%:
	@python="$(PYTHON)"; if [ -z "$$python" ]; then \
	  echo "No Python 3.9 or newer was found: install Python 3.12, or run make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	"$$python" -m tests.setup.bootstrap $*
