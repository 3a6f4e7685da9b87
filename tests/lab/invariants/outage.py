# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on the state of the group while something is installed: R4, R6, R11, R12, R13, R14, R15."""

from __future__ import annotations

import dataclasses
import typing as t

from tests.lab.invariants.history import BIZTALK_ROLES
from tests.lab.invariants.installing import installs
from tests.lab.invariants.verdict import NotApplicableError

if t.TYPE_CHECKING:
    from tests.lab.invariants.history import History, Install

SHUTDOWN = "shutdown"
_ROLLING = "the group stayed up, one computer after the other"


def r4_sysadmin(history: History) -> t.Iterator[str]:
    """The installing user is sysadmin on every SQL Server instance that hosts a BizTalk database."""
    scripts = history.of_kind("install.script")
    if not scripts:
        raise NotApplicableError("no installer ran a script")
    for _position, event in scripts:
        if not event["sysadmin"]:
            yield f"{event['script']} ran as {event['account']}, which is not sysadmin on {event['instance']}"


def r6_stopped_for_sql(history: History) -> t.Iterator[str]:
    """With SQL: BizTalk services and SQL Server Agent are stopped before the install."""
    with_sql = [install for install in installs(history) if install.has_sql]
    if not with_sql:
        raise NotApplicableError("no update with SQL was installed")
    for install in with_sql:
        for service in _up_for_sql(history, install):
            yield f"{service} when KB{install.kb} was installed on {install.computer}"


def _up_for_sql(history: History, install: Install) -> list[str]:
    """With SQL nothing of the group may run, whatever mode the operator had chosen."""
    return dataclasses.replace(history, rolling=False).not_stopped_at(install, (*BIZTALK_ROLES, "agent"))


def r11_everything_stopped(history: History) -> t.Iterator[str]:
    """Host instances, related services and applications are stopped on all computers first."""
    ended = history.of_kind("process.ended")
    for install in installs(history):
        for service in history.not_stopped_at(install, BIZTALK_ROLES):
            yield f"{service} when KB{install.kb} was installed on {install.computer}"
        for application in history.lab["applications"]:
            if history.rolling and application["computer"] != install.computer:
                continue
            closed = any(
                position < install.started
                and (event["computer"], event["pid"]) == (application["computer"], application["pid"])
                for position, event in ended
            )
            if not closed:
                yield f"{application['image']} was open on {application['computer']} during KB{install.kb}"


def r12_iis_stopped(history: History) -> t.Iterator[str]:
    """IIS is stopped where HTTP, SOAP, WSE or WCF adapters are used."""
    for install in installs(history):
        for service in history.not_stopped_at(install, ("iis",)):
            yield f"{service} when KB{install.kb} was installed on {install.computer}"


def r13_agent_stopped(history: History) -> t.Iterator[str]:
    """SQL Server Agent is stopped on every instance that hosts a BizTalk database."""
    if history.rolling:
        raise NotApplicableError(_ROLLING)
    for install in installs(history):
        for service in history.not_stopped_at(install, ("agent",)):
            yield f"{service} when KB{install.kb} was installed on {install.computer}"


def r14_sso_keeps_running(history: History) -> t.Iterator[str]:
    """Enterprise SSO keeps running during an install; where a cluster runs it, on one of its nodes."""
    for install in installs(history):
        states = history.states_at(install.started)
        for (computer, service), state in states.items():
            if history.roles[computer, service] == "sso" and "running" not in map(
                states.get, history.same_service((computer, service))
            ):
                yield f"{service} on {computer} was {state} when KB{install.kb} was installed on {install.computer}"
    first, last = history.installs[0].started, history.installs[-1].finished or len(history.events)
    for position, event in history.of_kind("service.stop_requested"):
        # A restart of the computer is not what the rule speaks of.
        if event["origin"] == SHUTDOWN:
            continue
        if event["role"] == "sso" and first < position < last:
            yield f"{event['service']} on {event['computer']} was stopped between the installs"


def r15_databases_idle(history: History) -> t.Iterator[str]:
    """The databases are verified not to be in use (sp_who2) after all is stopped and before the first install."""
    if history.rolling:
        raise NotApplicableError(_ROLLING)
    first = installs(history)[0].started
    stopped = [
        position
        for position, event in history.of_kind("service.stopped", "service.died")
        if position < first and event["role"] in (*BIZTALK_ROLES, "iis", "agent")
    ]
    since = max(stopped, default=0)
    for instance in sorted({instance for instance, _database in history.databases}):
        looks = [
            event["busy"]
            for position, event in history.of_kind("sql.who")
            if since < position < first and event["instance"] == instance
        ]
        if not looks:
            yield f"nobody looked at sp_who2 of {instance} between the last stop and the first install"
        elif looks[-1] > 0:
            yield f"{looks[-1]} sessions used the BizTalk databases of {instance} when the first install began"
