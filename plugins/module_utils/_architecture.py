# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processor architectures: of a computer in Windows' words, of a Windows Installer file, of a package as a whole.

Source: "Template Summary property" of Windows Installer.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Sequence

Architecture = t.Literal["x86", "x64", "any", "ia64", "arm64", "unknown"]
ComputerArchitecture = t.Literal["x86", "x64"]

_TEMPLATES: dict[str, Architecture] = {
    "": "x86",
    "intel": "x86",
    "x64": "x64",
    "amd64": "x64",
    "intel64": "ia64",
    "arm64": "arm64",
}
_64_BIT = re.compile(r"amd64|x86[-_]64|em64t|x64|64")
_32_BIT = re.compile(r"x86|i[3-6]86|32")


class ArchitectureError(ValueError):
    """An architecture that BizTalk Server was never made for, or no architecture at all."""


def computer_architecture(reported: str) -> ComputerArchitecture:
    """What Windows, WMI or Ansible calls it, in any language: AMD64, 64-bit, 64 bits, x86, 32-Bit, x86_64.

    Raises ArchitectureError for Itanium and ARM, which BizTalk Server does not support, and for anything else.
    """
    text = reported.strip().casefold()
    if "ia64" in text or "itanium" in text or "arm" in text:
        raise ArchitectureError(f"BizTalk Server does not run on {reported}: only x86 and x64 computers are supported")
    if _64_BIT.search(text):
        return "x64"
    if _32_BIT.search(text):
        return "x86"
    raise ArchitectureError(
        f"{reported!r} names no architecture: give what Windows reports, such as AMD64, 64-bit, x86 or 32-bit"
    )


def template_architecture(template: str) -> Architecture:
    """The architecture in the template of a summary information (`x64;1033`); none means Intel."""
    platforms = template.partition(";")[0].casefold().split(",")
    return _TEMPLATES.get(platforms[0].strip(), "unknown")


@dataclass(frozen=True)
class Verdict:
    """For which computers a package is meant, and why."""

    architecture: Architecture
    why: str


def judge_package(
    installers: Sequence[tuple[str, Architecture]],
    programs: Sequence[tuple[str, Architecture]],
    named: Architecture | None,
) -> Verdict:
    """From the installers inside if they tell, else from the programs, else from the file's name.

    The wrapper's own bitness says nothing: a 32-bit program carries 64-bit updates too.
    """
    libraries = [program for program in programs if program[0].casefold().endswith(".dll")]
    for kind, stated in (("installer", installers), ("program file", libraries or programs)):
        known = [(name, architecture) for name, architecture in stated if architecture != "unknown"]
        if known:
            return _agree(kind, known)
    if named:
        return Verdict(named, "only its file name says so: nothing inside tells the architecture")
    return Verdict("unknown", "neither an installer nor a program file inside tells the architecture")


def _agree(kind: str, stated: Sequence[tuple[str, Architecture]]) -> Verdict:
    found: dict[Architecture, str] = {}
    for name, architecture in stated:
        found.setdefault(architecture, name)
    for unsupported in ("ia64", "arm64"):
        if unsupported in found:
            return Verdict(unsupported, f"{kind} {found[unsupported]} is for {unsupported}")
    native = [architecture for architecture in found if architecture != "any"]
    if len(native) == 1:
        return Verdict(native[0], f"{kind} {found[native[0]]} is for {native[0]}")
    if native:
        return Verdict("any", f"it carries both: {' and '.join(f'{found[a]} for {a}' for a in sorted(native))}")
    return Verdict("any", f"{kind} {found['any']} runs on any processor")
