# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a long task is at, told line by line. A module cannot speak before it ends, so it writes into a file."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock


class Progress(t.Protocol):
    def tell(self, text: str) -> None:
        """Says what goes on now; the same text again says nothing."""


class Silence:
    def tell(self, text: str) -> None: ...


class ProgressFile:
    """Appends a line for each new text; several threads may tell."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = ""
        self._lock = threading.Lock()

    def tell(self, text: str) -> None:
        line = " ".join(text.split())
        with self._lock:
            if line != self._last:
                self._last = line
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")


def progress_in(file: str | None) -> Progress:
    return ProgressFile(Path(file)) if file else Silence()


@contextlib.contextmanager
def meanwhile(work: t.Callable[[], None], seconds: float) -> t.Iterator[None]:
    """Does something every so many seconds, in a thread of its own, as long as the ``with`` block lasts."""
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(seconds):
            work()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class Seldom:
    """Lets one text through in so many seconds: for what changes at every look."""

    def __init__(self, progress: Progress, clock: Clock, seconds: float) -> None:
        self._progress = progress
        self._clock = clock
        self._seconds = seconds
        self._next = clock.now()

    def tell(self, text: str) -> None:
        if self._clock.now() >= self._next:
            self._next = self._clock.now() + self._seconds
            self._progress.tell(text)
