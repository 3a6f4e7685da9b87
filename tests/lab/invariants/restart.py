# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on what runs afterwards: R7, R8, R17."""

from __future__ import annotations

import typing as t

from tests.lab.invariants.history import BIZTALK_ROLES
from tests.lab.invariants.installing import installs
from tests.lab.invariants.verdict import NotApplicableError

if t.TYPE_CHECKING:
    from tests.lab.invariants.history import History

_ALL_ROLES = (*BIZTALK_ROLES, "iis", "agent", "sso", "sql_server", "other")


def r7_started_after_sql(history: History) -> t.Iterator[str]:
    """With SQL: BizTalk services and SQL Server Agent are started again after the install."""
    if not any(install.has_sql for install in installs(history)):
        raise NotApplicableError("no update with SQL was installed")
    yield from _not_running_again(history, (*BIZTALK_ROLES, "agent"))


def r8_host_instances_restarted(history: History) -> t.Iterator[str]:
    """Without SQL: host instances are restarted after the install."""
    if any(install.has_sql for install in installs(history)):
        raise NotApplicableError("an update with SQL was installed")
    yield from _not_running_again(history, BIZTALK_ROLES)
    starts = history.of_kind("service.started")
    for install in history.installs:
        for (computer, service), state in history.initial_states.items():
            mine = computer == install.computer and history.roles[computer, service] == "host_instance"
            if not mine or state != "running":
                continue
            if not any(
                position > (install.finished or install.started)
                and (event["computer"], event["service"]) == (computer, service)
                for position, event in starts
            ):
                yield f"{service} on {computer} was not started after the install of KB{install.kb}"


def r17_runs_what_ran_before(history: History) -> t.Iterator[str]:
    """Afterwards BizTalk services, IIS and SQL Server Agent run again: those that ran before, and no others."""
    for _position, event in history.of_kind("service.start_requested"):
        if history.initial_states[event["computer"], event["service"]] == "stopped":
            yield f"{event['service']} on {event['computer']} was started, though it did not run before"
    yield from _started_too_early(history)
    if not history.unfinished:
        yield from _not_running_again(history, _ALL_ROLES)


def _not_running_again(history: History, roles: t.Container[str]) -> t.Iterator[str]:
    if history.unfinished:
        raise NotApplicableError(history.unfinished)
    final = history.states_at(len(history.events))
    for key, state in history.initial_states.items():
        computer, service = key
        if history.roles[key] in roles and state == "running" and final[key] != "running":
            yield f"{service} on {computer} ran before and is {final[key]} now"


def _started_too_early(history: History) -> t.Iterator[str]:
    """Nothing of BizTalk starts between the first and the last install."""
    if not history.installs:
        return
    first, last = history.installs[0].started, history.installs[-1].started
    for position, event in history.of_kind("service.start_requested"):
        if first < position < last and event["role"] in (*BIZTALK_ROLES, "iis", "agent"):
            yield f"{event['service']} on {event['computer']} was started before the last install"
