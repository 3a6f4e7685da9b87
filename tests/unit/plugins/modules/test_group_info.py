# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.modules.group_info import OWN_OPTIONS
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import (
    documented,
    run_module,
    without_prose,
)

MODULES = ["group_info", "wait_for_idle", "full_backup"]
# Nothing listens on port 1 of this computer.
NOWHERE = {"server": "127.0.0.1,1", "login_user": "sa", "login_password": "s3cret!", "connect_timeout": 1}


def test_the_own_options_are_documented_as_they_are() -> None:
    assert without_prose(documented("group_info")) == without_prose(OWN_OPTIONS)


@pytest.mark.parametrize("name", MODULES)
def test_a_driver_that_is_not_there_is_named_with_what_brings_one(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run_module(name, NOWHERE | {"driver": "/nowhere/libmsodbcsql.so"}, capsys)
    assert result["failed"]
    assert "/nowhere/libmsodbcsql.so" in result["msg"]
    assert "pip install mssql-python-odbc" in result["msg"]


def test_a_server_that_does_not_answer_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    result = run_module("group_info", NOWHERE | {"trust_server_certificate": True}, capsys)
    assert result["failed"]
    assert "127.0.0.1,1: cannot connect to database BizTalkMgmtDb" in result["msg"]
    assert "Nothing answers there" in result["msg"]
    assert "s3cret!" not in str(result)


def test_a_login_needs_its_password(capsys: pytest.CaptureFixture[str]) -> None:
    assert "login_password" in run_module("group_info", {"server": "x", "login_user": "sa"}, capsys)["msg"]
