# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepares a real SQL Server for the integration tests of the SQL modules.

    BIZTALK_TEST_SQL="SERVER=sql.example.com;UID=sa;PWD=...;TrustServerCertificate=yes" \\
        python -m tests.integration.real_sql 'D:\\Backup'

The server must hold none of the databases, SQL Server Agent must run, and the folder must exist there. The login needs
sysadmin. To take it all away again: --remove.
"""

from __future__ import annotations

import argparse
import sys
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / ".cache"))

import pyodbc

from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions
from tests.integration.sql.targets import REAL, real_options

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer

DATABASES = ("BizTalkMgmtDb", "BizTalkMsgBoxDb", "BizTalkDTADb", "BizTalkRuleEngineDb", "SSODB", "BAMPrimaryImport")
JOB = "Backup BizTalk Server (BizTalkMgmtDb)"
# Only what bears this mark is ever removed.
MARK = "biztalk.patching test"
SCRIPT = Path(__file__).with_name("group.sql")


def batches(path: str) -> list[str]:
    """The batches of the script; `path` is where the backup job writes."""
    text = SCRIPT.read_text(encoding="utf-8").replace("{path}", path.rstrip("\\").replace("'", "''''"))
    return [batch.strip() for batch in text.split("\nGO\n")]


def exists(server: SqlServer, database: str) -> bool:
    return server.query("SELECT DB_ID(?) AS id", database)[0]["id"] is not None


def create(server: SqlServer, path: str) -> None:
    taken = [name for name in DATABASES if exists(server, name)]
    if taken:
        sys.exit(f"The server has {', '.join(taken)} already: take a server of its own for the tests, or --remove")
    for name in DATABASES:
        server.execute(f"CREATE DATABASE [{name}]")
        server.execute(f"EXEC [{name}].sys.sp_addextendedproperty @name = ?, @value = 1", MARK)
    for batch in batches(path):
        server.execute("EXEC [BizTalkMgmtDb].sys.sp_executesql ?", batch)


def remove(server: SqlServer) -> None:
    for name in filter(lambda name: exists(server, name), DATABASES):
        server.execute(f"USE [{name}]")
        marks = server.query("SELECT value FROM sys.extended_properties WHERE class = 0 AND name = ?", MARK)
        server.execute("USE master")
        if not marks:
            sys.exit(f"Database {name} was not made by this script: it stays, and so does all that is left")
        server.execute(f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
        server.execute(f"DROP DATABASE [{name}]")
    if server.query("SELECT name FROM msdb.dbo.sysjobs WHERE name = ?", JOB):
        server.execute("EXEC msdb.dbo.sp_delete_job @job_name = ?", JOB)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", nargs="?", help="folder for backups, as the SQL Server sees it")
    parser.add_argument("--remove", action="store_true")
    arguments = parser.parse_args()
    options = real_options()
    if options is None or not (arguments.path or arguments.remove):
        parser.error(f"{REAL} must hold a connection string, and a backup folder is needed")
    pyodbc.pooling = False
    with OdbcServers(SqlOptions.from_params({**options, "database": "master"})) as servers:
        server = servers.management()
        remove(server) if arguments.remove else create(server, arguments.path)


if __name__ == "__main__":
    main()
