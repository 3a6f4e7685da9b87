# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import threading
import typing as t

import pytest

from tests.lab.events import VOCABULARY, Event, EventLog, UnknownEventError, check_vocabulary, read_events

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    opened = EventLog(tmp_path / "events.jsonl")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("service.exploded", {}, "service.exploded is not an event of the lab"),
        ("backup.verified", {"instance": "SQL1"}, "must have ['file', 'instance']"),
        (
            "backup.verified",
            {"instance": "SQL1", "file": "a.bak", "size": 1},
            "has the fields ['file', 'instance', 'size']",
        ),
        ("lab.stopped", {"reason": "tired"}, "must have []"),
    ],
)
def test_an_event_has_exactly_the_fields_of_the_vocabulary(
    kind: str, fields: dict[str, t.Any], message: str, log: EventLog
) -> None:
    for check in (check_vocabulary, lambda kind, fields: log.emit(kind, **fields)):
        with pytest.raises(UnknownEventError) as caught:
            check(kind, fields)
        assert message in str(caught.value)
    assert log.events == []
    assert log.path.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("kind", VOCABULARY)
def test_every_event_of_the_vocabulary_survives_the_file(kind: str, log: EventLog) -> None:
    event = log.emit(kind, **dict.fromkeys(VOCABULARY[kind], "é"))
    assert read_events(log.path) == log.events == [event]


def test_an_event_is_in_the_file_as_soon_as_it_has_happened(log: EventLog) -> None:
    log.emit("backup.verified", instance="SQL1", file="a.bak")
    document = json.loads(log.path.read_text(encoding="utf-8"))
    assert document.pop("at") >= 0
    assert document.pop("time").endswith("+00:00")
    assert document == {"event": "backup.verified", "instance": "SQL1", "file": "a.bak"}


def test_the_fields_are_read_by_name(log: EventLog) -> None:
    assert log.emit("backup.verified", instance="SQL1", file="a.bak")["file"] == "a.bak"


def test_events_of_many_threads_are_whole_and_in_order(log: EventLog) -> None:
    def work(number: int) -> None:
        for spid in range(50):
            log.emit("session.closed", instance=f"SQL{number}", spid=spid)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = read_events(log.path)
    assert events == log.events
    assert len(events) == 200
    assert [event.at for event in events] == sorted(event.at for event in events)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not a JSON document"),
        ("[]", "not an event"),
        ('"text"', "not an event"),
        ('{"event": "lab.stopped"}', "not an event"),
        ('{"at": 1.0}', "not an event"),
        ('{"at": 1.0, "event": "lab.exploded"}', "lab.exploded is not an event"),
        ('{"at": 1.0, "event": "lab.stopped", "why": 1}', "must have []"),
    ],
)
def test_a_line_that_is_no_event_is_refused(line: str, message: str) -> None:
    with pytest.raises(UnknownEventError) as caught:
        Event.parse(line)
    assert message in str(caught.value)


def test_blank_lines_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"at": 1.5, "time": "x", "event": "lab.stopped"}\n\n', encoding="utf-8")
    assert read_events(path) == [Event(1.5, "lab.stopped", {})]
