# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process whose output is read line by line while it runs beside others."""

from __future__ import annotations

import subprocess
import threading
import typing as t

# For the rest of its output, where something that it has left behind still holds the pipe.
_SECONDS_TO_READ: t.Final = 5.0


class Child:
    """Runs a command; `tell` is called with each line of its output, in a thread of its own."""

    def __init__(
        self, command: t.Sequence[str], environment: t.Mapping[str, str], tell: t.Callable[[str], None]
    ) -> None:
        # In a session of its own no key that is pressed reaches it: who is told to end is decided here.
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, args=(tell,), daemon=True)
        self._reader.start()

    def exit_code(self) -> int | None:
        """None while it runs, negative where a signal ended it. Its output has been told before."""
        code = self._process.poll()
        if code is not None:
            self._reader.join(_SECONDS_TO_READ)
        return code

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def _read(self, tell: t.Callable[[str], None]) -> None:
        for line in self._process.stdout or ():
            tell(line.rstrip("\n"))
