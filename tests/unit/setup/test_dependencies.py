# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t
import zipfile

import pytest

from tests.setup.console import SetupError
from tests.setup.dependencies import installed_version, unpack_bundle

if t.TYPE_CHECKING:
    from pathlib import Path

MANIFEST = json.dumps({"collection_info": {"version": "3.8.0"}})


def wheel(folder: Path, *names: str) -> Path:
    path = folder / "ansible-14.5.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, MANIFEST if name.endswith("MANIFEST.json") else "new")
    return path


def test_one_collection_is_taken_out_of_the_bundle(tmp_path: Path) -> None:
    target = tmp_path / "ansible_collections" / "ansible" / "windows"
    (target / "plugins").mkdir(parents=True)
    (target / "plugins" / "old.py").write_text("of an older version")
    bundle = wheel(
        tmp_path,
        "ansible_collections/ansible/windows/MANIFEST.json",
        "ansible_collections/ansible/windows/plugins/new.py",
        "ansible_collections/ansible/posix/MANIFEST.json",
    )

    unpack_bundle(bundle, "ansible", "windows", target)

    assert installed_version(target) == "3.8.0"
    assert [path.name for path in (target / "plugins").iterdir()] == ["new.py"]
    assert [path.name for path in target.parent.iterdir()] == ["windows"]


def test_a_bundle_without_the_collection_leaves_what_is_there(tmp_path: Path) -> None:
    target = tmp_path / "windows"
    target.mkdir()
    (target / "MANIFEST.json").write_text(MANIFEST)

    with pytest.raises(SetupError, match="does not hold what was expected"):
        unpack_bundle(wheel(tmp_path, "ansible_collections/ansible/posix/MANIFEST.json"), "ansible", "windows", target)

    assert installed_version(target) == "3.8.0"


@pytest.mark.parametrize("manifest", [None, "", '{"collection_info"'], ids=["none", "empty", "cut off"])
def test_a_part_of_a_collection_is_none(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "MANIFEST.json").write_text(manifest)

    assert installed_version(tmp_path) is None
