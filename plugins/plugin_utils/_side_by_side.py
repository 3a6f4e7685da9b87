# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a child for each group, side by side."""

from __future__ import annotations

import contextlib
import os
import signal
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup
    from ansible_collections.biztalk.patching.plugins.module_utils._turns import Turns
    from ansible_collections.biztalk.patching.plugins.plugin_utils._lane import Lane

# How long a line, a signal to end or the end of a child may go unnoticed.
_BETWEEN_LOOKS: t.Final = 0.5


class Stop:
    """How often this process has been told to end: each signal tells once."""

    def __init__(self) -> None:
        self.times = 0
        self._main_process = os.getppid()

    def __call__(self, *_signal: t.Any) -> None:
        self.times += 1

    @property
    def alone(self) -> bool:
        """Whether nobody reads any more what this process shows: it is told to end, or the main process was killed."""
        return bool(self.times) or os.getppid() != self._main_process

    @contextlib.contextmanager
    def on_signals(self) -> t.Iterator[None]:
        """As long as the block lasts, signals tell it instead of ending this process at once."""
        before = {number: signal.signal(number, self) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Ended(t.NamedTuple):
    """The end of a group's child; without an exit code none was started, and `reason` says why."""

    group: KnownGroup
    exit_code: int | None = None
    seconds: int = 0
    told_to_end: bool = False
    reason: str = ""


def side_by_side(turns: Turns, begin: t.Callable[[KnownGroup], Lane], *, stop: Stop, clock: Clock) -> t.Iterator[Ended]:
    """How each group's child ended, as they end. When it is told to stop it ends them, and waits until they have."""
    lanes: list[Lane] = []
    announced: set[str] = set()
    try:
        while not turns.over:
            if stop.alone:
                for group in turns.stop():
                    yield Ended(group, reason="the run was told to end before it was its turn")
                for running in lanes:
                    running.tell_to_end(stop.times)
            for group in turns.take():
                lane = _begun(begin, group)
                if isinstance(lane, str):
                    turns.end(group, well=True)
                    yield Ended(group, reason=lane)
                else:
                    lanes.append(lane)
            _announce(turns, lanes, announced)
            clock.sleep(_BETWEEN_LOOKS)
            yield from _ended(turns, lanes)
    finally:
        # Where something went wrong here, nobody would look after them any more.
        for running in lanes:
            running.tell_to_end(running.signals + 1)


def _begun(begin: t.Callable[[KnownGroup], Lane], group: KnownGroup) -> Lane | str:
    """The group's lane, or why there is none."""
    try:
        return begin(group)
    except OSError as error:
        return f"ansible-playbook could not be started: {error}"


def _ended(turns: Turns, lanes: list[Lane]) -> t.Iterator[Ended]:
    """Those that have ended, and those that must not begin any more because of it."""
    for lane in list(lanes):
        code = lane.look()
        if code is not None:
            lanes.remove(lane)
            yield Ended(lane.group, code, lane.seconds, bool(lane.signals))
            for other in turns.end(lane.group, well=code == 0):
                yield Ended(other, reason=_unsafe(other, lane.group))


def _announce(turns: Turns, lanes: t.Iterable[Lane], announced: set[str]) -> None:
    for group, other in turns.held():
        if group.name not in announced:
            announced.add(group.name)
            lane = next(lane for lane in lanes if lane.group == other)
            lane.say(f"{group.name} waits for this group, because both use {', '.join(group.shared_with(other))}")


def _unsafe(group: KnownGroup, other: KnownGroup) -> str:
    return (
        f"it was not begun, because {other.name} did not end well and both use {', '.join(group.shared_with(other))}: "
        "SQL Server Agent there may be stopped for the sake of that group"
    )
