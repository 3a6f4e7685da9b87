# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
import zipfile

import pytest

from tests.setup.console import SetupError
from tests.setup.samples import unpack

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "sample.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("package/one.dll", b"one")
        archive.writestr("package/other.dll", b"other")
    return path


def test_the_members_that_are_wanted_lie_side_by_side(wheel: Path, tmp_path: Path) -> None:
    unpack(wheel, ["package/one.dll"], tmp_path / "samples")
    assert {path.name: path.read_bytes() for path in (tmp_path / "samples").iterdir()} == {"one.dll": b"one"}


def test_a_wheel_without_them_ends_set_up(wheel: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"package/two\.dll"):
        unpack(wheel, ["package/one.dll", "package/two.dll"], tmp_path / "samples")
    assert list((tmp_path / "samples").iterdir()) == []
