# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_freetds import VARIABLE, configuration, configured
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions


def settings(address: str, **options: t.Any) -> dict[str, str]:
    section, *lines = configuration(SqlOptions("sql", **options), address).splitlines()
    assert section == "[biztalk]"
    return dict(line.split(" = ", 1) for line in lines)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("sql", {"host": "sql", "port": "1433"}),
        ("sql, 1500", {"host": "sql", "port": "1500"}),
        ("sql\\BTS", {"host": "sql", "instance": "BTS"}),
        ("sql\\BTS,1500", {"host": "sql", "port": "1500"}),
    ],
)
def test_freetds_gets_host_port_and_instance_apart(address: str, place: dict[str, str]) -> None:
    found = settings(address)
    assert {name: value for name, value in found.items() if name in ("host", "port", "instance")} == place


@pytest.mark.parametrize(
    ("options", "encryption", "authority"),
    [
        ({}, "require", "system"),
        ({"ca_certificate": "/etc/ca.pem"}, "require", "/etc/ca.pem"),
        ({"trust_server_certificate": True}, "require", None),
        ({"encrypt": "no"}, "off", None),
    ],
)
def test_the_certificate_is_checked_as_the_options_say(
    options: dict[str, t.Any], encryption: str, authority: str | None
) -> None:
    found = settings("sql", **options)
    assert found["encryption"] == encryption
    assert found.get("ca file") == authority
    assert found.get("check certificate hostname") == ("yes" if authority else None)


@pytest.mark.parametrize(
    "options", [{"encrypt": "strict"}, {"hostname_in_certificate": "sql"}, {"multi_subnet_failover": True}]
)
def test_what_freetds_cannot_do_is_refused(options: dict[str, t.Any]) -> None:
    with pytest.raises(SqlError, match=f"{next(iter(options))}.* needs Microsoft's ODBC driver"):
        settings("sql", **options)


def test_an_address_cannot_add_lines() -> None:
    with pytest.raises(SqlError, match="line break"):
        settings("sql\nca file = /mine")


@pytest.mark.parametrize("usual", [None, "/etc/mine.conf"])
def test_the_file_is_there_only_while_it_is_needed(usual: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if usual:
        monkeypatch.setenv(VARIABLE, usual)
    with configured(SqlOptions("sql"), "sql"):
        file = Path(os.environ[VARIABLE])
        assert file.read_text(encoding="utf-8") == configuration(SqlOptions("sql"), "sql")
    assert not file.exists()
    assert os.environ.get(VARIABLE) == usual
