# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._formats import decode, must_be_opened, recognise

FORMATS = {
    "a program": ("a.dll", b"MZ\x90", "program"),
    "a program by another name": ("a.bin", b"MZ\x90", "program"),
    "a cabinet without an extension": ("f12", b"MSCF\0\0", "archive"),
    "a zip file": ("a.zip", b"PK\x03\x04", "archive"),
    "an empty zip file": ("a.zip", b"PK\x05\x06", "archive"),
    "an installer": ("a.msi", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    "Setup.xml": ("x/SETUP.XML", b"<a/>", "setup_xml"),
    "a script": ("SQL\\A.Sql", b"MZ", "script"),
    "a command file": ("a.cmd", b"echo", "text"),
    "a text in UTF-16": ("a.vbs", b"\xff\xfea\0", "text"),
    "a picture of a dialog": ("Binary.banner", b"BM\0\0", "leaf"),
    "an empty file": ("a.bin", b"", "leaf"),
    "a program that is none": ("a.dll", b"hello", "unknown"),
    "an installer that is none": ("a.msi", b"hello", "unknown"),
    "anything else": ("a.bin", b"\x01\0\x02", "unknown"),
}


@pytest.mark.parametrize(("name", "head", "expected"), FORMATS.values(), ids=FORMATS.keys())
def test_content_tells_the_format(name: str, head: bytes, expected: str) -> None:
    assert recognise(name, head) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Readme.txt", False),
        ("web.config", False),
        ("other.xml", False),
        ("Setup.xml", True),
        ("a.dll", True),
        ("f12", True),
        ("a.sql", True),
    ],
)
def test_documents_are_not_opened(name: str, *, expected: bool) -> None:
    assert must_be_opened(name) is expected


def test_text_of_either_encoding_is_decoded() -> None:
    assert decode("x.sql".encode("utf-16")) == "x.sql"
    assert decode(b"x.sql \xff") == "x.sql ÿ"
