# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One of the groups that are worked on side by side: its child, and what was shown of it."""

from __future__ import annotations

import queue
import signal
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._excerpt import Excerpt

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup


class Running(t.Protocol):
    """A child that has begun."""

    def exit_code(self) -> int | None:
        """None while it runs, negative where a signal ended it. Its whole output has been told before."""

    def signal(self, number: int) -> None: ...


class Voice(t.NamedTuple):
    """`say` shows a line of a group. With `whole` all lines are shown; where nothing was for `interval` seconds, what
    the group is at."""

    say: t.Callable[[str, str], None]
    interval: float
    whole: bool


class Lane:
    """`start` begins the child, which tells its lines to the function that it is given, in any thread."""

    def __init__(
        self,
        group: KnownGroup,
        start: t.Callable[[KnownGroup, t.Callable[[str], None]], Running],
        voice: Voice,
        clock: Clock,
    ) -> None:
        self.group = group
        self.signals = 0
        self._voice = voice
        self._clock = clock
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._excerpt = Excerpt()
        self._begun = self._shown = clock.now()
        self.say("begins")
        self._child = start(group, self._lines.put)

    @property
    def seconds(self) -> int:
        return int(self._clock.now() - self._begun)

    def tell_to_end(self, times: int) -> None:
        """As Ctrl-C does, and when told again with SIGTERM, as Ansible tells its own workers some seconds later."""
        if self.signals < times:
            self._child.signal(signal.SIGTERM if self.signals else signal.SIGINT)
            self.signals = times

    def look(self) -> int | None:
        """Show what is new. Returns the child's exit code when it has ended."""
        code = self._child.exit_code()
        while not self._lines.empty():
            line = self._lines.get()
            for shown in [line] if self._voice.whole else self._excerpt.of(line):
                self.say(shown)
        if code is not None:
            self.say(f"ended with exit code {code} after {self._time}")
        elif self._clock.now() - self._shown >= self._voice.interval:
            self.say(f"{self._time} still at: {self._excerpt.at}")
        return code

    def say(self, text: str) -> None:
        self._shown = self._clock.now()
        self._voice.say(self.group.name, text)

    @property
    def _time(self) -> str:
        return "{:02d}:{:02d}".format(*divmod(self.seconds, 60))
