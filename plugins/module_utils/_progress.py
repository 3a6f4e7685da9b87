# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a long task is at, told line by line. A module cannot speak before it ends, so it writes into a file."""

from __future__ import annotations

import threading
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path


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
