# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a run: a file on the controller, with a line of JSON for whatever happened, in the order of time.

It lies beside the run record and is named after it. A line that was cut off by the end of the controller is left out.
"""

from __future__ import annotations

import json
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

Entry = dict[str, t.Any]


class Journal:
    """A file that grows line by line; nothing is kept before it is known where."""

    def __init__(self) -> None:
        self.path: Path | None = None

    def note(self, event: str, at: float, **fields: t.Any) -> None:
        """`at` is in seconds since the epoch. Raises OSError where the file cannot be written."""
        if self.path:
            _append(self.path, f"\n{json.dumps({'event': event, 'at': round(at, 3), **fields}, default=str)}")

    def move(self, path: Path) -> None:
        """Go on in another file, at its end where it is there; what was noted until now comes along."""
        if self.path and self.path != path:
            _append(path, self.path.read_text(encoding="utf-8"))
            self.path.unlink()
        self.path = path


def read_journal(path: Path) -> list[Entry]:
    """Empty where there is no such file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [entry for line in lines if (entry := _parsed(line))]


def _parsed(line: str) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"event", "at"} <= entry.keys() else None


def _append(path: Path, text: str) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        # It begins with the end of the line before, so that one which was cut off does not spoil it.
        file.write(text)
