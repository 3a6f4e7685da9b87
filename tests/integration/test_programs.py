# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are no services: whoever has them open is named, they are asked to end, and then they are ended."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, run
from tests.lab.invariants import broken
from tests.lab.paths import SINGLE_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

CONSOLE = {
    "image": "mmc.exe",
    "title": "BizTalk Server Administration",
    "user": r"LAB\alice",
    "arguments": '"C:\\Program Files (x86)\\Microsoft BizTalk Server\\BTSmmc.msc"',
    "databases": ["BizTalkMgmtDb"],
}
COMPUTER = {
    "name": "BTS1",
    "applications": [CONSOLE, {**CONSOLE, "title": "BizTalk Server Administration (2)", "heeds": True}],
    "processes": [
        {"image": "Adapter.exe", "user": r"LAB\svc-biztalk", "databases": ["BizTalkMsgBoxDb"], "heeds": True},
        {"image": "Stubborn Adapter.exe", "user": r"LAB\svc-biztalk", "databases": ["BizTalkMsgBoxDb"]},
    ],
}
PROCESSES = ("-e", '{"biztalk_stop_processes": ["adapter.exe", "Stubborn Adapter.exe", "NotHere.exe"]}')


@pytest.mark.long
def test_programs_end_politely_where_they_can(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[COMPUTER]) as lab:
        result = run("patch", lab, *CLOSE_APPLICATIONS, *PROCESSES)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        programs = ("mmc.exe", "Adapter.exe", "Stubborn Adapter.exe")
        ended = [event for event in lab.run_events() if event.kind == "process.ended" and event["image"] in programs]
        # A user who closes his console, a program that can be asked, and then the rest by force.
        assert [(event["image"], event["origin"]) for event in ended] == [
            ("mmc.exe", r"LAB\alice"),
            ("Adapter.exe", "taskkill.exe"),
            ("mmc.exe", "taskkill.exe"),
            ("Stubborn Adapter.exe", "taskkill.exe"),
        ]
        assert "Start again on bts1, where it was ended: Adapter.exe, Stubborn Adapter.exe" in result.stdout


def test_the_plan_names_who_has_a_console_open(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[COMPUTER]) as lab:
        result = run("plan", lab, *PROCESSES)

        assert result.returncode != 0
        assert r"LAB\alice, session 2) is open: close it" in " ".join(result.stdout.replace("\\\\", "\\").split())
