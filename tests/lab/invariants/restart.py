# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on what runs afterwards: R7, R8, R17."""

from __future__ import annotations

import typing as t

from tests.lab.invariants.history import BIZTALK_ROLES, OTHERS, STATE_AFTER
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
        if event["origin"] not in OTHERS and not history.ran_before(event["computer"], event["service"]):
            yield f"{event['service']} on {event['computer']} was started, though it did not run before"
    if not history.rolling:
        yield from _started_too_early(history)
    if not history.left_down:
        yield from _not_running_again(history, _ALL_ROLES)
        yield from _brought_up_by_others(history)
        yield from _start_mode_changed(history)


def rolling_keeps_serving(history: History) -> t.Iterator[str]:
    """In a rolling run at most one computer at a time lacks host instances that ran before."""
    states = dict(history.initial_states)
    mine = [key for key, state in states.items() if history.roles[key] == "host_instance" and state == "running"]
    lacking: set[str] = set()
    for position, event in history.of_kind(*STATE_AFTER):
        states[event["computer"], event["service"]] = STATE_AFTER[event.kind]
        now = {computer for computer, service in mine if states[computer, service] != "running"}
        if len(now) > 1 and now != lacking:
            yield f"event {position}: {', '.join(sorted(now))} lacked host instances at the same time"
        lacking = now


def _not_running_again(history: History, roles: t.Container[str]) -> t.Iterator[str]:
    if history.left_down:
        raise NotApplicableError(history.left_down)
    final = history.states_at(len(history.events))
    for key, state in history.initial_states.items():
        computer, service = key
        # What was started and died is no fault of the run, which cannot do more than tell.
        if history.roles[key] not in roles or state != "running" or key in history.ended_by_themselves:
            continue
        if not any(final[other] == "running" for other in history.same_service(key)):
            yield f"{service} on {computer} ran before and is {final[key]} now"


def _started_too_early(history: History) -> t.Iterator[str]:
    """Nothing of BizTalk starts between the first and the last install."""
    if not history.installs:
        return
    first, last = history.installs[0].started, history.installs[-1].started
    for position, event in history.of_kind("service.start_requested"):
        if (
            event["origin"] not in OTHERS
            and first < position < last
            and event["role"] in (*BIZTALK_ROLES, "iis", "agent")
        ):
            yield f"{event['service']} on {event['computer']} was started before the last install"


def _start_mode_changed(history: History) -> t.Iterator[str]:
    """A service starts with Windows afterwards where it did so before."""
    before: dict[tuple[str, str], str] = {}
    after: dict[tuple[str, str], str] = {}
    for _position, event in history.of_kind("service.start_mode"):
        key = event["computer"], event["service"]
        before.setdefault(key, event["before"])
        after[key] = event["after"]
    for (computer, service), mode in after.items():
        if mode != before[computer, service]:
            yield f"the start mode of {service} on {computer} was {before[computer, service]} and is {mode} now"


def _brought_up_by_others(history: History) -> t.Iterator[str]:
    """What setup or a restart of the computer started must be stopped again where it did not run before."""
    final = history.states_at(len(history.events))
    by_others = {
        (event["computer"], event["service"])
        for _position, event in history.of_kind("service.start_requested")
        if event["origin"] in OTHERS
    }
    for computer, service in sorted(by_others):
        if final[computer, service] == "running" and not history.ran_before(computer, service):
            yield f"{service} on {computer} did not run before and is running now"
