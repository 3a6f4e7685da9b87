# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an update is uninstalled in silence: from the values of its Uninstall entry to one command line.

Sources: Microsoft's pages *Uninstall Registry Key*, *Uninstalling Patches* and *MSIPATCHREMOVE property*.
"""

from __future__ import annotations

import re
import typing as t

_GUID = re.compile(r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", re.IGNORECASE)
_MSIEXEC = re.compile(r"(?:^|\\|\")msiexec(?:\.exe)?(?=[\"\s]|$)", re.IGNORECASE)
_PATCHES = re.compile(r"MSIPATCHREMOVE=\"?([^\"\s]+)", re.IGNORECASE)
_PATCH = re.compile(rf"/(?:uninstall|x)\s*({_GUID.pattern})", re.IGNORECASE)
_PRODUCT = re.compile(rf"/(?:package|i|x|uninstall)\s*({_GUID.pattern})", re.IGNORECASE)
_PACKAGE = re.compile(rf"/(?:package|i)\s*({_GUID.pattern})", re.IGNORECASE)
# A path without quotes may have blanks in it, and its program ends with the first .exe.
_BARE_PROGRAM = re.compile(r"(.+?\.exe)(?=\s|$)(.*)", re.IGNORECASE)


def uninstall_command(key: str, values: t.Mapping[str, str], *, log: str, silently: t.Sequence[str]) -> str | None:
    """The command line for the entry `key` with these values; None where the entry tells of none.

    `silently` are the switches for an entry that has no QuietUninstallString.
    """
    quiet, loud = values.get("QuietUninstallString", "").strip(), values.get("UninstallString", "").strip()
    line = quiet or loud
    if _MSIEXEC.search(line):
        return _windows_installer(line, log)
    if not line and _GUID.fullmatch(key) and values.get("WindowsInstaller") == "1":
        return _windows_installer(f"msiexec.exe /x {key}", log)
    if not line:
        return None
    return _program(line) if quiet else " ".join([_program(line), *(_quoted(word) for word in silently)])


def _windows_installer(line: str, log: str) -> str | None:
    """`/I` in an entry asks what to do, and a patch goes by MSIPATCHREMOVE, from the product that it is applied to."""
    product, package = _PRODUCT.search(line), _PACKAGE.search(line)
    patches, patch = _PATCHES.search(line), _PATCH.search(line)
    rest = f'/qn /norestart /l*v "{log}"'
    if package and (patches or patch):
        removed = patches[1] if patches else t.cast("re.Match[str]", patch)[1]
        return f"msiexec.exe /i {package[1]} MSIPATCHREMOVE={removed} {rest}"
    return f"msiexec.exe /x {product[1]} {rest}" if product else None


def _program(line: str) -> str:
    if line.startswith('"'):
        return line
    match = _BARE_PROGRAM.match(line)
    return f'"{match[1]}"{match[2]}' if match and " " in match[1] else line


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
