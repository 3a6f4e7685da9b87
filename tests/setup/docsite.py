# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the docsite in `.cache/docsite/html`: `python -m tests.setup.docsite`. A broken reference ends it.

The guides are not written twice: Sphinx reads the Markdown of a copy of the checkout, in which antsibull-docs puts the
pages of the modules, filters and roles beside them.
"""

from __future__ import annotations

import os
import shutil
import sys
import typing as t

from tests.setup.ansible_test import checkout_files, mirror
from tests.setup.console import SetupError, run
from tests.setup.paths import ANSIBLE_HOME, CACHE, ROOT, VENV_BIN

if t.TYPE_CHECKING:
    from pathlib import Path

DOCSITE = CACHE / "docsite"
CONFIGURATION = ROOT / "docs" / "docsite"


def main() -> int:
    """Build and return the exit code."""
    try:
        build(ROOT, DOCSITE)
    except SetupError as error:
        print(error)
        return 1
    print(f"the docsite is {DOCSITE / 'html' / 'index.html'}")
    return 0


def build(checkout: Path, target: Path) -> None:
    """Make `target/html` of the checkout. Raises SetupError with what antsibull-docs or Sphinx says is wrong."""
    source = target / "source"
    mirror(checkout_files(), checkout, source)
    shutil.copy(CONFIGURATION / "index.md", source)
    make_reference(source)
    make_pages(source, target)


def make_reference(source: Path) -> None:
    """Have antsibull-docs write the pages of the plugins and roles to `source/collections`."""
    # antsibull-docs wants nobody else to write where it does.
    source.chmod(0o755)
    command: list[str | Path] = [VENV_BIN / "antsibull-docs", "--config-file", CONFIGURATION / "antsibull-docs.cfg"]
    command += ["collection", "--use-current", "--fail-on-error", "--dest-dir", source, "biztalk.patching"]
    run(command, env=os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(CACHE), "ANSIBLE_HOME": str(ANSIBLE_HOME)})


def make_pages(source: Path, target: Path) -> None:
    """Have Sphinx make the pages; each of its warnings, such as a broken reference, is an error."""
    command: list[str | Path] = [VENV_BIN / "sphinx-build", "--fail-on-warning", "--keep-going", "--quiet"]
    command += ["-b", "html", "-c", CONFIGURATION, "-d", target / "doctrees", source, target / "html"]
    run(command)


if __name__ == "__main__":
    sys.exit(main())
