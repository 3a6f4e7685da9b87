# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._member import Blob, InMemory, OnDisk

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_content_is_read_and_lies_on_disk_where_that_is_wanted(tmp_path: Path, *, in_memory: bool) -> None:
    place = tmp_path / "content"
    content: Blob = InMemory(b"hello", place) if in_memory else OnDisk(place)
    if not in_memory:
        place.write_bytes(b"hello")
    assert content.size == 5
    with content.open() as file:
        assert file.read() == b"hello"
    assert content.read() == b"hello"
    with content.on_disk() as path:
        assert path.read_bytes() == b"hello"
    assert place.exists() is not in_memory
