# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a case ended, by the model alone: nothing that a playbook says is believed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.campaign.operator import record
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.invariants.outage import SHUTDOWN

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.lab import Lab

Services = dict[tuple[str, str], tuple[str, str]]
CLAIM = r"C:\ProgramData\BizTalkPatching\run.lock"


@dataclass(frozen=True)
class Before:
    """What the group was like before the first run."""

    services: Services
    updates: dict[str, list[str]]

    @classmethod
    def of(cls, lab: Lab) -> Before:
        return cls(_services(lab), _updates(lab))


@dataclass(frozen=True)
class Ending:
    """`level` is `old`, `new` or `mixed`; without `problems` the ending is a good one."""

    level: str
    problems: tuple[str, ...]


def ending(lab: Lab, before: Before) -> Ending:
    history = History(lab.events.events)
    level = _level(lab, before)
    problems = [
        *(["some computers have the update and others do not"] if level == "mixed" else []),
        *_databases(lab),
        *_not_as_before(before.services, _services(lab)),
        *_sso(history),
        *_backups(history),
        *_installs(history),
        *_rules(lab),
        *_record(lab),
    ]
    return Ending(level, tuple(problems))


def _level(lab: Lab, before: Before) -> str:
    changed = {updates != before.updates[computer] for computer, updates in _updates(lab).items()}
    return "mixed" if len(changed) > 1 else "new" if changed == {True} else "old"


def _databases(lab: Lab) -> Iterator[str]:
    for instance in lab.instances.values():
        for database in instance.damaged():
            yield f"{database} on {instance.name} is damaged"
        for database in instance.biztalk_databases:
            state = instance.state_of(database)
            if state.access != "MULTI_USER":
                yield f"{database} on {instance.name} is {state.access}"


def _not_as_before(before: Services, after: Services) -> Iterator[str]:
    """The state and the start mode of each service, SQL Server Agent's too."""
    for (computer, service), was in before.items():
        if (now := after[computer, service]) != was:
            yield f"{service} on {computer} was {was[0]} ({was[1]}) and is {now[0]} ({now[1]})"


def _sso(history: History) -> Iterator[str]:
    """An update never stops Enterprise SSO; the restart of a computer does, and so has a rollback with SQL to do."""
    installed = max(history.positions("install.started", "install.finished"), default=0)
    until = installed if history.positions("uninstall.started") else len(history.events)
    for position, event in history.of_kind("service.stop_requested", "service.died"):
        if event["role"] == "sso" and position < until and event.fields.get("origin") != SHUTDOWN:
            yield f"{event['service']} on {event['computer']} was stopped"


def _backups(history: History) -> Iterator[str]:
    """From the first install on, the databases may be half updated: a backup of them is none to go back to."""
    first = min(history.positions("install.started"), default=len(history.events))
    restored = max(history.positions("restore.database"), default=-1)
    for position, event in history.of_kind("backup.forced", "backup.set"):
        after_restore = -1 < restored < position
        if position > first and not after_restore and event.fields.get("type") != "lg":
            yield f"{event.kind} after the first install had begun"


def _installs(history: History) -> Iterator[str]:
    """No second success of one update on a computer, unless it was taken away between."""
    has: set[tuple[str, str]] = set()
    for _position, event in history.of_kind("install.finished", "uninstall.finished"):
        if event["exit_code"] not in (0, 1641, 3010):
            continue
        key = event["computer"], event["kb"]
        if event.kind == "uninstall.finished":
            has.discard(key)
        elif key in has:
            yield f"KB{event['kb']} was installed twice on {event['computer']}"
        else:
            has.add(key)


def _rules(lab: Lab) -> Iterator[str]:
    """All of them, over the whole log: also where a computer was restarted.

    What Windows starts or stops then has an origin of its own (`boot`, `shutdown`), which the rules do not take for the
    run's doing; but nothing of it may be up at the next install (R6, R11, R12), and what had not run before has to be
    stopped again in the end (R17).
    """
    for rule, reasons in broken(lab.events.events).items():
        yield f"{rule}: {'; '.join(reasons)}"


def _record(lab: Lab) -> Iterator[str]:
    """The record says that all is over, and no claim keeps the next run away."""
    step = record(lab).get("step")
    if step not in ("done", "aborted"):
        yield f"the record says {step}"
    for computer in lab.topology.computers:
        if lab.world.computers[computer.name].files.exists(CLAIM):
            yield f"the claim of the run is still on {computer.name}"


def _services(lab: Lab) -> Services:
    return {
        (computer.name, service.name): (service.state, service.start_mode)
        for computer in lab.world.computers.values()
        for service in computer.services.all()
    }


def _updates(lab: Lab) -> dict[str, list[str]]:
    return {
        computer.name: sorted(lab.world.computers[computer.name].installer.updates.kb_numbers)
        for computer in lab.topology.computers
    }
