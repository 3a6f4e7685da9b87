# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logins with less than sysadmin may do, and what xp_logininfo tells of Windows accounts and groups."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.tds.interface import ResultSet, SqlServerError
from tests.unit.lab.sqlserver.support import BACKUP_JOB, Sql, events

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

PATCHING = {"name": "patching", "password": "Sql-Patching-1!", "sysadmin": True}
READER = {
    "name": "reader",
    "password": "Reader-1!",
    "permissions": ["VIEW SERVER STATE"],
    "databases": {"BizTalkMgmtDb": ["db_datareader"], "msdb": ["SQLAgentOperatorRole", "db_datareader"]},
}
OWNER = {
    "name": "owner",
    "password": "Owner-1!",
    "permissions": ["alter any connection", "CREATE ANY DATABASE"],
    "databases": {"BizTalkMgmtDb": ["db_owner"], "SSODB": ["db_backupoperator"]},
}
FILE = r"D:\Backup\BizTalk\own.bak"
ACCOUNTS = [
    {"name": r"LAB\alice", "groups": [r"LAB\DBAs", r"LAB\Users"], "login": False},
    {"name": r"LAB\svc-sso", "groups": [r"LAB\Users"], "login": False},
    {"name": r"LAB\bob", "password": "Bob-1!", "login": False},
]
GROUP_LOGINS = [{"name": r"LAB\Users"}, {"name": r"LAB\DBAs", "sysadmin": True}]


@pytest.fixture
def server(make_instance: Callable[..., SqlServerInstance]) -> SqlServerInstance:
    return make_instance(
        logins=[PATCHING, READER, OWNER, {"name": "off", "password": "Off-1!", "disabled": True}],
        accounts=ACCOUNTS,
        windows_logins=GROUP_LOGINS,
    )


ALLOWED = {
    ("reader", "SELECT COUNT(*) FROM adm_Server"): 3,
    ("reader", "SELECT COUNT(*) FROM msdb.dbo.sysjobs WHERE name LIKE 'Backup%'"): 1,
    ("reader", "SELECT COUNT(*) FROM sys.dm_tran_locks WHERE resource_type = 'x'"): 0,
    ("reader", "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')"): 1,
    ("reader", "SELECT HAS_PERMS_BY_NAME('BizTalkMgmtDb', 'DATABASE', 'SELECT')"): 1,
    ("reader", "SELECT HAS_DBACCESS('SSODB')"): 0,
    ("reader", "SELECT HAS_DBACCESS('nothing')"): None,
    ("owner", "EXEC sp_ForceFullBackup SELECT ForceFull FROM adm_BackupSettings"): 1,
    ("owner", "SELECT IS_SRVROLEMEMBER('sysadmin')"): 0,
    (
        "patching",
        "SELECT COUNT(*) FROM sys.server_role_members WHERE role_principal_id = 3 AND member_principal_id < 300",
    ): 2,
    ("patching", r"SELECT type FROM sys.server_principals WHERE name = 'LAB\DBAs'"): "G",
    ("patching", r"SELECT COUNT(*) FROM sys.server_principals WHERE name = 'LAB\alice'"): 0,
}


@pytest.mark.parametrize(("user", "batch", "expected"), [(*key, value) for key, value in ALLOWED.items()])
def test_allowed(server: SqlServerInstance, user: str, batch: str, expected: t.Any) -> None:
    assert Sql(server, user, "BizTalkMgmtDb").value(batch) == expected


DENIED = {
    ("reader", "UPDATE adm_BackupSettings SET ForceFull = 1"): [229],
    ("reader", "EXEC sp_ForceFullBackup"): [229],
    ("reader", "USE SSODB"): [916],
    ("reader", "SELECT * FROM BizTalkMsgBoxDb.dbo.BizTalkDBVersion"): [916],
    ("reader", "KILL 51"): [6102],
    ("reader", f"BACKUP DATABASE BizTalkMgmtDb TO DISK = N'{FILE}' WITH INIT"): [262, 3013],
    ("owner", "SELECT * FROM sys.dm_server_services"): [300, 297],
    ("owner", "SELECT name FROM msdb.dbo.sysjobs"): [229],
    ("owner", "IF EXISTS (SELECT name FROM msdb.dbo.sysjobs) SELECT 1"): [229],
    ("owner", "EXEC msdb.dbo.sp_start_job N'x'"): [229],
    ("owner", "EXEC BizTalkMsgBoxDb.dbo.bts_ManageMessageRefCountLog"): [916],
    ("owner", r"EXEC xp_logininfo 'LAB\alice'"): [229],
}


@pytest.mark.parametrize(("user", "batch", "numbers"), [(*key, value) for key, value in DENIED.items()])
def test_denied(server: SqlServerInstance, user: str, batch: str, numbers: list[int]) -> None:
    assert Sql(server, user, "BizTalkMgmtDb").messages(batch) == numbers


def test_operator_starts_jobs(server: SqlServerInstance) -> None:
    server.agent_started()
    sql = Sql(server, "reader", "msdb")
    assert sql.messages(f"EXEC sp_start_job N'{BACKUP_JOB}'") == [14243]
    server.agent.wait(BACKUP_JOB)


@pytest.mark.parametrize("database", ["BizTalkMgmtDb", "SSODB"])
def test_backup_needs_no_sysadmin(server: SqlServerInstance, database: str) -> None:
    sql = Sql(server, "owner", "master")
    assert sql.messages(f"BACKUP DATABASE {database} TO DISK = N'{FILE}' WITH INIT") == [4035, 3014]
    assert sql.messages(f"RESTORE VERIFYONLY FROM DISK = N'{FILE}'") == [3262]


@pytest.mark.parametrize(
    ("user", "database", "number", "reason"),
    [("off", "master", 18470, "disabled"), ("reader", "SSODB", 4060, "database SSODB")],
)
def test_login_refused(server: SqlServerInstance, user: str, database: str, number: int, reason: str) -> None:
    with pytest.raises(SqlServerError) as caught:
        Sql(server, user, database)
    assert caught.value.number == number
    assert [event["reason"] for event in events(server, "sql.login_failed")] == [reason]


@pytest.mark.parametrize(
    ("account", "expected"),
    [(r"LAB\alice", True), (r"lab\ALICE", True), (r"LAB\svc-sso", False), (r"LAB\bob", False), (r"LAB\DBAs", True)],
)
def test_sysadmin_through_a_group(server: SqlServerInstance, account: str, expected: bool) -> None:
    assert server.is_sysadmin(account) is expected


LOGIN_INFO: dict[str, list[tuple[str | None, ...]]] = {
    r"'LAB\alice'": [(r"LAB\alice", "user", "admin", r"LAB\alice", r"LAB\DBAs")],
    r"'LAB\alice', 'all'": [
        (r"LAB\alice", "user", "admin", r"LAB\alice", r"LAB\DBAs"),
        (r"LAB\alice", "user", "user", r"LAB\alice", r"LAB\Users"),
    ],
    r"'LAB\patchadmin'": [(r"LAB\patchadmin", "user", "admin", r"LAB\patchadmin", None)],
    r"'LAB\DBAs'": [(r"LAB\DBAs", "group", "admin", r"LAB\DBAs", None)],
    r"'LAB\Users', 'members'": [
        (r"LAB\svc-sso", "user", "user", r"LAB\svc-sso", r"LAB\Users"),
        (r"LAB\alice", "user", "user", r"LAB\alice", r"LAB\Users"),
    ],
    r"'LAB\bob'": [],
}


@pytest.mark.parametrize(("arguments", "expected"), LOGIN_INFO.items())
def test_xp_logininfo(server: SqlServerInstance, arguments: str, expected: list[tuple[str | None, ...]]) -> None:
    rows = Sql(server, "patching", "master").rows(f"EXEC xp_logininfo {arguments}")
    assert [tuple(value.strip() if value else None for value in row) for row in rows] == expected


def test_xp_logininfo_of_everybody(server: SqlServerInstance) -> None:
    (result,) = Sql(server, "patching", "master").replies("EXEC xp_logininfo")
    assert isinstance(result, ResultSet)
    assert [column.name for column in result.columns] == [
        "account name",
        "type",
        "privilege",
        "mapped login name",
        "permission path",
    ]
    assert [row[0] for row in result.rows][-2:] == [r"LAB\Users", r"LAB\DBAs"]


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (r"'LAB\nobody'", 15404),
        ("'alice'", 15407),
        (r"'LAB\alice', 'some'", 15600),
        (r"'LAB\alice', 'members'", 15404),
    ],
)
def test_xp_logininfo_refuses(server: SqlServerInstance, arguments: str, number: int) -> None:
    assert Sql(server, "patching", "master").error(f"EXEC xp_logininfo {arguments}") == number
