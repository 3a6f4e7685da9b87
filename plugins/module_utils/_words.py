# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Figures and lists in words."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone


def duration(seconds: float) -> str:
    """Such as `48 s`, `12 min 5 s` or `2 h 3 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def listed(items: t.Iterable[str]) -> str:
    """Such as `a, b and c`; empty where there are none."""
    *most, last = [*items] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def moment(at: float) -> str:
    """Seconds since the epoch as a moment in UTC, in ISO 8601."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")


def size(count: float | None) -> str:
    """Bytes, such as `64 MiB`."""
    if count is None:
        return ""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit in ("B", "KiB") or count >= 10 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
