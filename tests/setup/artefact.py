# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the collection's artefact and checks that it holds what a user needs and nothing else."""

from __future__ import annotations

import sys
import tarfile
import typing as t

from tests.setup.console import SetupError, run
from tests.setup.paths import CACHE, ROOT, VENV_BIN

if t.TYPE_CHECKING:
    from pathlib import Path

EXPECTED = frozenset(
    {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "FILES.json",
        "LICENSE",
        "LICENSES",
        "MANIFEST.json",
        "README.md",
        "changelogs",
        "docs",
        "execution-environment.yml",
        "meta",
        "playbooks",
        "plugins",
        "roles",
    }
)
REQUIRED = frozenset(
    {
        "LICENSE",
        "MANIFEST.json",
        "README.md",
        # docs/awx.md has users copy it.
        "docs/awx/project/patch.yml",
        "execution-environment.yml",
        "meta/runtime.yml",
        "playbooks/patch.yml",
        "playbooks/plan.yml",
    }
)


def main() -> int:
    """Build, check, and return the exit code."""
    target = CACHE / "build"
    try:
        run(
            [
                str(VENV_BIN / "ansible-galaxy"),
                "collection",
                "build",
                "--force",
                "--output-path",
                str(target),
                str(ROOT),
            ]
        )
        problems = problems_in(newest(target))
    except SetupError as error:
        problems = [str(error)]
    print("\n".join(problems) or f"built {newest(target)}")
    return 1 if problems else 0


def newest(folder: Path) -> Path:
    """Return the artefact that was built last."""
    return max(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def problems_in(artefact: Path) -> list[str]:
    """Tell what does not belong into the artefact and what is missing from it."""
    with tarfile.open(artefact) as archive:
        names = {member.name for member in archive.getmembers() if member.isfile()}
    strangers = sorted(
        name for name in names if name.split("/")[0] not in EXPECTED or "__pycache__" in name or name.endswith(".pyc")
    )
    return [f"{name} does not belong into the artefact: add it to build_ignore in galaxy.yml" for name in strangers] + [
        f"{name} is missing from the artefact" for name in sorted(REQUIRED - names)
    ]


if __name__ == "__main__":
    sys.exit(main())
