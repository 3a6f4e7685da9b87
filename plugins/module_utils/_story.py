# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A journal read back: what happened in a run, or in all runs that worked on one record."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.biztalk.patching.plugins.module_utils._run_watch import DATABASES

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._journal import Entry

# Seconds; a task on the controller follows at once.
JUDGED_WITHIN: t.Final = 10.0


@dataclass(frozen=True)
class Execution:
    """One ansible-playbook; `ended` is None where it never came to its end, or has not yet."""

    operation: str
    began: float
    owner: t.Mapping[str, t.Any]
    inventory: tuple[str, ...]
    server: str
    database: str
    ended: float | None = None
    succeeded: bool | None = None


@dataclass(frozen=True)
class Segment:
    """A lane in a phase; `open` where its end was not seen, `failed` where a failure ended it.

    Times are in seconds since the epoch.
    """

    lane: str
    phase: str
    began: float
    ended: float
    service: str = ""
    open: bool = False
    failed: bool = False

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True)
class Failure:
    """A task that failed or did not reach its host; `ignored` where the playbook expected it and judged by itself."""

    at: float
    host: str
    task: str
    phase: str
    message: str
    unreachable: bool
    ignored: bool
    exit_code: int | None = None


@dataclass(frozen=True)
class Fact:
    at: float
    name: str
    value: t.Any
    host: str = ""


@dataclass(frozen=True)
class Story:
    executions: tuple[Execution, ...] = ()
    segments: tuple[Segment, ...] = ()
    failures: tuple[Failure, ...] = ()
    facts: tuple[Fact, ...] = ()
    last: float = 0.0
    _by_name: t.Mapping[str, list[Fact]] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, entries: t.Sequence[Entry]) -> Story:
        facts = tuple(
            Fact(entry["at"], entry["name"], entry["value"], entry.get("host", ""))
            for entry in entries
            if entry["event"] == "fact"
        )
        by_name: dict[str, list[Fact]] = {}
        for fact in facts:
            by_name.setdefault(fact.name, []).append(fact)
        failures = tuple(_failure(entry) for entry in entries if entry["event"] in ("failed", "unreachable"))
        segments = [_judged(segment, failures) for segment in _segments(entries)]
        return cls(
            executions=tuple(_executions(entries)),
            segments=tuple(sorted(segments, key=lambda segment: (segment.began, segment.lane))),
            failures=failures,
            facts=facts,
            last=max((entry["at"] for entry in entries), default=0.0),
            _by_name=by_name,
        )

    def all(self, name: str) -> list[Fact]:
        """The facts of a name, in the order of time."""
        return self._by_name.get(name, [])

    def first(self, name: str) -> t.Any:
        """The value as it was in the beginning, None where there is none."""
        return self.all(name)[0].value if self.all(name) else None

    def latest(self, name: str) -> t.Any:
        return self.all(name)[-1].value if self.all(name) else None

    def of_phase(self, *phases: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.phase in phases]

    @property
    def plan(self) -> t.Mapping[str, t.Any]:
        """Of the runs on one record the first plan tells how the group was before."""
        return self.first("plan") or {}

    @property
    def record(self) -> t.Mapping[str, t.Any] | None:
        return t.cast("t.Mapping[str, t.Any] | None", self.latest("record"))

    @property
    def operation(self) -> str:
        return self.executions[-1].operation if self.executions else (self.record or {}).get("operation", "patch")


def _executions(entries: t.Iterable[Entry]) -> t.Iterator[Execution]:
    begun: Entry | None = None
    for entry in entries:
        if entry["event"] == "run":
            if begun:
                yield _execution(begun, None)
            begun = entry
        elif entry["event"] == "end" and begun:
            yield _execution(begun, entry)
            begun = None
    if begun:
        yield _execution(begun, None)


def _execution(begun: Entry, end: Entry | None) -> Execution:
    return Execution(
        operation=begun["operation"],
        began=begun["at"],
        owner=begun["owner"],
        inventory=tuple(begun["inventory"]),
        server=begun["server"],
        database=begun["database"],
        ended=end["at"] if end else None,
        succeeded=end["succeeded"] if end else None,
    )


def _segments(entries: t.Iterable[Entry]) -> t.Iterator[Segment]:
    """What was not left when the journal breaks off, or the next run begins, lasted until then as far as is known."""
    begun: dict[str, Entry] = {}
    last = 0.0
    for entry in entries:
        event = entry["event"]
        if event == "segment":
            yield Segment(entry["lane"], entry["phase"], entry["began"], entry["at"], entry.get("service", ""))
        elif event == "began":
            begun[entry["lane"]] = entry
        elif event in ("ended", "dropped"):
            start = begun.pop(entry["lane"], None)
            if start and event == "ended":
                yield Segment(start["lane"], start["phase"], start["at"], entry["at"])
        elif event == "run":
            yield from _left_open(begun, last)
            begun = {}
        last = max(last, entry["at"])
    yield from _left_open(begun, last)


def _left_open(begun: t.Mapping[str, Entry], last: float) -> t.Iterator[Segment]:
    for lane, entry in begun.items():
        yield Segment(lane, entry["phase"], entry["at"], max(last, entry["at"]), open=True)


def _judged(segment: Segment, failures: t.Iterable[Failure]) -> Segment:
    """With whether it failed; the task that judges what came of a phase is a moment later than the phase itself."""
    failed = any(
        failure.phase == segment.phase
        and segment.lane in (failure.host, DATABASES)
        and segment.began <= failure.at <= segment.ended + JUDGED_WITHIN
        for failure in failures
        if not failure.ignored
    )
    return replace(segment, failed=failed)


def _failure(entry: Entry) -> Failure:
    return Failure(
        at=entry["at"],
        host=entry["host"],
        task=entry["task"],
        phase=entry["phase"],
        message=entry["message"],
        unreachable=entry["event"] == "unreachable",
        ignored=bool(entry["ignored"]),
        exit_code=entry.get("exit_code"),
    )
