# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._volumes import Volume, volume_of

HIDDEN = "\\\\?\\Volume{5f4d1f4e-0000-0000-0000-100000000000}\\"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\ProgramData", "C:\\"),
        (r"c:\programdata", "C:\\"),
        ("D:", "D:\\"),
        (r"D:\Stage\Here", "D:\\Stage\\"),
        (r"D:\Stage", "D:\\Stage\\"),
        (r"D:\StageOther", "D:\\"),
        ("D:/Stage/Here", "D:\\Stage\\"),
        (r"E:\Stage", None),
        (r"\\server\share", None),
    ],
)
def test_a_folder_lies_on_the_nearest_volume_above_it(path: str, expected: str | None) -> None:
    volumes = [Volume(mounted, 1) for mounted in ("C:\\", "D:\\Stage\\", "D:\\", HIDDEN)]
    found = volume_of(path, volumes)
    assert (found.path if found else None) == expected


@pytest.mark.parametrize(("free", "expected"), [(1024, 1024), ("1024", 1024), (None, 0)])
def test_a_volume_may_not_tell_its_free_space(free: int | str | None, expected: int) -> None:
    assert Volume.parse({"Name": "C:\\", "FreeSpace": free}) == Volume("C:\\", expected)
