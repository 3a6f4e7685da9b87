# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._formats import recognise

FORMATS = {
    "a program": ("a.dll", b"MZ\x90", "program"),
    "a program by another name": ("a.bin", b"MZ\x90", "program"),
    "a cabinet without an extension": ("f12", b"MSCF\0\0", "archive"),
    "a zip file": ("a.zip", b"PK\x03\x04", "archive"),
    "an empty zip file": ("a.zip", b"PK\x05\x06", "archive"),
    "an installer": ("a.msi", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    "Setup.xml": ("x/SETUP.XML", b"<a/>", "setup_xml"),
    "a script": ("SQL\\A.Sql", b"MZ", "script"),
    "a command file": ("a.cmd", b"echo", "command"),
    "a text in UTF-16": ("a.vbs", b"\xff\xfea\0", "command"),
    "a picture of a dialog": ("Binary.banner", b"BM" + bytes(8) + b"\x36\0\0\0", "leaf"),
    "an empty file": ("a.bin", b"", "leaf"),
    "a program that is none": ("a.dll", b"hello", "unknown"),
    "an installer that is none": ("a.msi", b"hello", "unknown"),
    "a library without content": ("a.dll", b"", "unknown"),
    "a cabinet that begins like an icon": ("a.cab", b"\0\0\1\0", "unknown"),
    "a library that begins like a picture": ("a.dll", b"BM" + bytes(8) + b"\x36\0\0\0", "unknown"),
    "a text that begins like a picture": ("f12", b"BMW = 1", "text"),
    "a document": ("Readme.txt", b"Hello", "data"),
    "a document that is none": ("Readme.txt", b"\x01\x02\x03", "unknown"),
    "a cabinet by the name of a document": ("Readme.txt", b"MSCF", "archive"),
    "a program by the name of a picture": ("a.png", b"MZ", "program"),
    "a text by the name of a picture": ("a.png", b"GO", "text"),
    "a text without a name": ("f12", b"GO", "text"),
    "an old document": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "leaf"),
    "a text in UTF-32": ("a.cmd", "x".encode("utf-32"), "unknown"),
    "a short piece of compressed data": ("a.txt", b"\x1f\x8bx", "unknown"),
    "anything else": ("a.bin", b"\x01\0\x02", "unknown"),
}


@pytest.mark.parametrize(("name", "head", "expected"), FORMATS.values(), ids=FORMATS.keys())
def test_content_tells_the_format(name: str, head: bytes, expected: str) -> None:
    assert recognise(name, head) == expected
