# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import subprocess
import typing as t
import zipfile

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import find_seven_zip
from ansible_collections.biztalk.patching.plugins.module_utils._embedded import (
    Image,
    Span,
    embedded_archives,
    unexplained,
)
from tests.lab.packages.patch import Patch
from tests.lab.packages.shapes import cabinet

if t.TYPE_CHECKING:
    from pathlib import Path

CABINET = cabinet({"a.txt": b"a" * 500})
PATCH = Patch("{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}", ()).build({"f1": ("a.dll", b"MZ")})
MEGABYTE = 1024 * 1024


def zipped(stub: bytes = b"", comment: bytes = b"") -> bytes:
    content = io.BytesIO(stub)
    content.seek(len(stub))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("a.txt", "a")
        archive.comment = comment
    return content.getvalue()


def spans(content: bytes) -> list[Span]:
    return list(embedded_archives(Image(io.BytesIO(content))))


@pytest.mark.parametrize("before", [b"", b"x" * 100, b"MSCF" * 3, bytes(MEGABYTE - 2)])
@pytest.mark.parametrize("behind", [b"", b"more"])
def test_a_cabinet_states_its_size(before: bytes, behind: bytes) -> None:
    assert spans(before + CABINET + behind) == [Span(len(before), len(before) + len(CABINET), "cab")]


def test_a_cabinet_that_is_cut_off_reaches_to_the_end() -> None:
    assert spans(b"x" + CABINET[:-10]) == [Span(1, len(CABINET) - 9, "cab")]


@pytest.mark.parametrize("comment", [b"", b"a comment"])
def test_a_zip_counts_from_its_own_beginning(comment: bytes) -> None:
    content = zipped(comment=comment)
    assert spans(b"stub" + content + b"more") == [Span(4, 4 + len(content), "zip")]


def test_a_zip_counts_from_the_beginning_of_the_program() -> None:
    content = zipped(b"stub")
    assert spans(content) == [Span(0, len(content), "zip")]


def test_a_zip_far_before_the_end() -> None:
    content = zipped()
    assert spans(content + bytes(200_000)) == [Span(0, len(content), "zip")]


def test_a_7z_archive(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    program = find_seven_zip()
    assert program is not None
    subprocess.run([program, "a", "-bso0", "a.7z", "a.txt"], cwd=tmp_path, check=True, timeout=30)
    content = (tmp_path / "a.7z").read_bytes()
    assert spans(b"stub" + content + b"more") == [Span(4, 4 + len(content), "7z")]


def test_a_compound_file_reaches_at_least_to_its_end() -> None:
    (span,) = spans(b"stub" + PATCH)
    assert (span.start, span.end, span.kind) == (4, 4 + len(PATCH), "Compound")


@pytest.mark.parametrize(("version", "kind"), [(b"\x00\xcf", "rar"), (b"\x01\x00", "rar5")])
def test_a_rar_archive(version: bytes, kind: str) -> None:
    content = b"stubRar!\x1a\x07" + version + b"blocks"
    assert spans(content) == [Span(4, len(content), kind)]


def test_several_archives_come_in_order() -> None:
    assert [span.kind for span in spans(b"x" + CABINET + zipped() + CABINET)] == ["cab", "zip", "cab"]


@pytest.mark.parametrize(
    "content",
    [
        b"MSCF" + bytes(40),
        b"7z\xbc\xaf\x27\x1c" + bytes(40),
        b"PK\x03\x04" + bytes(40),
        zipped()[:-10],
        b"Rar!\x1a\x07" + bytes(40),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
        CABINET[:20],
    ],
    ids=["cab", "7z", "zip", "cut zip", "rar", "ole", "cut cab"],
)
def test_a_signature_alone_is_no_archive(content: bytes) -> None:
    assert spans(b"program" + content) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"programdata", [Span(7, 11)]),
        (b"program" + bytes(100), []),
        (b"program" + bytes(3) + b"data", [Span(7, 14)]),
        (b"program" + b"\x30\x82\x00\x05hello\0", []),
        (b"program" + b"\x30\x82\x00\x05hello and more", [Span(7, 25)]),
        (b"program", []),
    ],
)
def test_what_is_neither_explained_nor_padding_nor_a_signature(content: bytes, expected: list[Span]) -> None:
    assert list(unexplained(Image(io.BytesIO(content)), [Span(0, 7)])) == expected


def test_what_lies_between_is_unexplained() -> None:
    content = Image(io.BytesIO(b"aaaaXbbbb"))
    assert list(unexplained(content, [Span(5, 9), Span(0, 4)])) == [Span(4, 5)]
