# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Deadline, Entry, SevenZip, find_seven_zip
from ansible_collections.biztalk.patching.plugins.module_utils._cabinet import BrokenStreamError, streamed_members
from ansible_collections.biztalk.patching.plugins.module_utils._member import InMemory, OnDisk
from tests.lab.packages.shapes import cabinet

if t.TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1024 * 1024


def seven_zip() -> SevenZip:
    program = find_seven_zip()
    assert program is not None
    return SevenZip(program, Deadline(30))


def contents(path: Path, entries: tuple[Entry, ...] | None = None) -> dict[str, bytes]:
    """The files of the cabinet at `path`, or what is taken for them where `entries` says something else."""
    archiver = seven_zip()
    found = {}
    with archiver.stream(path) as stream:
        for member in streamed_members(entries or archiver.list(path).entries, stream, path.with_name("content")):
            assert member.content is not None
            with member.content.open() as file:
                found[member.name] = file.read()
    return found


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Of the names none is in the order of the alphabet, two are empty, and some look like switches and patterns."""
    path = tmp_path / "a.cab"
    path.write_bytes(cabinet({"z": b"", "*.dll": b"star", "-y": b"switch", "@a": b"", "b": b"\xff" * 100_000}))
    return path


def test_each_file_gets_its_own_content(packed: Path) -> None:
    assert contents(packed) == {"z": b"", "*.dll": b"star", "-y": b"switch", "@a": b"", "b": b"\xff" * 100_000}


@pytest.mark.parametrize("change", [1, -1], ids=["more", "less"])
def test_sizes_that_are_not_those_of_the_list(packed: Path, change: int) -> None:
    listed = seven_zip().list(packed).entries
    told = tuple(Entry(entry.name, entry.size + change) if entry.size == 6 else entry for entry in listed)
    assert told != listed
    with pytest.raises(BrokenStreamError):
        contents(packed, told)


def test_damage_within_a_cabinet(packed: Path) -> None:
    content = bytearray(packed.read_bytes())
    content[-10] ^= 0xFF
    packed.write_bytes(content)
    with pytest.raises(BrokenStreamError):
        contents(packed)


@pytest.mark.parametrize(("size", "kind"), [(4 * MEGABYTE, InMemory), (4 * MEGABYTE + 1, OnDisk)])
def test_a_large_file_takes_no_memory(tmp_path: Path, size: int, kind: type) -> None:
    (tmp_path / "a.cab").write_bytes(cabinet({"large.dll": b"\x01" * size, "small.dll": b"small"}))
    archiver = seven_zip()
    with archiver.stream(tmp_path / "a.cab") as stream:
        large, small = (
            (type(member.content), member.content.size)
            for member in streamed_members(archiver.list(tmp_path / "a.cab").entries, stream, tmp_path / "content")
            if member.content
        )
    assert (large, small) == ((kind, size), (InMemory, 5))
