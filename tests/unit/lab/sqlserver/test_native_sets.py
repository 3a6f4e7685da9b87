# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When BACKUP DATABASE of every database makes a set: without COPY_ONLY, and all while each Agent is down."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from tests.unit.lab.sqlserver.support import BACKUP_JOB, Sql, events

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

    Load = Callable[..., list[SqlServerInstance]]

FOLDER = r"\\FILES\Native"
_NUMBERS = itertools.count(1)


@pytest.fixture
def group(load: Load) -> list[SqlServerInstance]:
    """Two instances with clocks hours apart, their Agents stopped."""
    return down(load("two-instances.yml", {"sql_servers": [{"name": "SQL2", "utc_offset": -7}]}))


def down(instances: list[SqlServerInstance]) -> list[SqlServerInstance]:
    instances[0].media.make_folder(FOLDER)
    for instance in instances:
        instance.agent_started()
    for instance in instances:
        instance.agent_stopped()
    return instances


def save(instance: SqlServerInstance, *databases: str, options: str = "CHECKSUM") -> None:
    sql = Sql(instance, "patching", "master")
    for name in databases or instance.biztalk_databases:
        file = rf"{FOLDER}\{name}{next(_NUMBERS)}.bak"
        assert sql.messages(f"BACKUP DATABASE {name} TO DISK = N'{file}' WITH {options}") == [4035, 3014]


def sets(group: list[SqlServerInstance]) -> list[dict[str, t.Any]]:
    return [made for made in events(group[0], "backup.set") if made["type"] == "db"]


def test_the_last_database_makes_the_set(group: list[SqlServerInstance]) -> None:
    first, second = group
    save(first)
    save(second, *second.biztalk_databases[:-1])
    assert sets(group) == []
    save(second, second.biztalk_databases[-1])
    (made,) = sets(group)
    assert (made["instance"], made["backup_set"], made["type"], made["complete"]) == ("SQL1", None, "db", True)
    assert sorted(map(tuple, made["databases"])) == sorted(
        (instance.name, name) for instance in group for name in instance.biztalk_databases
    )


def test_it_is_told_once(group: list[SqlServerInstance]) -> None:
    for instance in (*group, *group):
        save(instance)
    assert len(sets(group)) == 1


@pytest.mark.parametrize("options", ["COPY_ONLY", "COPY_ONLY, CHECKSUM"])
def test_a_copy_is_no_part_of_it(group: list[SqlServerInstance], options: str) -> None:
    save(group[0])
    save(group[1], options=options)
    assert sets(group) == []


def test_nor_is_the_backup_of_a_log(group: list[SqlServerInstance]) -> None:
    save(group[0])
    save(group[1], *group[1].biztalk_databases[1:])
    last = group[1].biztalk_databases[0]
    sql = Sql(group[1], "patching", "master")
    assert sql.messages(rf"BACKUP LOG {last} TO DISK = N'{FOLDER}\log.bak'") == [4035, 3014]
    assert sets(group) == []


def test_nor_is_one_that_fails(group: list[SqlServerInstance]) -> None:
    save(group[0])
    save(group[1], *group[1].biztalk_databases[1:])
    last = group[1].biztalk_databases[0]
    group[1].faults.add("backup_fails", database=last)
    sql = Sql(group[1], "patching", "master")
    assert sql.messages(rf"BACKUP DATABASE {last} TO DISK = N'{FOLDER}\bad.bak'") == [3202, 3013]
    assert sets(group) == []
    save(group[1], last)
    assert len(sets(group)) == 1


@pytest.mark.parametrize("place", [0, 1])
def test_an_agent_that_runs_prevents_it(group: list[SqlServerInstance], place: int) -> None:
    group[place].agent_started()
    for instance in group:
        save(instance)
    assert sets(group) == []


@pytest.mark.parametrize("place", [0, 1])
def test_what_was_saved_before_an_agent_ran_again_is_too_old(group: list[SqlServerInstance], place: int) -> None:
    save(group[0])
    group[place].agent_started()
    group[place].agent_stopped()
    save(group[1])
    assert sets(group) == []
    save(group[0])
    assert len(sets(group)) == 1


def test_the_files_of_the_job_are_no_part_of_it(load: Load) -> None:
    group = load("two-instances.yml")
    group[0].agent_started()
    sql = Sql(group[0], "patching", "BizTalkMgmtDb")
    sql.replies(f"EXEC dbo.sp_ForceFullBackup EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'")
    group[0].agent.wait(BACKUP_JOB)
    down(group)
    save(group[0])
    assert [made["backup_set"] for made in sets(group)] == [44]
    save(group[1])
    assert [made["backup_set"] for made in sets(group)] == [44, None]


def test_in_an_availability_group_the_primary_counts(load: Load) -> None:
    first, second = load("availability-group.yml")
    down([first])
    second.agent_started()
    save(first)
    (made,) = sets([first])
    assert {instance for instance, _database in made["databases"]} == {"SQL1"}
