# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the lab's updates: real self-extracting Windows executables, nothing of them checked in."""

from __future__ import annotations

from .builder import BuiltPackage, build
from .catalogue import default_packages
from .spec import PackageSpec, SqlScript
from .tools import PackageToolMissingError, missing_tools, require_tools

__all__ = [
    "BuiltPackage",
    "PackageSpec",
    "PackageToolMissingError",
    "SqlScript",
    "build",
    "default_packages",
    "missing_tools",
    "require_tools",
]
