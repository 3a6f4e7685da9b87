# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._full_restore import Prepared
from ansible_collections.biztalk.patching.plugins.module_utils._restore_outcome import Version
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import DatabaseState
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.modules.full_restore import OWN_OPTIONS, difference, options_of
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import documented, without_prose
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import restore_set, target

PARAMS = {name: option.get("default") for name, option in OWN_OPTIONS.items()} | {
    "server": "SQL1",
    "database": "BizTalkMgmtDb",
    "backup_set": {"id": 8},
}


def test_the_options_are_documented_as_they_are() -> None:
    assert without_prose(documented("full_restore")) == without_prose(OWN_OPTIONS)


def test_versions_are_taken_as_group_info_returns_them() -> None:
    row = {"name": "Management DB", "database_version": "1.0", "product_version": "2.0", "language": "ENU"}
    assert options_of(PARAMS | {"versions": [row]}).versions == (Version("Management DB", "1.0", "2.0"),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parallel": 0}, "parallel is 0: it must be at least 1"),
        ({"poll_interval": 0}, "poll_interval is 0"),
        ({"versions": [{"name": "Management DB"}]}, "lacks 'database_version'"),
    ],
)
def test_values_that_make_no_sense(change: dict[str, t.Any], message: str) -> None:
    with pytest.raises(SqlError, match=message):
        options_of(PARAMS | change)


def test_the_difference_is_that_of_the_states() -> None:
    offline = target("SSODB", before=DatabaseState("SSODB", "OFFLINE", "MULTI_USER"))
    prepared = Prepared(restore_set(), (target("A"), offline))
    foreseen = difference(prepared, None)
    assert foreseen["before"] == "A on SQL1: ONLINE MULTI_USER\nSSODB on SQL1: OFFLINE MULTI_USER\n"
    assert foreseen["after"] == (
        "A on SQL1: ONLINE MULTI_USER, restored from D:\\A.bak\n"
        "SSODB on SQL1: ONLINE MULTI_USER, restored from D:\\SSODB.bak\n"
    )
    found = difference(prepared, {("SQL1", "A"): "ONLINE MULTI_USER", ("SQL1", "SSODB"): "ONLINE SINGLE_USER"})
    assert "SSODB on SQL1: ONLINE SINGLE_USER, restored" in found["after"]
