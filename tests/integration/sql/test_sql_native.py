# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""full_backup by itself (method native), over pyodbc."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.sql.targets import LabTarget, OpenLab

FOLDER = r"\\FILES\Native"
NATIVE = {"method": "native", "folder": FOLDER, "job_timeout": 60, "progress_interval": 0}


def stopped(lab: LabTarget) -> LabTarget:
    """Agents off, their sessions gone, and a folder for the files."""
    lab.agents(running=False)
    for instance in lab.instances.values():
        instance.media.make_folder(FOLDER)
        for session in instance.sessions.users():
            instance.sessions.close(session)
    return lab


@pytest.fixture
def quiet(open_lab: OpenLab) -> LabTarget:
    """A group whose backup job was never configured."""
    return stopped(open_lab(sql_servers=[{"name": "SQL1", "backup_job": {"enabled": False, "path": None}}]))


def test_every_database_is_backed_up_and_verified(quiet: LabTarget) -> None:
    backup_set = quiet.run("full_backup", **NATIVE)["backup_set"]
    assert (backup_set["id"], backup_set["method"], backup_set["job_outcome"]) == (None, "native", None)
    assert {database["name"] for database in backup_set["databases"]} == {
        "BizTalkMgmtDb", "BizTalkMsgBoxDb", "BizTalkDTADb", "BizTalkRuleEngineDb", "SSODB", "BAMPrimaryImport",
    }  # fmt: skip
    assert all(database["size"] > 0 for database in backup_set["databases"])
    assert len(quiet.events("backup.verified")) == 6
    (made,) = quiet.events("backup.set")
    assert (made["backup_set"], made["complete"], len(made["databases"])) == (None, True, 6)
    assert quiet.events("backup.forced") == quiet.events("job.started")[1:] == []


@pytest.mark.parametrize("compressed", [0, 1])
def test_the_files_are_what_later_backups_build_upon(quiet: LabTarget, compressed: int) -> None:
    with quiet.client("setup", "controller", "BizTalkMgmtDb") as client:
        client.execute(f"EXEC sp_SetBackupCompression @bCompression = {compressed}")
    files = [database["file"] for database in quiet.run("full_backup", **NATIVE)["backup_set"]["databases"]]
    with quiet.client("setup", "controller", "master") as client:
        for file in files:
            header = client.execute(_tsql.backup_header(file)).fetchone()
            assert (header.HasBackupChecksums, header.IsCopyOnly, header.Compressed) == (True, False, compressed)


def test_it_is_refused_while_an_agent_runs(lab: LabTarget) -> None:
    assert "SQL Server Agent runs on SQL1: stop the service first" in lab.run("full_backup", **NATIVE)["msg"]


def test_it_is_refused_while_somebody_is_there(quiet: LabTarget) -> None:
    with quiet.client("BTSNTSvc64", "BTS1", "BizTalkMsgBoxDb"):
        message = quiet.run("full_backup", **NATIVE)["msg"]
    assert "BTSNTSvc64 on BTS1" in message
    assert "stop the host instances on that computer" in message
    assert quiet.events("backup.database") == []


def test_check_mode_makes_none(quiet: LabTarget) -> None:
    assert len(quiet.run("full_backup", **NATIVE, _ansible_check_mode=True)["would_back_up"]) == 6
    assert quiet.events("backup.database") == []


def test_it_is_planned_while_all_is_up(lab: LabTarget) -> None:
    planned = lab.run("full_backup", **NATIVE, assume_stopped=True, _ansible_check_mode=True)
    assert len(planned["would_back_up"]) == 6
    assert lab.events("backup.database") == []


def test_a_failure_leaves_no_half_answer(quiet: LabTarget) -> None:
    quiet.first.faults.add("backup_fails", database="BizTalkMsgBoxDb")
    result = quiet.run("full_backup", **NATIVE)
    assert result["failed"]
    assert "The full backup is not usable: the backup of BizTalkMsgBoxDb on SQL1 failed" in result["msg"]


def test_the_operator_sees_how_far_it_is(quiet: LabTarget, tmp_path: Path) -> None:
    quiet.first.faults.add("backup_slow", database="BizTalkDTADb", seconds=3)
    quiet.run("full_backup", **NATIVE, poll_interval=1, progress_file=str(tmp_path / "progress"))
    lines = (tmp_path / "progress").read_text(encoding="utf-8").splitlines()
    percents = [int(found[1]) for line in lines if (found := re.search(r"BizTalkDTADb on SQL1 .+, (\d+) %$", line))]
    assert percents == sorted(percents)
    assert percents[-1] > 0, lines


def test_several_instances_and_a_database_of_the_operators(open_lab: OpenLab) -> None:
    orders = {"name": "Orders", "role": "other"}
    lab = stopped(open_lab("two-instances.yml", sql_servers=[{"name": "SQL2", "databases": [orders]}]))
    made = lab.run("full_backup", **NATIVE, databases=["Orders"])["backup_set"]["databases"]
    assert ("SQL2", "Orders") in {(database["server"], database["name"]) for database in made}
    assert len(made) == 8
    assert [len(event["databases"]) for event in lab.events("backup.set")] == [8]
