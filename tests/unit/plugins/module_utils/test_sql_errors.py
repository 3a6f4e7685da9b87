# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, translate

MS = "[{0}] [Microsoft][ODBC Driver 18 for SQL Server]"
VERIFY = MS + "SSL Provider: [error:0A000086:SSL routines::certificate verify failed:"

# The texts are those of Microsoft's driver 18.6, of FreeTDS 1.3 and of SQL Server.
CASES = [
    ("HYT00", MS + "Login timeout expired (0) (SQLDriverConnect)", Kind.UNREACHABLE, "server_addresses"),
    (
        "08001",
        MS + "TCP Provider: Error code 0x2749 (10061) (SQLDriverConnect)",
        Kind.UNREACHABLE,
        "Nothing answers there",
    ),
    (
        "08S01",
        "[08S01] [FreeTDS][SQL Server]Unable to connect: Adaptive Server is unavailable or does not exist (20009)",
        Kind.UNREACHABLE,
        "Nothing answers there",
    ),
    (
        "08001",
        VERIFY + "unable to get local issuer certificate] (-1)",
        Kind.TLS_REFUSED,
        "ca_certificate",
    ),
    (
        "08001",
        VERIFY + "self-signed certificate] (-1)",
        Kind.TLS_REFUSED,
        "does not trust the issuer",
    ),
    (
        "08001",
        VERIFY + "subject name does not match host name] (-1)",
        Kind.TLS_REFUSED,
        "hostname_in_certificate",
    ),
    (
        "08001",
        VERIFY + "certificate has expired] (-1)",
        Kind.TLS_REFUSED,
        "expired",
    ),
    (
        "08001",
        MS + "SSL Provider: [error:0A00010B:SSL routines::wrong version number] (-1) (SQLDriverConnect)",
        Kind.TLS_REFUSED,
        "no TLS version in common",
    ),
    (
        "28000",
        MS + "[SQL Server]Login failed for user 'sa'. (18456) (SQLDriverConnect)",
        Kind.LOGIN_FAILED,
        "login_user",
    ),
    (
        "HY000",
        MS + "SSPI Provider: No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0) (851968)",
        Kind.LOGIN_FAILED,
        "Kerberos ticket",
    ),
    (
        "28000",
        MS
        + '[SQL Server]Cannot open database "X" requested by the login. The login failed. (4060); Login failed (18456)',
        Kind.DATABASE_MISSING,
        "database",
    ),
    (
        "42000",
        MS + "[SQL Server]VIEW SERVER STATE permission was denied on object 'server', database 'master'. (300)",
        Kind.PERMISSION_MISSING,
        "sysadmin",
    ),
    (
        "42000",
        MS + "[SQL Server]The EXECUTE permission was denied on the object 'sp_start_job', database 'msdb' (229)",
        Kind.PERMISSION_MISSING,
        "sp_start_job",
    ),
    ("42S02", MS + "[SQL Server]Invalid object name 'dbo.adm_Server'. (208)", Kind.OBJECT_MISSING, "dbo.adm_Server"),
    (
        "42000",
        MS
        + "[SQL Server]SQLServerAgent Error: Request to run job x refused because the job is already running (22022)",
        Kind.AGENT_REFUSED,
        "Agent",
    ),
    (
        "01000",
        "[01000] [unixODBC][Driver Manager]Can't open lib 'Nope' : file not found (0) (SQLDriverConnect)",
        Kind.DRIVER_MISSING,
        "mssql-python-odbc",
    ),
    (
        "08001",
        MS + "TCP Provider: Error code 0x2746 (10054) (SQLDriverConnect)",
        Kind.UNREACHABLE,
        "encrypt=strict",
    ),
    (
        # A connection that is reset instead of closed.
        "08001",
        MS + "TCP Provider: Error code 0x68 (104) (SQLDriverConnect)",
        Kind.UNREACHABLE,
        "encrypt=strict",
    ),
    (
        "08001",
        "[08001] [FreeTDS][SQL Server]Unable to connect to data source (0) (SQLDriverConnect)",
        Kind.TLS_REFUSED,
        "ca_certificate",
    ),
    ("HY000", "[HY000] [FreeTDS][SQL Server]Unknown error (0) (SQLExecDirectW)", Kind.CONNECTION_LOST, "broke"),
    (
        "40001",
        MS + "[SQL Server]Transaction (Process ID 55) was deadlocked and has been chosen as the victim (1205)",
        Kind.DEADLOCK,
        "try again",
    ),
    (
        "42000",
        MS
        + "[SQL Server]The target database, 'X', is in an availability group and not accessible (976); failed (4060)",
        Kind.DATABASE_MISSING,
        "listener",
    ),
    ("08S01", MS + "TCP Provider: Error code 0x68 (104) (SQLExecDirectW)", Kind.CONNECTION_LOST, "broke"),
    ("HYT00", MS + "Query timeout expired (0) (SQLExecDirectW)", Kind.TIMED_OUT, "query_timeout"),
    ("42000", MS + "[SQL Server]Something nobody foresaw. (50000)", Kind.OTHER, "Something nobody foresaw"),
]


@pytest.mark.parametrize(("state", "text", "kind", "remedy"), CASES)
def test_an_error_names_its_kind_the_server_and_the_remedy(state: str, text: str, kind: Kind, remedy: str) -> None:
    error = translate(state, text.format(state), server="SQL1", doing="connect to database X")
    assert error.kind is kind
    assert "SQL1" in str(error)
    assert "connect to database X" in str(error)
    assert remedy in str(error)
    assert "[Microsoft]" not in str(error)


@pytest.mark.parametrize("secret", ["geheim", "a}b", "a}}b"])
@pytest.mark.parametrize("form", ["PWD={0};", "PWD={{{1}}};"])
def test_a_password_that_the_driver_echoes_is_cut_out(secret: str, form: str) -> None:
    echoed = "[HY000] bad string " + form.format(secret, secret.replace("}", "}}"))
    error = translate("HY000", echoed, server="SQL1", doing="connect", secret=secret)
    assert secret not in str(error)
    assert secret.replace("}", "}}") not in str(error)
