# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule on uninstalling an update: R18."""

from __future__ import annotations

import typing as t

from tests.lab.invariants.history import BIZTALK_ROLES
from tests.lab.invariants.verdict import NotApplicableError

if t.TYPE_CHECKING:
    from tests.lab.invariants.history import History


def r18_uninstalled_while_down(history: History) -> t.Iterator[str]:
    """Rollback is the uninstall, on one computer after the other with all stopped; without SQL no database changes."""
    started = history.of_kind("uninstall.started")
    if not started:
        raise NotApplicableError("nothing was uninstalled")
    running: set[str] = set()
    for position, event in history.of_kind("uninstall.started", "uninstall.finished"):
        computer, kb = event["computer"], event["kb"]
        if event.kind == "uninstall.finished":
            running.discard(computer)
            continue
        for other in sorted(running - {computer}):
            yield f"the uninstall on {computer} began before the one on {other} had ended"
        running.add(computer)
        for (where, service), state in history.states_at(position).items():
            if state != "stopped" and history.roles[where, service] in (*BIZTALK_ROLES, "iis"):
                yield f"{service} on {where} was {state} when KB{kb} was uninstalled from {computer}"
    removed = {event["kb"] for _position, event in started}
    with_sql = {item["kb"] for item in history.lab["packages"] if item["sql_scripts"]}
    if not removed & with_sql:
        for _position, event in history.of_kind("restore.database"):
            yield f"{event['database']} on {event['instance']} was restored, though no update with SQL was uninstalled"
