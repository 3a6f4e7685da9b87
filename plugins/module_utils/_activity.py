# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses the BizTalk databases: what sp_who2 and the database locks show, and who of them must go before an install.

KB 2003907, *Installation in a BizTalk Server group*, steps 3 and 4: the SSO services keep running, all else is gone.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from fnmatch import fnmatchcase

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row


# Microsoft does not document under which program name Enterprise Single Sign-On connects.
SSO_PROGRAMS: t.Final = ("ENTSSO*", "*Single Sign-On*", "Enterprise SSO*")


@dataclass(frozen=True)
class Session:
    instance: str
    spid: int
    host: str
    program: str
    login: str
    databases: frozenset[str]
    system: bool = False

    def as_result(self, kind: Kind) -> dict[str, t.Any]:
        return {
            "instance": self.instance,
            "spid": self.spid,
            "host": self.host,
            "program": self.program,
            "login": self.login,
            "databases": sorted(self.databases),
            "kind": kind.name,
            "remedy": kind.remedy,
        }


@dataclass(frozen=True)
class Pattern:
    """What the operator allows: every part that is given must match; ``*`` and ``?`` are wildcards, case is ignored."""

    program: str = "*"
    login: str = "*"
    host: str = "*"
    database: str = "*"

    def allows(self, session: Session, databases: t.Iterable[str]) -> bool:
        parts = ((self.program, session.program), (self.login, session.login), (self.host, session.host))
        return all(matches(pattern, value) for pattern, value in parts) and all(
            matches(self.database, database) for database in databases
        )


@dataclass(frozen=True)
class MayStay:
    """Whom the operator lets stay: Enterprise SSO, by its program names and further computers, and ``allowed``."""

    sso_programs: tuple[str, ...] = SSO_PROGRAMS
    sso_hosts: tuple[str, ...] = ()
    allowed: tuple[Pattern, ...] = ()

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> MayStay:
        return cls(
            sso_programs=tuple(params["sso_programs"]),
            sso_hosts=tuple(params["sso_hosts"]),
            allowed=tuple(Pattern(**entry) for entry in params["allowed"]),
        )


ONLY_SSO: t.Final = MayStay()


@dataclass(frozen=True)
class Rules:
    """What may stay. ``databases`` holds the BizTalk databases in lower case."""

    databases: frozenset[str]
    sso_database: str | None
    sso_hosts: frozenset[str]
    sso_programs: tuple[str, ...]
    allowed: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of offender, known by its program name, and what to do about it."""

    name: str
    programs: tuple[str, ...]
    remedy: str


KINDS: t.Final = (
    Kind("host_instance", ("BTSNTSvc*", "BizTalk Server*"), "stop the host instances on that computer"),
    Kind("iis", ("w3wp*", "*Internet Information Services*", "inetinfo*"), "stop IIS (W3SVC and WAS) on that computer"),
    Kind(
        "console",
        ("mmc*", "*Management Console*", "BTSMMC*", "BTSHatApp*"),
        "close the BizTalk Administration Console or HAT on that computer",
    ),
    Kind("visual_studio", ("devenv*", "*Visual Studio*"), "close Visual Studio on that computer"),
    Kind("sql_agent", ("SQLAgent*",), "stop the SQL Server Agent service; do not disable single jobs"),
    Kind("rule_engine", ("RuleEngineUpdateService*",), "stop the service RuleEngineUpdateService on that computer"),
    Kind("management_studio", ("*SQL Server Management Studio*",), "close the query windows in Management Studio"),
    Kind("monitoring", ("*BizTalk360*", "*Health*Monitor*", "BHM*", "*Monitoring*"), "pause the monitoring tool"),
    Kind(
        "sso",
        ("ENTSSO*",),
        "Enterprise SSO may stay on the SSO database only, from computers of the group: add another one to sso_hosts",
    ),
)
OTHER: t.Final = Kind("other", (), "find the program on that computer and stop it, or add it to the option allowed")


def matches(pattern: str, value: str) -> bool:
    return fnmatchcase(value.casefold(), pattern.casefold())


def kind_of(session: Session) -> Kind:
    return next((kind for kind in KINDS if any(matches(pattern, session.program) for pattern in kind.programs)), OTHER)


def within(rows: t.Iterable[Row], column: str, databases: t.Container[str]) -> list[Row]:
    """The rows that name one of these databases, given in lower case.

    Thousands of sessions use few databases, so each name is read once.
    """
    known: dict[object, bool] = {}
    found = []
    for row in rows:
        name = row[column]
        if name not in known:
            known[name] = _text(name).casefold() in databases
        if known[name]:
            found.append(row)
    return found


def sessions(instance: str, who: t.Iterable[Row], locks: t.Iterable[Row], system: t.Iterable[Row]) -> list[Session]:
    """One session for each SPID of an instance, from the padded and repeated rows of sp_who2 and from the locks."""
    system_spids = {int(row["spid"]) for row in system}
    found: dict[int, Session] = {}
    for row in who:
        spid = int(_text(row["SPID"]))
        seen = Session(
            instance=instance,
            spid=spid,
            # System rows have "  ." for a host.
            host=_text(row["HostName"]).strip("."),
            program=_text(row["ProgramName"]),
            login=_text(row["Login"]),
            databases=frozenset(_databases(row["DBName"])),
            system=spid in system_spids or _text(row["Status"]).upper() == "BACKGROUND",
        )
        found[spid] = _merged(found.get(spid), seen)
    for row in locks:
        spid = int(row["spid"])
        if spid in found and _text(row["database_name"]) in found[spid].databases:
            continue
        locking = Session(
            instance=instance,
            spid=spid,
            host=_text(row["host_name"]),
            program=_text(row["program_name"]),
            login=_text(row["login_name"]),
            databases=frozenset(_databases(row["database_name"])),
            system=spid in system_spids,
        )
        found[spid] = _merged(found.get(spid), locking)
    return list(found.values())


def offenders(seen: t.Iterable[Session], rules: Rules, *, own: t.Container[int] = ()) -> list[Session]:
    """The sessions that must not be there; ``own`` are the SPIDs of the connections that look."""
    return [session for session in seen if session.spid not in own and _offends(session, rules)]


def _offends(session: Session, rules: Rules) -> bool:
    used = {name for name in session.databases if name.casefold() in rules.databases}
    if session.system or not used or _is_sso(session, used, rules):
        return False
    return not any(pattern.allows(session, used) for pattern in rules.allowed)


def _is_sso(session: Session, used: set[str], rules: Rules) -> bool:
    """Enterprise SSO at its own database, from a computer of the group: the only user that may stay (rule R14)."""
    return (
        rules.sso_database is not None
        and {name.casefold() for name in used} == {rules.sso_database.casefold()}
        and _short(session.host) in {_short(host) for host in rules.sso_hosts}
        and any(matches(pattern, session.program) for pattern in rules.sso_programs)
    )


def _merged(one: Session | None, other: Session) -> Session:
    if one is None:
        return other
    return Session(
        instance=one.instance,
        spid=one.spid,
        host=one.host or other.host,
        program=one.program or other.program,
        login=one.login or other.login,
        databases=one.databases | other.databases,
        system=one.system or other.system,
    )


def _databases(name: object) -> list[str]:
    text = _text(name)
    return [text] if text else []


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\0", "").strip()


def _short(host: str) -> str:
    return host.partition(".")[0].casefold()
