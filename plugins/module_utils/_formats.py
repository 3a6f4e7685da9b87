# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of file a payload is: by its content. A name is believed only where the content agrees with it."""

from __future__ import annotations

import typing as t
from pathlib import PurePosixPath

Format = t.Literal[
    "program", "archive", "compound", "setup_xml", "script", "command", "data", "text", "leaf", "unknown"
]
"""`script` is SQL, `command` may call it, `data` and documents are text that nobody runs, `text` is any other text."""

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"MZ", "program"),
    (b"MSCF", "archive"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    # Pictures, which Windows Installer files carry for their dialogs under names of their own.
    (b"\x00\x00\x01\x00", "leaf"),
    (b"GIF87a", "leaf"),
    (b"GIF89a", "leaf"),
    (b"\x89PNG\r\n\x1a\n", "leaf"),
    (b"\xff\xd8\xff", "leaf"),
)
_COMMANDS = frozenset({"cmd", "bat", "vbs", "js", "wsf", "hta", "ps1", "psm1", "psd1", "inf"})
_DATA = frozenset(
    {"txt", "rtf", "htm", "html", "log", "md"}
    | {"xml", "xsd", "xsl", "xslt", "wsdl", "dtd", "rels", "config", "ini", "mof", "manifest", "reg", "resx", "css"}
    | {"json", "svc", "asax", "asmx", "aspx", "ascx", "cs", "vb", "btm", "btp", "odx", "xaml", "disco", "map"}
)
# Documents and data that are no text -> how they begin.
_BINARY_LEAVES: dict[str, tuple[bytes, ...]] = {
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    "pdf": (b"%PDF",),
    "chm": (b"ITSF",),
    "tlb": (b"MSFT", b"SLTG"),
    "cat": (b"\x30\x82", b"\x30\x83"),
    "cer": (b"\x30\x82", b"-----BEGIN CERTIFICATE"),
    "emf": (b"\x01\x00\x00\x00",),
    "wmf": (b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00"),
    "pdb": (b"Microsoft C/C++", b"BSJB"),
    "resources": (b"\xce\xca\xef\xbe",),
}
# Files of these kinds begin with one of the signatures above, or they are damaged.
_BINARIES = frozenset({"exe", "dll", "cab", "msi", "msp", "zip", "7z", "rar", "msu"})
_UTF_32_MARK = b"\xff\xfe\x00\x00"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What no text holds: control characters but tabulator, line and page breaks, end of file and escape.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_PRINTABLE = bytes(set(range(256)) - set(_CONTROLS))


def extension(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.removeprefix(".").casefold()


def base_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def is_setup_xml(name: str) -> bool:
    return base_name(name).casefold() == "setup.xml"


def recognise(name: str, head: bytes) -> Format:
    """`head` is the beginning of the content, a few kilobytes or all of it."""
    kind = extension(name)
    if is_setup_xml(name):
        return "setup_xml"
    if kind == "sql":
        return "script"
    if not head:
        return "unknown" if kind in _BINARIES else "leaf"
    if head.startswith(_BINARY_LEAVES.get(kind, ())):
        return "leaf"
    signed = _by_signature(head)
    # What is called a cabinet and begins like a picture is neither: the zeros of an icon are soon found by accident.
    if signed and not (signed == "leaf" and kind in _BINARIES):
        return signed
    if kind in _BINARIES or not _is_text(head):
        return "unknown"
    return "command" if kind in _COMMANDS else "data" if kind in _DATA else "text"


def _by_signature(head: bytes) -> Format | None:
    if _is_bitmap(head):
        return "leaf"
    return next((format_ for signature, format_ in _SIGNATURES if head.startswith(signature)), None)


def _is_bitmap(head: bytes) -> bool:
    """Two letters alone are too little: the reserved bytes and the offset of the picture are there as well."""
    return head.startswith(b"BM") and head[6:10] == bytes(4) and head[11:14] == bytes(3)


def _is_text(head: bytes) -> bool:
    if head.startswith(_UTF_16_MARKS):
        return not head.startswith(_UTF_32_MARK)
    return not head.translate(None, delete=_PRINTABLE)
