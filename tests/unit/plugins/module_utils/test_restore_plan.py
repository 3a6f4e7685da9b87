# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import plan, targets
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import DatabaseState
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import (
    MANAGEMENT,
    in_backup,
    medium,
    place,
    present,
    situation,
    target,
)


def test_the_largest_first_and_the_management_database_last() -> None:
    own = place("SQL1", MANAGEMENT, "Archive", "Large")
    media = [
        medium(MANAGEMENT, own, in_backup("M", 900)),
        medium("Archive", own, in_backup("S", 1)),
        medium("Large", own, in_backup("L", 5), in_backup("L_log", 5)),
        medium("gone", own),
    ]
    ordered = targets(situation(own), media)
    assert [one.database for one in ordered] == ["Large", "Archive", MANAGEMENT]
    assert [one.management for one in ordered] == [False, False, True]


def test_a_database_of_the_management_databases_name_on_another_instance_is_not_it() -> None:
    own, other = place("SQL1", MANAGEMENT), place("SQL2", MANAGEMENT)
    ordered = targets(situation(own, other), [medium(MANAGEMENT, own), medium(MANAGEMENT, other)])
    assert [(one.label, one.management) for one in ordered] == [
        (f"{MANAGEMENT} on SQL2", False),
        (f"{MANAGEMENT} on SQL1", True),
    ]


def test_every_statement_in_its_order() -> None:
    own = place("SQL1", MANAGEMENT, "It's [a]", files=(present("It's [a]", 1, "E:\\it's.mdf"),))
    statements = plan(targets(situation(own), [medium(MANAGEMENT, own), medium("It's [a]", own)]))
    assert [(step["database"], step["statement"]) for step in statements] == [
        ("It's [a]", "ALTER DATABASE [It's [a]]] SET OFFLINE WITH ROLLBACK IMMEDIATE"),
        (
            "It's [a]",
            "RESTORE DATABASE [It's [a]]] FROM DISK = N'D:\\SQL1_It''s [a].bak' WITH REPLACE, NORECOVERY,"
            " MOVE N'It''s [a]' TO N'E:\\it''s.mdf'",
        ),
        (MANAGEMENT, "ALTER DATABASE [BizTalkMgmtDb] SET OFFLINE WITH ROLLBACK IMMEDIATE"),
        (
            MANAGEMENT,
            "RESTORE DATABASE [BizTalkMgmtDb] FROM DISK = N'D:\\SQL1_BizTalkMgmtDb.bak' WITH REPLACE, NORECOVERY",
        ),
        ("It's [a]", "RESTORE DATABASE [It's [a]]] WITH RECOVERY"),
        (MANAGEMENT, "RESTORE DATABASE [BizTalkMgmtDb] WITH RECOVERY"),
    ]
    assert {step["instance"] for step in statements} == {"SQL1"}


@pytest.mark.parametrize(
    ("state", "offline"),
    [
        ("ONLINE", True),
        ("EMERGENCY", True),
        ("RESTORING", False),
        ("OFFLINE", False),
        ("SUSPECT", False),
        ("RECOVERY_PENDING", False),
    ],
)
def test_only_what_somebody_may_be_in_is_taken_offline(state: str, offline: bool) -> None:
    found = target("SSODB", before=DatabaseState("SSODB", state, "MULTI_USER"))
    assert (len(found.restoring) == 2) is offline
    assert found.restoring[-1].startswith("RESTORE DATABASE [SSODB] FROM")
