# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""full_restore over pyodbc: all databases come back, whoever is in the way."""

from __future__ import annotations

import threading
import typing as t

import pyodbc
import pytest

from tests.integration.sql.restores import QUICK, files_of, left_of_the_update, unusable, updated

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import LabTarget, OpenLab

BACKUP = {"poll_interval": 1, "job_timeout": 60, "progress_interval": 0}
# Some things do not depend on the driver.
one_driver = pytest.mark.parametrize("driver", ["microsoft"], indirect=True)


@pytest.mark.parametrize("topology", ["default.yml", "two-instances.yml"])
def test_the_whole_group_is_as_it_was(open_lab: OpenLab, topology: str) -> None:
    lab = open_lab(topology)
    backup_set = lab.run("full_backup", **BACKUP)["backup_set"]
    versions = lab.run("group_info")["group"]["versions"]["databases"]
    result = updated(lab).run("full_restore", **QUICK | {"backup_set": backup_set, "versions": versions})
    assert result["changed"] is True, result["msg"]
    assert (left_of_the_update(lab), unusable(lab)) == (set(), {})
    assert {one["file"] for one in result["databases"]} == {one["file"] for one in backup_set["databases"]}
    assert {one["after"] for one in result["databases"]} == {"ONLINE MULTI_USER"}
    assert result["versions"][0].items() <= versions[0].items()


def test_none_is_recovered_before_all_are_restored(open_lab: OpenLab) -> None:
    lab = updated(open_lab("two-instances.yml"))
    lab.run("full_restore", **QUICK)
    events = lab.events("restore.database")
    half = len(events) // 2
    assert [event["recovered"] for event in events] == [False] * half + [True] * half
    assert events[half - 1]["database"] == events[-1]["database"] == "BizTalkMgmtDb"
    assert {(event["instance"], event["database"]) for event in events[:half]} == {
        (event["instance"], event["database"]) for event in events[half:]
    }


@one_driver
def test_it_is_an_order_that_can_be_given_again(lab: LabTarget) -> None:
    """The restored management database holds no newer set, and the same files serve once more."""
    named = QUICK | {"backup_set": {"id": 41, "databases": files_of(updated(lab))}}
    assert lab.run("full_restore", **named)["changed"] is True
    assert lab.run("full_restore", **named)["changed"] is True
    assert len(lab.events("restore.database")) == 24


@one_driver
def test_newer_sets_in_the_history_do_not_matter(lab: LabTarget) -> None:
    newer = lab.run("full_backup", **BACKUP)["backup_set"]
    files = {one["file"] for one in files_of(lab)}
    result = updated(lab).run("full_restore", **QUICK)
    restored = {one["file"] for one in result["databases"]}
    assert restored == files
    assert not restored & {one["file"] for one in newer["databases"]}


@one_driver
def test_databases_of_the_same_name_on_two_instances(open_lab: OpenLab) -> None:
    orders = {"name": "Orders", "role": "other", "backed_up_as_other": True}
    servers = [{"name": name, "databases": [orders]} for name in ("SQL1", "SQL2")]
    lab = updated(open_lab("two-instances.yml", sql_servers=servers))
    files = files_of(lab)
    result = lab.run("full_restore", **QUICK)
    places = {(one["instance"], one["file"]) for one in result["databases"] if one["name"] == "Orders"}
    assert {instance for instance, _file in places} == {"SQL1", "SQL2"}
    assert all(f"\\{instance}_Orders_" in file for instance, file in places)
    swapped = [
        one | {"file": one["file"].replace("SQL1_Orders", "SQL2_Orders")} if one["name"] == "Orders" else one
        for one in files
    ]
    sql1, sql2 = lab.instances.values()
    foreign = next(one["file"] for one in swapped if (one["server"], one["name"]) == ("SQL1", "Orders"))
    sql1.media.write(foreign, sql2.media.read(foreign), sql2.media.verified(foreign))
    message = lab.run("full_restore", **QUICK | {"backup_set": {"databases": swapped}})["msg"]
    assert "was made on SQL2, not on SQL1: it is of another database" in message


@one_driver
def test_files_that_were_moved_since_go_where_they_are_now(lab: LabTarget) -> None:
    (backup,) = (one["file"] for one in files_of(updated(lab)) if one["name"] == "SSODB")
    lab.first.state_of("SSODB").folder = "E:\\Data"
    plan = lab.run("full_restore", **QUICK, _ansible_check_mode=True)["plan"]
    assert [step["statement"] for step in plan if "MOVE" in step["statement"]] == [
        f"RESTORE DATABASE [SSODB] FROM DISK = N'{backup}' WITH REPLACE, NORECOVERY,"
        " MOVE N'SSODB' TO N'E:\\Data\\SSODB.mdf', MOVE N'SSODB_log' TO N'E:\\Data\\SSODB_log.ldf'"
    ]
    lab.run("full_restore", **QUICK)
    assert lab.first.state_of("SSODB").folder == "E:\\Data"


def test_a_monitor_that_comes_back_at_once_does_not_get_in(lab: LabTarget) -> None:
    for database in ("BizTalkMsgBoxDb", "BizTalkMgmtDb"):
        lab.first.faults.add("slot_taken", database=database)
    over = threading.Event()
    outcomes: list[str] = []

    def come_in() -> str:
        try:
            with lab.client("Monitoring Agent", "MONITOR", "BizTalkMsgBoxDb"):
                over.wait(0.05)
        except pyodbc.Error:
            return "refused"
        return "in"

    def monitor() -> None:
        while not over.is_set():
            outcomes.append(come_in())

    watcher = threading.Thread(target=monitor)
    watcher.start()
    try:
        result = updated(lab).run("full_restore", **QUICK)
    finally:
        over.set()
        watcher.join()
    assert result["changed"] is True, result["msg"]
    assert (left_of_the_update(lab), unusable(lab)) == (set(), {})
    assert len([event for event in lab.events("sql.fault") if event["fault"] == "slot_taken"]) == 2
    assert "refused" in outcomes


@one_driver
@pytest.mark.parametrize("change", [{"database_version": "3.13.812.0"}, {"name": "Tracking DB"}])
def test_versions_that_are_not_as_expected(lab: LabTarget, change: dict[str, str]) -> None:
    (version,) = lab.run("group_info")["group"]["versions"]["databases"]
    result = updated(lab).run("full_restore", **QUICK | {"versions": [version | change]})
    assert result["failed"]
    assert "All databases were restored, but BizTalkDBVersion holds Management DB 3.13.0.0" in result["msg"]
    assert result["versions"][0]["database_version"] == version["database_version"]


@one_driver
def test_the_progress_names_the_databases(open_lab: OpenLab, tmp_path: t.Any) -> None:
    lab = updated(open_lab(delays={"backup_database": 60}))
    told = tmp_path / "told"
    told.touch()
    lab.run("full_restore", **QUICK | {"parallel": 2, "progress_file": str(told)})
    lines = told.read_text().splitlines()
    assert any(line.startswith("verifying the databases, 0 of 6 done: ") for line in lines)
    assert any(line.startswith("restoring the databases, ") and " on SQL1 0 %" in line for line in lines)
    assert any(" on SQL1 50 %" in line or " on SQL1 80 %" in line or " on SQL1 4" in line for line in lines), lines
    assert max(line.count(" %") for line in lines) == 2
    assert any(line.startswith("recovering the databases, ") for line in lines)
