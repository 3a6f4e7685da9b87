# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time, as the waiting code sees it."""

from __future__ import annotations

import time
import typing as t
from datetime import datetime, timezone


class Clock(t.Protocol):
    def now(self) -> float:
        """Seconds that only ever grow, for durations."""

    def utc(self) -> datetime:
        """The time of day, for people."""

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> float:
        return time.monotonic()

    def utc(self) -> datetime:
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
