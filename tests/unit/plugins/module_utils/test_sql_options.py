# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._arguments import sql_argument_spec
from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import Driver
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions, quoted

if t.TYPE_CHECKING:
    from pathlib import Path

MICROSOFT = Driver("ODBC Driver 18 for SQL Server")
FREETDS = Driver("FreeTDS")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("simple-1.2", "simple-1.2"),
        ("", "{}"),
        ("two words", "{two words}"),
        ("a;b=c", "{a;b=c}"),
        ("x};PWD={y", "{x}};PWD={y}"),
        ("{", "{{}"),
        ("}", "{}}}"),
        ("127.0.0.1,1433", "{127.0.0.1,1433}"),
        ("SQL1\\BTS", "{SQL1\\BTS}"),
        ("'quote\"", "{'quote\"}"),
    ],
)
def test_a_value_cannot_break_out_of_its_place(value: str, text: str) -> None:
    assert quoted(value) == text


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(SqlError, match="NUL"):
        quoted("a\0b")


@pytest.mark.parametrize(
    ("changes", "driver", "there", "absent"),
    [
        ({}, MICROSOFT, ["Encrypt=yes;", "TrustServerCertificate=no;", "Trusted_Connection=yes;"], ["UID", "PWD"]),
        (
            {"login_user": "sa", "login_password": "a;b}"},
            MICROSOFT,
            ["UID=sa;", "PWD={a;b}}};"],
            ["Trusted_Connection"],
        ),
        ({"hostname_in_certificate": "sql.lab"}, MICROSOFT, ["HostnameInCertificate=sql.lab;"], [";ServerCertificate"]),
        (
            {"encrypt": "strict", "server_certificate": "/a b.pem"},
            MICROSOFT,
            ["Encrypt=strict;", "ServerCertificate={/a b.pem};"],
            [],
        ),
        ({"multi_subnet_failover": True}, MICROSOFT, ["MultiSubnetFailover=yes;"], []),
        ({}, FREETDS, ["SERVERNAME=biztalk;", "DATABASE=BizTalkMgmtDb;"], ["SERVER=", "Encrypt"]),
    ],
)
def test_the_connection_string_says_what_the_options_say(
    changes: dict[str, t.Any], driver: Driver, there: list[str], absent: list[str]
) -> None:
    text = SqlOptions("sql,99", **changes).connection_string(driver, "sql,99", "BizTalkMgmtDb")
    assert all(part in text for part in there), text
    assert not any(part in text for part in absent), text


def test_options_that_the_driver_would_ignore_are_refused(tmp_path: Path) -> None:
    certificate = tmp_path / "server.pem"
    certificate.touch()
    with pytest.raises(SqlError, match="encrypt=strict"):
        SqlOptions("sql", server_certificate=str(certificate)).check()
    SqlOptions("sql", server_certificate=str(certificate), encrypt="strict").check()


def test_a_certificate_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.pem")
    with pytest.raises(SqlError, match=r"ca_certificate: there is no file .*none\.pem"):
        SqlOptions("sql", ca_certificate=missing).check()


@pytest.mark.parametrize(
    ("name", "address"),
    [("SQL1", "127.0.0.1,14331"), ("sql1 ", "127.0.0.1,14331"), ("sql1\\bts", "10.0.0.1"), ("SQL2", "SQL2")],
)
def test_an_instance_is_found_where_the_operator_says(name: str, address: str) -> None:
    options = SqlOptions("x", server_addresses={"SQL1": "127.0.0.1,14331", "SQL1\\BTS": "10.0.0.1"})
    assert options.address_of(name) == address


def test_the_password_is_not_in_the_representation() -> None:
    assert "geheim" not in repr(SqlOptions("sql", login_user="sa", login_password="geheim"))


def test_each_option_of_the_argument_spec_arrives() -> None:
    spec = sql_argument_spec()
    assert set(spec) == set(SqlOptions.__dataclass_fields__)
    assert spec["login_password"]["no_log"] is True
    defaults = {name: option.get("default") for name, option in spec.items()} | {"server": "sql", "other": 1}
    assert SqlOptions.from_params(defaults) == SqlOptions("sql")
