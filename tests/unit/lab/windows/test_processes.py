# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.processes import DESKTOP_SESSION, TerminateError

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Processes
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance


@pytest.fixture
def processes(world: World) -> Processes:
    return world.computers["BTS1"].processes


def test_a_process_connects_under_the_name_of_its_image(processes: Processes, sql: FakeSqlInstance) -> None:
    before = len(sql.sessions)
    processes.start("BTSHatApp.exe", user=r"LAB\alice", databases=("BizTalkDTADb", "BizTalkMgmtDb"))
    opened = sql.sessions[before:]
    assert [(session.program, session.host, session.login, session.database) for session in opened] == [
        ("BTSHatApp", "BTS1", r"LAB\alice", "BizTalkDTADb"),
        ("BTSHatApp", "BTS1", r"LAB\alice", "BizTalkMgmtDb"),
    ]


def test_the_end_of_a_process_frees_its_sessions_and_no_others(
    world: World, processes: Processes, sql: FakeSqlInstance
) -> None:
    before = list(sql.sessions)
    process = processes.start("devenv.exe", user=r"LAB\alice", databases=("BizTalkMgmtDb",))
    processes.end(process.pid, "taskkill")
    assert sql.sessions == before
    assert process not in processes.all()
    assert [(event.kind, event.fields) for event in world.events.events[-2:]] == [
        ("process.started", {"computer": "BTS1", "image": "devenv.exe", "pid": process.pid, "user": r"LAB\alice"}),
        (
            "process.ended",
            {
                "computer": "BTS1",
                "image": "devenv.exe",
                "pid": process.pid,
                "user": r"LAB\alice",
                "origin": "taskkill",
            },
        ),
    ]


def test_a_process_ends_once(processes: Processes) -> None:
    process = processes.start("devenv.exe", user=r"LAB\alice")
    processes.end(process.pid, "test")
    with pytest.raises(TerminateError, match=f'The process "{process.pid}" not found'):
        processes.end(process.pid, "test")


def test_a_window_on_another_desktop_cannot_be_closed_gently(processes: Processes) -> None:
    process = processes.start("mmc.exe", user=r"LAB\alice", session=DESKTOP_SESSION)
    with pytest.raises(TerminateError, match=rf"PID {process.pid} could not be terminated.\n.*forcefully"):
        processes.close(process.pid, "test")
    assert process in processes.all()


@pytest.mark.parametrize(("session", "name"), [(0, "Services"), (DESKTOP_SESSION, "RDP-Tcp#1")])
def test_a_process_belongs_to_a_session(session: int, name: str, processes: Processes) -> None:
    process = processes.start("any.exe", user="SYSTEM", session=session, title="Any", command_line="any.exe /x")
    assert (process.session_name, process.title, process.command_line) == (name, "Any", "any.exe /x")


def test_every_process_has_an_id_of_its_own(processes: Processes) -> None:
    pids = [process.pid for process in processes.all()]
    assert len(set(pids)) == len(pids) > 5
