# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected to an instance: clients of the endpoint, services of the simulated computers, and system tasks."""

from __future__ import annotations

import functools
import heapq
import operator
import threading
import time
import typing as t
from dataclasses import dataclass, field

from tests.lab.sqlserver.clock import stamp, utc_now

if t.TYPE_CHECKING:
    from datetime import datetime

    from tests.lab.world import World

SYSTEM_SESSIONS = 50
SSO_PROGRAM = "Enterprise SSO"


@dataclass(frozen=True)
class Work:
    """A backup or restore that is under way; `started` is by the monotonic clock."""

    started: float
    seconds: float

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        return max(self.seconds - self.elapsed, 0.0)

    @property
    def percent(self) -> float:
        return min(99.9, 100 * self.elapsed / self.seconds) if self.seconds else 0.0


@dataclass(eq=False)
class Session:
    spid: int
    host: str
    program: str
    login: str
    database: str
    user: bool = True
    status: str = "sleeping"
    command: str = "AWAITING COMMAND"
    opened: datetime = field(default_factory=utc_now)
    killed: bool = False
    work: Work | None = None
    closed: bool = False
    _end: t.Callable[[Session], None] | None = None

    @functools.cached_property
    def last_batch(self) -> str:
        """As sp_who2 shows it."""
        return self.opened.strftime("%m/%d %H:%M:%S")

    @functools.cached_property
    def login_time(self) -> str:
        return stamp(self.opened)

    def end(self) -> None:
        """The program has ended; its connection is noticed to be gone a while later."""
        if self._end:
            self._end(self)


class Sessions:
    """The table of sessions; the lowest free number is given to a new one, as SQL Server does."""

    def __init__(self, world: World, instance: str, now: t.Callable[[], datetime]) -> None:
        self._world = world
        self._now = now
        self._instance = instance
        self._lock = threading.Lock()
        self._sessions = {spid: _system_session(spid) for spid in range(1, SYSTEM_SESSIONS + 1)}
        self._free: list[int] = []

    def open(self, *, host: str, program: str, login: str, database: str) -> Session:
        with self._lock:
            spid = heapq.heappop(self._free) if self._free else len(self._sessions) + 1
            session = Session(spid, host, program, login, database, opened=self._now(), _end=self._end_later)
            self._sessions[spid] = session
        self._world.events.emit(
            "session.opened",
            instance=self._instance,
            spid=spid,
            host=host,
            program=program,
            login=login,
            database=database,
        )
        return session

    def refused(self, *, host: str, program: str, login: str, database: str) -> Session:
        """What a program holds that was not let in."""
        return Session(0, host, program, login, database, closed=True)

    def close(self, session: Session) -> None:
        with self._lock:
            if session.closed:
                return
            session.closed = True
            self._sessions.pop(session.spid)
            heapq.heappush(self._free, session.spid)
        self._world.events.emit("session.closed", instance=self._instance, spid=session.spid)

    def kill(self, session: Session) -> None:
        session.killed = True
        self.close(session)

    def in_database(self, database: str, *, but: Session | None = None) -> list[Session]:
        wanted = database.casefold()
        return [item for item in self.users() if item.database.casefold() == wanted and item is not but]

    def find(self, spid: int) -> Session | None:
        with self._lock:
            return self._sessions.get(spid)

    def all(self) -> list[Session]:
        with self._lock:
            return sorted(self._sessions.values(), key=operator.attrgetter("spid"))

    def users(self) -> list[Session]:
        return [session for session in self.all() if session.user]

    def of_database(self, database: str) -> list[Session]:
        """The sessions in a database, Enterprise SSO on its own database left out."""
        return [
            session
            for session in self.users()
            if session.database.casefold() == database.casefold() and not is_sso(session)
        ]

    def _end_later(self, session: Session) -> None:
        self._world.scheduler.after(self._world.delays.session_linger, lambda: self.close(session))


def is_sso(session: Session) -> bool:
    """Enterprise SSO keeps running during an install (KB 2003907), so its sessions on SSODB are no use of BizTalk."""
    return session.program.startswith((SSO_PROGRAM, "ENTSSO")) and session.database.casefold() == "ssodb"


def _system_session(spid: int) -> Session:
    commands = (
        "XE TIMER",
        "XE DISPATCHER",
        "LAZY WRITER",
        "LOG WRITER",
        "LOCK MONITOR",
        "SIGNAL HANDLER",
        "TASK MANAGER",
    )
    command = commands[(spid - 1) % len(commands)]
    status = "sleeping" if command == "TASK MANAGER" else "BACKGROUND"
    return Session(spid, "", "", "sa", "master", user=False, status=status, command=command)
