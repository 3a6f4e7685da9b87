# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs that the builder needs beside what pip installs."""

from __future__ import annotations

import shutil

# Program -> the Debian package that brings it.
_PROGRAMS = {"osslsigncode": "osslsigncode", "wixl": "wixl"}


class PackageToolMissingError(RuntimeError):
    """A program that builds the lab's packages is not installed."""


def missing_tools() -> dict[str, str]:
    """Programs that are not on the PATH, with the Debian package of each."""
    return {program: package for program, package in _PROGRAMS.items() if shutil.which(program) is None}


def require_tools() -> None:
    missing = missing_tools()
    if missing:
        raise PackageToolMissingError(
            f"The lab needs {', '.join(missing)} to build its packages. "
            f"Install it: apt-get install {' '.join(sorted(set(missing.values())))}"
        )
