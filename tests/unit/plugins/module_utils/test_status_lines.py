# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._status_lines import age, status_lines, table
from ansible_collections.biztalk.patching.tests.unit.plugins import records
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import service_row, uninstall_key
from ansible_collections.biztalk.patching.tests.unit.plugins.statuses import (
    NO_RUN,
    group,
    job,
    seen,
    silent,
    status,
)

HEALTHY = """\
BizTalk Group: BizTalkMgmtDb on SQL1, at 2026-11-22 10:00 UTC

COMPUTER  BIZTALK          UPDATES        DRIFT  RESTART  HOST INSTANCES
BTS1      2020 3.13.844.0  CU4 KB5009901  none   no       2 running
BTS2      2020 3.13.844.0  CU4 KB5009901  none   no       2 running

DATABASE       INSTANCE  ROLE        BACKUP JOB
BizTalkMgmtDb  SQL1      management  covers it
SSODB          SQL1      sso         covers it

SQL SERVER  VERSION      ROLE     AGENT
SQL1        15.0.4420.2  primary  runs

Database versions  Management DB 3.13.717.0, CU4 3.13.844.0
Last full backup   set 44, finished 2026-11-21 06:30 UTC, 1 d 3 h ago
Backup job         Backup BizTalk Server (BizTalkMgmtDb): enabled, last run succeeded, next run 2026-11-22 10:15:00

Run record: none

Nothing to look at."""


def lines(*computers: dict[str, object], **replaced: object) -> list[str]:
    return list(status_lines(status(*computers, **replaced).as_result()))


def test_a_healthy_group() -> None:
    assert "\n".join(lines()) == HEALTHY


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    assert list(table(("A", "B"), ("long", "x"), ("", "y"))) == ["A     B", "long  x", "      y"]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("2026-11-22T10:00:00+00:00", "0 min"),
        ("2026-11-22T09:14:59+00:00", "45 min"),
        ("2026-11-22T07:45:00+00:00", "2 h 15 min"),
        ("2026-11-19T08:00:00+00:00", "3 d 2 h"),
        # A clock that is ahead.
        ("2026-11-22T10:05:00+00:00", "0 min"),
    ],
)
def test_an_age(then: str, expected: str) -> None:
    assert age(then, "2026-11-22T10:00:00+00:00") == expected


def test_what_is_not_as_usual_stands_out() -> None:
    services = [service_row("ENTSSO"), service_row("BTSSvc$Receive"), service_row("BTSSvc$Send", "stopped")]
    behind = seen("BTS2", uninstall=[uninstall_key("Microsoft BizTalk Server 2020")], services=services)
    shown = lines(seen("BTS1"), behind, silent("BTS3"))
    assert (
        "BTS2      2020 3.13.717.0  none           lacks CU4 KB5009901  no       1 running, 1 stopped (Send)" in shown
    )
    assert "BTS3      does not answer  ?              ?                    ?        ?" in shown
    assert "- BTS3: does not answer: ntlm: connection timed out" in shown


def test_a_backup_that_is_not_in_order() -> None:
    broken = group(
        backup_job=job(enabled=False, path_configured=False, running=True, last_outcome=None, next_run=None),
        last_full_set={"id": 7, "finished": None, "seconds": None, "complete": False},
    )
    shown = "\n".join(lines(group=broken))
    assert "set 7, finished at an unknown time, NOT COMPLETE" in shown
    assert "DISABLED, NO PATH CONFIGURED, running now, last run unknown, next run not scheduled" in shown
    missing = "\n".join(lines(group=group(backup_job=job(exists=False), last_full_set=None)))
    assert "Last full backup   NONE" in missing
    assert "Backup job         Backup BizTalk Server (BizTalkMgmtDb): MISSING" in missing


def test_an_open_run_says_who_holds_the_group_and_what_comes_next() -> None:
    open_run = {**NO_RUN, "record": records.record(), "open": True, "owner": "dead"}
    shown = lines(record=open_run)
    at = shown.index(f"Run record: {records.record()['id']}, patch, step prepared, OPEN, at 2026-11-22 01:30 UTC")
    assert shown[at + 1] == "  Held by  ops on controller (process 4711): its process has ended"
    assert shown[at + 2].startswith("  Next     Nothing was installed. Run patch.yml again")
    closed = {**NO_RUN, "record": records.record(step="done"), "owner": "dead"}
    assert not any("Held by" in line for line in lines(record=closed))
    claimed = lines(record={**NO_RUN, "claims": ["X1"], "lock": True})
    at = claimed.index("Run record: none")
    assert claimed[at + 1].startswith("  Held by  the run X1, which has claimed the group")


def test_without_the_group_the_computers_are_shown() -> None:
    shown = lines(group=None, problem="Nothing answers there")
    assert shown[0] == "BizTalk group: BizTalkMgmtDb on sql1.lab, at 2026-11-22 10:00 UTC"
    assert shown[1] == "THE GROUP CANNOT BE READ: Nothing answers there"
    assert "BTS1      2020 3.13.844.0  CU4 KB5009901  none   no       2 running" in shown
    assert not any(line.startswith("DATABASE") for line in shown)
