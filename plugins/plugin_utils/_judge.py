# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a group's child ended, from its exit code, from what it wrote down, and from the group's run record."""

from __future__ import annotations

import json
import shlex
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._group_outcome import (
    GroupOutcome,
    Told,
    ended_badly,
    ended_well,
)
from ansible_collections.biztalk.patching.plugins.module_utils._record import RecordError, is_open, parse
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import Store

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup
    from ansible_collections.biztalk.patching.plugins.module_utils._record import Record
    from ansible_collections.biztalk.patching.plugins.plugin_utils._side_by_side import Ended


@dataclass(frozen=True)
class Judge:
    """`told` is the folder of what the children write down, `logs` that of their logs, by the groups' names.

    `words` are those options of the command line that anybody may see.
    """

    playbook: str
    told: Path
    logs: Path
    words: t.Sequence[str]
    check_mode: bool

    def of(self, ended: Ended) -> GroupOutcome:
        group = ended.group
        if ended.exit_code is None:
            return GroupOutcome(group.name, "not_run", ended.reason, self._next(group))
        told = self._told(group.name)
        facts: dict[str, t.Any] = {
            "exit_code": ended.exit_code,
            "seconds": ended.seconds,
            "log": str(self.logs / f"{group.name}.log"),
        }
        if ended.exit_code == 0:
            outcome, summary = ended_well(self.playbook, told, check_mode=self.check_mode)
            return GroupOutcome(group.name, outcome, summary, **facts)
        if ended.told_to_end:
            return GroupOutcome(group.name, "interrupted", "the run was told to end", self._next(group), **facts)
        return GroupOutcome(group.name, "failed", ended_badly(ended.exit_code, told), self._next(group), **facts)

    def unknown(self, group: KnownGroup) -> GroupOutcome:
        """Of a group whose management database could not be read."""
        return GroupOutcome(group.name, "failed", f"Nothing was touched. {group.problem}", self._next(group))

    def _told(self, name: str) -> Told:
        try:
            return Told.parse(json.loads((self.told / f"{name}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError):
            # It did not come to its end.
            return Told()

    def _next(self, group: KnownGroup) -> str:
        record = _record(group)
        if record is not None and is_open(record):
            return f"{record['next']} With the other settings of this run: {self._command(record['operation'], group)}"
        return f"Mend the cause, then, with the other settings of this run: {self._command(self.playbook, group)}"

    def _command(self, playbook: str, group: KnownGroup) -> str:
        words = ["ansible-playbook", *self.words, f"biztalk.patching.{playbook}", "-e", f"biztalk_hosts={group.name}"]
        return shlex.join(words)


def _record(group: KnownGroup) -> Record | None:
    """The controller's copy; the computers' own copies are looked at by the next run."""
    if not group.record_folder:
        return None
    try:
        text = Store(group.record_folder, server=group.server, database=group.database).read()
        return None if text is None else parse(text)
    except (OSError, RecordError):
        return None
