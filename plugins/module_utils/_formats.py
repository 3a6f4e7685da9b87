# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of file a payload is: by its content, and by its name only where content says nothing."""

from __future__ import annotations

import typing as t
from pathlib import PurePosixPath

Format = t.Literal["program", "archive", "compound", "setup_xml", "script", "text", "leaf", "unknown"]

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"MZ", "program"),
    (b"MSCF", "archive"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    # Pictures, which Windows Installer files carry for their dialogs.
    (b"BM", "leaf"),
    (b"\x00\x00\x01\x00", "leaf"),
    (b"GIF8", "leaf"),
    (b"\x89PNG", "leaf"),
    (b"\xff\xd8\xff", "leaf"),
)
# Documents and data: they are not opened at all.
_LEAVES = frozenset(
    {"txt", "rtf", "doc", "docx", "htm", "html", "pdf", "chm", "log"}
    | {"xml", "xsd", "xsl", "xslt", "wsdl", "config", "ini", "inf", "mof", "manifest", "reg", "resx", "css"}
    | {"ico", "bmp", "gif", "png", "jpg", "jpeg", "cat", "cer", "tlb"}
)
# Files of these kinds begin with one of the signatures above, or they are damaged.
_BINARIES = frozenset({"exe", "dll", "cab", "msi", "msp", "zip", "7z", "rar", "msu"})
_SAMPLE = 4096
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def extension(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.removeprefix(".").casefold()


def base_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def is_setup_xml(name: str) -> bool:
    return base_name(name).casefold() == "setup.xml"


def must_be_opened(name: str) -> bool:
    """Whether the name alone does not settle what is inside."""
    return is_setup_xml(name) or extension(name) not in _LEAVES


def recognise(name: str, head: bytes) -> Format:
    """`head` is the beginning of the content, a few kilobytes or all of it."""
    if is_setup_xml(name):
        return "setup_xml"
    if extension(name) == "sql":
        return "script"
    for signature, format_ in _SIGNATURES:
        if head.startswith(signature):
            return format_
    if extension(name) in _LEAVES or not head:
        return "leaf"
    if extension(name) in _BINARIES:
        return "unknown"
    return "text" if head.startswith(_BYTE_ORDER_MARKS) or b"\0" not in head[:_SAMPLE] else "unknown"


def decode(content: bytes) -> str:
    if content.startswith(_BYTE_ORDER_MARKS):
        return content.decode("utf-16", "replace")
    return content.decode("latin-1")
