# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io
import tarfile
import typing as t

from tests.setup.artefact import REQUIRED, problems_in

if t.TYPE_CHECKING:
    from pathlib import Path


def artefact(folder: Path, *names: str) -> Path:
    path = folder / "biztalk-patching-0.1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


def test_a_good_artefact_has_no_problems(tmp_path: Path) -> None:
    assert problems_in(artefact(tmp_path, *REQUIRED, "plugins/modules/group_info.py")) == []


def test_strangers_and_gaps_are_named(tmp_path: Path) -> None:
    present = REQUIRED - {"README.md"}

    problems = problems_in(artefact(tmp_path, *present, "tests/lab/world.py", "plugins/__pycache__/x.pyc"))

    assert problems == [
        "plugins/__pycache__/x.pyc does not belong into the artefact: add it to build_ignore in galaxy.yml",
        "tests/lab/world.py does not belong into the artefact: add it to build_ignore in galaxy.yml",
        "README.md is missing from the artefact",
    ]
