# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group whose backup job is not usable, and somebody who does not leave: backed up and patched all the same."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, run, states
from tests.lab.invariants import broken
from tests.lab.paths import SINGLE_TOPOLOGY
from tests.lab.sqlserver.instance import SqlServerInstance

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

FOLDER = r"\\FILES\Native"
# As JSON, for name=value makes one backslash of two.
SETTINGS = {"biztalk_backup_method": "native", "biztalk_backup_folder": FOLDER, "biztalk_idle_timeout": 3}
MONITOR = {"biztalk_idle_allow": [{"program": "mon*", "host": "DEV1"}], "biztalk_kill_sessions": True}
DATABASES = 6
# Where an update has no script to run.
DATABASE = "BAMPrimaryImport"


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> t.Iterator[Lab]:
    """The job was never configured, and two sessions stay in the databases."""
    job = {"enabled": False, "path": None}
    with open_lab(SINGLE_TOPOLOGY, sql_servers=[{"name": "SQL1", "backup_job": job}]) as opened:
        server = opened.world.instances["SQL1"]
        assert isinstance(server, SqlServerInstance)
        server.media.make_folder(FOLDER)
        for program in ("Leftover", "Monitor"):
            server.open_session(host="DEV1", program=program, login=r"LAB\alice", database=DATABASE)
        yield opened


def programs_in_databases(lab: Lab) -> set[str]:
    server = lab.world.instances["SQL1"]
    assert isinstance(server, SqlServerInstance)
    return {session.program for session in server.sessions.in_database(DATABASE)}


@pytest.mark.long
def test_backed_up_at_rest_without_the_job(lab: Lab) -> None:
    before = states(lab)

    result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", json.dumps(SETTINGS | MONITOR))

    assert result.returncode == 0, result.stdout
    events = lab.run_events()
    assert sum(event.kind == "backup.verified" for event in events) == DATABASES
    assert not any(event.kind == "backup.forced" for event in events)
    assert states(lab) == before
    left = programs_in_databases(lab)
    assert ("Monitor" in left, "Leftover" in left) == (True, False)
    # The one that the operator allows is in the databases during the install.
    assert set(broken(lab.events.events, native=True)) == {"R15"}


@pytest.mark.long
def test_who_may_not_be_ended_ends_the_run(lab: Lab) -> None:
    before = states(lab)

    result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", json.dumps(SETTINGS))

    assert result.returncode != 0
    assert "Leftover on DEV1" in " ".join(result.stdout.split())
    assert not any(event.kind in ("backup.database", "install.started") for event in lab.run_events())
    assert states(lab) == before
    assert {"Monitor", "Leftover"} <= programs_in_databases(lab)
