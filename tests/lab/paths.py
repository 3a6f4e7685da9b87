# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the lab's own files lie."""

from __future__ import annotations

from pathlib import Path

TOPOLOGIES = Path(__file__).parent / "topologies"
DEFAULT_TOPOLOGY = TOPOLOGIES / "default.yml"
SMALL_TOPOLOGY = TOPOLOGIES / "two.yml"
SINGLE_TOPOLOGY = TOPOLOGIES / "one.yml"
