# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
import typing as t

import olefile
import pytest
from pymsi.streamname import encode_unicode

from ansible_collections.biztalk.patching.plugins.module_utils._transform import (
    Texts,
    changed_files,
    read_transforms,
)
from tests.lab.packages.patch import Patch

if t.TYPE_CHECKING:
    from pathlib import Path

PRODUCT = "{3C3532C8-182B-5AD9-8EEF-D42434251F0E}"
FILES = {"f12": ("RULES~1.XML|Rules.xml", b"<a/>"), "f13": ("", b"MZ"), "f14": ("x.dll", b"MZ")}
NAMES = {"f12": "RULES~1.XML|Rules.xml", "f13": None, "f14": "x.dll"}
WIDTHS = pytest.mark.parametrize(("sequence", "reference"), [(2, 2), (4, 2), (2, 3), (4, 3)])


def streams(sequence: int, reference: int) -> tuple[bytes, Texts]:
    content = Patch("", ()).transform(FILES, sequence=sequence, reference=reference).streams
    table, pool, data = (content[encode_unicode(name, True)] for name in ("File", "_StringPool", "_StringData"))
    return table, Texts.parse(pool, data)


@WIDTHS
def test_rows_of_the_file_table(sequence: int, reference: int) -> None:
    rows = changed_files(*streams(sequence, reference))
    assert {row["File"]: row.get("FileName") for row in rows} == NAMES
    assert [row["FileSize"] for row in rows] == [4, 2, 2]
    assert rows[0]["Sequence"] == 100


@WIDTHS
def test_a_table_cut_off_gives_no_wrong_name(sequence: int, reference: int) -> None:
    table, texts = streams(sequence, reference)
    for length in range(len(table)):
        rows = changed_files(table[:length], texts)
        assert {(row["File"], row.get("FileName")) for row in rows} <= NAMES.items()


def test_a_deleted_row_is_no_file() -> None:
    assert changed_files(struct.pack("<HH", 0, 1), Texts(("f1",), 2)) == ()


def test_a_table_that_reads_both_ways_gives_no_rows() -> None:
    """Four rows of six bytes, or three of eight."""
    place, key = 0x80, 1
    words = (place, key, 0, place, place, key, place, key, place, place, key, 0)
    texts = Texts(tuple(f"f{number}" for number in range(place)), 2)
    assert changed_files(struct.pack("<12H", *words), texts) == ()


@pytest.mark.parametrize(
    ("lengths", "data", "expected"),
    [
        ("", b"", ()),
        ("0300 0100 0100 0100", b"abcd", ("abc", "d")),
        ("0300 0100 0000 0000 0100 0100", b"abcd", ("abc", "", "d")),
        ("0000 0100 0100 0100 0100 0100", b"a" * 65537 + b"b", ("a" * 65537, "b")),
    ],
)
def test_the_string_pool(lengths: str, data: bytes, expected: tuple[str, ...]) -> None:
    assert Texts.parse(bytes.fromhex("e4040000 " + lengths), data) == Texts(expected, 2)


def test_references_of_a_large_string_pool_take_three_bytes() -> None:
    assert Texts.parse(bytes.fromhex("e4040080"), b"").width == 3


def test_a_string_pool_that_does_not_fit_its_texts_is_damaged() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Texts.parse(bytes.fromhex("e4040000 0300 0100"), b"ab")


def test_the_transforms_of_a_patch(tmp_path: Path) -> None:
    patch = Patch("", (), template="Intel;1033", revision=f"{PRODUCT}3.13.717.0;{PRODUCT}3.13.844.0;{PRODUCT}")
    (tmp_path / "a.msp").write_bytes(patch.build(FILES, tables={"SqlScript": b""}))
    with olefile.OleFileIO(str(tmp_path / "a.msp")) as compound:
        prepares, changes = read_transforms(compound)
    assert (prepares.name, changes.name) == ("#T1ToU1", "T1ToU1")
    assert changes.tables == ("File", "SqlScript")
    assert (changes.template, changes.versions) == ("Intel;1033", ("3.13.717.0", "3.13.844.0"))
    assert {row.get("FileName") for row in prepares.files} == {None}
