# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""full_restore that fails in the middle, over pyodbc: what it leaves, and the same command again."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.sql.restores import QUICK, files_of, left_of_the_update, unusable, updated

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import LabTarget, OpenLab

MANAGEMENT = "BizTalkMgmtDb"


def named(lab: LabTarget) -> dict[str, t.Any]:
    """The set with its files, as a run record holds it: a management database in RESTORING has no history."""
    return QUICK | {"backup_set": {"id": 41, "databases": files_of(lab)}}


def check_again(lab: LabTarget, options: dict[str, t.Any]) -> dict[str, t.Any]:
    result = lab.run("full_restore", **options)
    assert result["changed"] is True, result.get("msg")
    assert not result.get("failed"), result["msg"]
    assert (left_of_the_update(lab), unusable(lab)) == (set(), {})
    return result


@pytest.mark.parametrize("database", ["BizTalkMsgBoxDb", "SSODB", MANAGEMENT])
def test_a_restore_fails_and_the_same_command_succeeds(open_lab: OpenLab, database: str) -> None:
    lab = updated(open_lab("two-instances.yml"))
    options = named(lab)
    for instance in lab.instances.values():
        instance.faults.add("restore_fails", database=database, times=0)
    result = lab.run("full_restore", **options)
    assert result["failed"]
    assert result["msg"].startswith("The databases were not restored: ")
    assert f"{database} on SQL" in result["msg"]
    assert "cyclic redundancy check" in result["msg"]
    assert "run the same command again" in result["msg"]
    assert not [event for event in lab.events("restore.database") if event["recovered"]]
    assert unusable(lab)[f"{database} on {'SQL2' if database == 'BizTalkMsgBoxDb' else 'SQL1'}"] == "RESTORING"
    states = {f"{one['name']} on {one['instance']}": one["after"] for one in result["databases"]}
    assert all(state.startswith(unusable(lab).get(label, "ONLINE")) for label, state in states.items())
    for instance in lab.instances.values():
        instance.faults.clear()
    again = check_again(lab, options)
    assert {one["before"] for one in again["databases"]} >= {"RESTORING MULTI_USER"}


@pytest.mark.parametrize("driver", ["microsoft"], indirect=True)
def test_the_message_says_what_is_in_which_state(lab: LabTarget) -> None:
    options = named(updated(lab)) | {"parallel": 1}
    lab.first.faults.add("restore_fails", database="BizTalkDTADb")
    result = lab.run("full_restore", **options)
    assert "RESTORING: BAMPrimaryImport on SQL1, BizTalkDTADb on SQL1" in result["msg"]
    assert (
        "untouched: BizTalkMsgBoxDb on SQL1, BizTalkRuleEngineDb on SQL1, SSODB on SQL1, BizTalkMgmtDb" in result["msg"]
    )
    assert left_of_the_update(lab) >= {"BizTalkMsgBoxDb", "SSODB", MANAGEMENT}
    check_again(lab, QUICK)


@pytest.mark.parametrize("driver", ["microsoft"], indirect=True)
def test_an_id_alone_is_not_enough_without_the_history(lab: LabTarget) -> None:
    options = named(updated(lab))
    lab.first.faults.add("restore_fails", database=MANAGEMENT)
    failed = lab.run("full_restore", **options)
    message = lab.run("full_restore", **QUICK)["msg"]
    assert "its history does not tell the files of backup set 41: name them in backup_set.databases" in message
    check_again(lab, QUICK | {"backup_set": failed["backup_set"]})


@pytest.mark.parametrize("driver", ["microsoft"], indirect=True)
def test_without_the_management_database_the_set_has_to_hold_it(lab: LabTarget) -> None:
    options = named(updated(lab))
    lab.first.faults.add("restore_fails", database=MANAGEMENT)
    lab.run("full_restore", **options)
    others = [one for one in options["backup_set"]["databases"] if one["name"] != MANAGEMENT]
    message = lab.run("full_restore", **options | {"backup_set": {"databases": others}})["msg"]
    assert "lacks the management database" in message


@pytest.mark.parametrize("moment", ["ALTER DATABASE [SSODB]", "RESTORE DATABASE [SSODB] FROM", "WITH RECOVERY"])
def test_a_connection_that_breaks(lab: LabTarget, moment: str) -> None:
    options = named(updated(lab))
    lab.first.faults.add("dropped_connection", statement=moment)
    result = lab.run("full_restore", **options)
    assert result["failed"]
    assert "The connection broke while it was used" in result["msg"]
    assert "run the same command again" in result["msg"]
    check_again(lab, options)


@pytest.mark.parametrize("driver", ["microsoft"], indirect=True)
def test_an_instance_that_restarts(lab: LabTarget) -> None:
    options = named(updated(lab))
    lab.first.faults.add("fail_over", statement="RESTORE DATABASE [SSODB] FROM", seconds=2)
    assert "The databases were not restored: " in lab.run("full_restore", **options)["msg"]
    check_again(lab, options)


@pytest.mark.parametrize("driver", ["microsoft"], indirect=True)
def test_a_restore_that_takes_too_long(open_lab: OpenLab) -> None:
    lab = updated(open_lab(delays={"backup_database": 500}))
    options = named(lab) | {"verify": "header"}
    result = lab.run("full_restore", **options | {"restore_timeout": 2})
    assert result["failed"]
    assert "The databases were not restored: " in result["msg"]
    assert set(unusable(lab).values()) == {"RESTORING"}
