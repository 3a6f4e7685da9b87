# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of the output of an ansible-playbook that runs beside others; all of it is in its log.

Headings of plays, what goes wrong, what the playbook has to say (debug), and the progress of long tasks are shown, with
the heading of the task before them. That a task went well or was skipped on a host is not.
The lines are those of the callback ansible.builtin.default.
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"(PLAY|TASK|RUNNING HANDLER) \[(?P<name>.*)\] \**$")
# But not what a task has to say (debug), which begins with `ok: [host] => {` and goes on in lines of its own.
_DULL = re.compile(r"(?:ok|changed|skipping|included): (?!.* => \{$)|PLAY RECAP \*+$|\S.*?\s+: ok=\d+\s+changed=\d+\s")


class Excerpt:
    """Reads a child's output line by line; `at` is the task that it is at."""

    def __init__(self) -> None:
        self.at = "the beginning"
        self._heading = ""

    def of(self, line: str) -> list[str]:
        """What is to be shown now."""
        if heading := _HEADING.match(line):
            return self._begin(heading)
        if not line.strip() or _DULL.match(line):
            return []
        shown = [self._heading, line] if self._heading else [line]
        self._heading = ""
        return shown

    def _begin(self, heading: re.Match[str]) -> list[str]:
        kind, name = heading[1], heading["name"]
        if kind == "PLAY":
            self._heading = ""
            return [f"PLAY [{name}]"]
        self.at = name
        self._heading = f"TASK [{name}]"
        return []
