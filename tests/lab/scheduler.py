# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens later in the lab: a service that has started, a session that goes away, a computer that is back."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
import typing as t

Action = t.Callable[[], None]


class Scheduler:
    """Runs actions after a delay, one after another, on a thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="lab-scheduler", daemon=True)
        self._thread.start()

    def after(self, seconds: float, action: Action) -> None:
        """Run `action`, which must be short, in `seconds` from now."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), action))
            self._changed.notify()

    def close(self) -> None:
        """Forget what is still due."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (action := self._next()) is not None:
            _perform(action)

    def _next(self) -> Action | None:
        with self._changed:
            while not self._closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None


def _perform(action: Action) -> None:
    try:
        action()
    except Exception:
        logging.getLogger(__name__).exception("an action of the lab failed")
