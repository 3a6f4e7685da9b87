# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event log of a run that keeps every rule, and ways to spoil it."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.events import Event, check_vocabulary
from tests.lab.invariants import judge_all

KB = "5009901"
ACCOUNT = r"LAB\patchadmin"
DATABASES = ("BizTalkMgmtDb", "BizTalkMsgBoxDb", "SSODB")
COMPUTERS = ("BTS1", "BTS2", "BTS3")
MASTER = "BTS1"
SCRIPT = "msgboxlogic.sql"
HOST, IDLE_HOST, RULES, IIS, SSO = "BTSSvc$A", "BTSSvc$B", "RuleEngineUpdateService", "W3SVC", "ENTSSO"
AGENT, ENGINE, SPOOLER = "SQLSERVERAGENT", "MSSQLSERVER", "Spooler"
# What is not judged where nothing is taken back.
NO_ROLLBACK = {
    "R18": "nothing was uninstalled",
    "R19": "no update with SQL was uninstalled",
    "R21": "no database was restored",
    "R22": "nothing was taken back",
}
ROLES = {
    HOST: "host_instance",
    IDLE_HOST: "host_instance",
    RULES: "rule_engine",
    IIS: "iis",
    SSO: "sso",
    AGENT: "agent",
    ENGINE: "sql_server",
    SPOOLER: "other",
}


def event(kind: str, **fields: t.Any) -> Event:
    check_vocabulary(kind, fields)
    return Event(0.0, kind, fields)


def package(architecture: str, *scripts: str, kb: str = KB) -> dict[str, t.Any]:
    return {"kb": kb, "sha256": f"{kb}-{architecture}", "architecture": architecture, "sql_scripts": list(scripts)}


def stop(computer: str, service: str) -> list[Event]:
    common = {"computer": computer, "service": service, "role": ROLES[service]}
    return [event("service.stop_requested", **common, origin="test"), event("service.stopped", **common)]


def start(computer: str, service: str) -> list[Event]:
    common = {"computer": computer, "service": service, "role": ROLES[service]}
    return [event("service.start_requested", **common, origin="test"), event("service.started", **common)]


def install(computer: str, architecture: str, *scripts: str, exit_code: int = 0, kb: str = KB) -> list[Event]:
    common = {"computer": computer, "kb": kb}
    sha256 = f"{kb}-{architecture}"
    return [
        event(
            "install.started",
            **common,
            sha256=sha256,
            architecture=architecture,
            has_sql=bool(scripts),
            account=ACCOUNT,
            administrator=True,
        ),
        *(
            event(
                "install.script",
                **common,
                instance="SQL1",
                database="BizTalkMsgBoxDb",
                script=script,
                account=ACCOUNT,
                sysadmin=True,
            )
            for script in scripts
        ),
        event("install.finished", **common, sha256=sha256, exit_code=exit_code),
    ]


def backup(*databases: str, identity: int = 8) -> list[Event]:
    pairs = [("SQL1", name) for name in databases]
    return [
        event("backup.forced", instance="SQL1", database="BizTalkMgmtDb", login="patching"),
        event("job.started", instance="SQL1", job="Backup BizTalk Server (BizTalkMgmtDb)", login="patching"),
        event("backup.set", instance="SQL1", backup_set=identity, type="db", complete=True, databases=pairs),
        event("job.finished", instance="SQL1", job="Backup BizTalk Server (BizTalkMgmtDb)", outcome="succeeded"),
    ]


def native_backup(*databases: str) -> list[Event]:
    """One file after the other, then what the lab makes of them."""
    pairs = [("SQL1", name) for name in databases]
    files = [
        event("backup.database", instance="SQL1", database=name, backup_set=None, type="db", file=rf"D:\{name}.bak")
        for name in databases
    ]
    return [*files, event("backup.set", instance="SQL1", backup_set=None, type="db", complete=True, databases=pairs)]


def native_run() -> Log:
    """A run that keeps every rule, without the job: the Agent is stopped before the backup."""
    log = good_run(SCRIPT)
    for kind in ("backup.forced", "job.started", "job.finished", "backup.set"):
        log.drop(kind)
    return log.put_after(native_backup(*DATABASES), "service.stopped", service=AGENT)


def lab(architectures: t.Mapping[str, str], packages: list[dict[str, t.Any]]) -> Event:
    """On each computer one host instance runs and another one is stopped; a console is open on BTS2."""
    on_each = {HOST: "running", IDLE_HOST: "stopped", **dict.fromkeys((RULES, IIS, SSO, SPOOLER), "running")}
    services = [
        {"computer": computer, "service": service, "role": ROLES[service], "state": state}
        for computer in architectures
        for service, state in on_each.items()
    ]
    services += [
        {"computer": "SQL1", "service": service, "role": ROLES[service], "state": "running"}
        for service in (ENGINE, AGENT)
    ]
    return event(
        "lab.started",
        group="BizTalkGroup",
        master_secret_server=MASTER,
        computers=[
            {"name": name, "architecture": architecture, "in_group": True, "updates": []}
            for name, architecture in architectures.items()
        ],
        instances=["SQL1"],
        databases=[{"instance": "SQL1", "name": name} for name in DATABASES],
        services=services,
        applications=[{"computer": "BTS2", "image": "mmc.exe", "pid": 4711}],
        packages=packages,
    )


class Log(list[Event]):
    """Events that a test may spoil; each change has to find what it changes."""

    def where(self, kind: str, **fields: t.Any) -> list[int]:
        found = [
            position
            for position, item in enumerate(self)
            if item.kind == kind and all(item[name] == value for name, value in fields.items())
        ]
        assert found, f"the log has no {kind} with {fields}"
        return found

    def drop(self, kind: str, **fields: t.Any) -> list[Event]:
        """Take all events of a kind out of the log."""
        positions = self.where(kind, **fields)
        dropped = [self[position] for position in positions]
        for position in reversed(positions):
            del self[position]
        return dropped

    def drop_service(self, computer: str, service: str, *, only: t.Literal["stop", "start", ""] = "") -> list[Event]:
        """Take the stop, the start or both of a service out of the log."""
        kinds = {f"service.{name}" for name in ("stop_requested", "stopped", "start_requested", "started")}
        found = [
            item
            for item in self
            if item.kind in kinds
            and (item["computer"], item["service"]) == (computer, service)
            and item.kind.startswith(f"service.{only}")
        ]
        assert found, f"the log has no {only} of {service} on {computer}"
        self[:] = [item for item in self if item not in found]
        return found

    def put_before(self, events: t.Iterable[Event], kind: str, **fields: t.Any) -> Log:
        position = self.where(kind, **fields)[0]
        self[position:position] = events
        return self

    def put_after(self, events: t.Iterable[Event], kind: str, **fields: t.Any) -> Log:
        position = self.where(kind, **fields)[0] + 1
        self[position:position] = events
        return self

    def change(self, values: t.Mapping[str, t.Any], kind: str, **fields: t.Any) -> None:
        for position in self.where(kind, **fields):
            self[position] = event(kind, **{**self[position].fields, **values})


def good_run(
    *scripts: str,
    architectures: t.Mapping[str, str] | None = None,
    packages: tuple[str, ...] = ("x86", "x64"),
    updated: tuple[str, ...] = (),
) -> Log:
    """A run of patch.yml that keeps every rule; `updated` are the computers that had the update before."""
    computers = dict(architectures or dict.fromkeys(COMPUTERS, "x64"))
    log = Log([lab(computers, [package(name, *scripts) for name in packages])])
    for item in log[0]["computers"]:
        item["updates"] += [KB] if item["name"] in updated else []
    log.append(event("process.ended", computer="BTS2", image="mmc.exe", pid=4711, user=r"LAB\alice", origin="test"))
    for computer in computers:
        for service in (IIS, HOST, RULES):
            log += stop(computer, service)
    log += backup(*DATABASES)
    log += stop("SQL1", AGENT)
    log += [event("sql.who", instance="SQL1", login="patching", busy=busy) for busy in (3, 0)]
    for computer in computers:
        if computer not in updated:
            log += install(computer, computers[computer] if len(packages) > 1 else packages[0], *scripts)
    log += start("SQL1", AGENT)
    for computer in computers:
        for service in (RULES, HOST, IIS):
            log += start(computer, service)
    log.append(event("lab.stopped"))
    return log


Spoil = t.Callable[[Log], t.Any]
Broken = dict[str, tuple[str, ...]]


def case(name: str, spoil: Spoil, **expected: tuple[str, ...]) -> t.Any:
    """One way to spoil a run, and what the rules that it breaks have to say."""
    return pytest.param(spoil, expected, id=name)


def at_install(text: str, computers: tuple[str, ...] = COMPUTERS) -> tuple[str, ...]:
    return tuple(f"{text} when KB{KB} was installed on {computer}" for computer in computers)


def not_applicable(log: Log) -> dict[str, str]:
    return {verdict.rule: verdict.not_applicable for verdict in judge_all(log) if verdict.not_applicable}


def fail(log: Log, exit_code: int | None) -> None:
    """The install on BTS2 fails, or never ends, and the run ends with it: the group stays down."""
    end = log.where("install.finished", computer="BTS2")[0]
    del log[end + (0 if exit_code is None else 1) :]
    if exit_code is not None:
        log.change({"exit_code": exit_code}, "install.finished", computer="BTS2")
