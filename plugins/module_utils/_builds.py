# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds of BizTalk Server's cumulative updates, from Microsoft's public build lists, which name no hotfixes."""

from __future__ import annotations

import re

Build = tuple[int, ...]

_PARTS = 4

# Product, number of the cumulative update, KB article, build.
CUMULATIVE_UPDATES = (
    ("2010", "5", "2689458", "3.9.556.2"),
    ("2010", "8", "3081737", "3.9.668.2"),
    ("2010", "9", "3136004", "3.9.674.2"),
    ("2016", "1", "3208238", "3.12.796.2"),
    ("2016", "2", "4021095", "3.12.807.2"),
    ("2016", "3", "4039664", "3.12.815.2"),
    ("2016", "4", "4051353", "3.12.823.2"),
    ("2016", "5", "4132957", "3.12.834.2"),
    ("2016", "6", "4477494", "3.12.843.2"),
    ("2016", "7", "4528776", "3.12.859.2"),
    ("2016", "8", "4583530", "3.12.880.2"),
    ("2016", "9", "5005479", "3.12.896.2"),
    ("2020", "1", "4538666", "3.13.759.0"),
    ("2020", "2", "5003151", "3.13.785.0"),
    ("2020", "3", "5007969", "3.13.812.0"),
    ("2020", "4", "5009901", "3.13.844.0"),
    ("2020", "5", "5032870", "3.13.867.0"),
    ("2020", "6", "5043408", "3.13.895.0"),
)


def build(version: str) -> Build:
    """A version as numbers that can be compared; empty where it is none. Missing parts at its end count as 0."""
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    return tuple(numbers + [0] * (_PARTS - len(numbers))) if numbers else ()


def shown(number: Build) -> str:
    return ".".join(str(part) for part in number)
