# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An update of which nobody needs the file."""

from __future__ import annotations

from pathlib import Path

from tests.lab.packages.builder import BuiltPackage
from tests.lab.packages.spec import PackageSpec

SHA256 = "0" * 64
UPDATE = PackageSpec("5009901", "An update", "3.13.800.0", "x64")
PACKAGE = BuiltPackage(UPDATE, Path("update.exe"), SHA256)
