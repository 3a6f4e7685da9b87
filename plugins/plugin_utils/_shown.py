# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task that takes long shows in the output of the playbook, each line with the time since the task began."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.biztalk.patching.plugins.module_utils._clock import SystemClock

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock

display = Display()

# Seconds; the default of the options progress_interval.
INTERVAL = 20


class Shown:
    """`interval` is in seconds; `who` stands before each line where several computers speak at once."""

    def __init__(self, interval: float, who: str = "", clock: Clock | None = None) -> None:
        self.interval = interval
        self._clock = clock or SystemClock()
        self._who = f"{who}: " if who else ""
        self._begin = self._told = self._clock.now()
        self._lines: list[str] = []

    def update(self, lines: list[str]) -> None:
        """Show each line that is new, and the last one again after the interval."""
        for line in lines[len(self._lines) :]:
            self.tell(line)
        self._lines = lines or self._lines
        self.seldom(f"still {self._lines[-1] if self._lines else 'beginning'}")

    def seldom(self, text: str) -> None:
        """Show it, unless something was shown within the interval."""
        if self._clock.now() - self._told >= self.interval:
            self.tell(text)

    def tell(self, text: str) -> None:
        self._told = self._clock.now()
        minutes, seconds = divmod(int(self._told - self._begin), 60)
        display.display(f"  {minutes:02d}:{seconds:02d} {self._who}{text}")
