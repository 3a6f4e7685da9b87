# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._group import Replica
from ansible_collections.biztalk.patching.plugins.module_utils._restore_checks import (
    lasting_problems,
    running_agents,
    state_warnings,
)
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import DatabaseState
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import (
    MANAGEMENT,
    backup,
    group,
    place,
    restore_set,
    situation,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import RestoreSet
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import Situation

OWN = ("SQL1", MANAGEMENT, "management")
SSO = ("SQL1", "SSODB", "sso")


def two_states(state: str, access: str) -> dict[str, DatabaseState]:
    return {name.casefold(): DatabaseState(name, state, access) for name in (MANAGEMENT, "SSODB")}


def problems(found: Situation, chosen: RestoreSet, further: tuple[str, ...] = (), *, no_sso: bool = False) -> list[str]:
    return lasting_problems(found, chosen, further=further, accept_uncovered_sso=no_sso)


def test_nothing_is_wrong_with_a_set_that_fits() -> None:
    assert problems(situation(), restore_set()) == []
    assert running_agents(situation()) == state_warnings(situation(), restore_set()) == []


WRONG: dict[str, tuple[Situation, RestoreSet, str]] = {
    "a database is new since": (
        situation(place("SQL1", MANAGEMENT, "SSODB", "New"), known=group(OWN, SSO, ("SQL1", "New", "other"))),
        restore_set(),
        "New on SQL1 belongs to the group and is not in backup set 8",
    ),
    "a database does not belong to it any more": (
        situation(known=group(OWN)),
        restore_set(),
        "SSODB on SQL1 is in backup set 8 and does not belong to the group any more",
    ),
    "a database is gone": (
        situation(place("SQL1", MANAGEMENT)),
        restore_set(),
        "SSODB, which is in backup set 8, is no longer on SQL1",
    ),
    "a database is there twice": (
        situation(),
        restore_set(MANAGEMENT, "SSODB", backup("ssodb", path="E:\\b.bak")),
        "backup set 8 holds ssodb on SQL1 twice: D:\\SQL1_SSODB.bak and E:\\b.bak",
    ),
    "the login is not sysadmin": (
        situation(place(sysadmin=False, login="LAB\\me")),
        restore_set(),
        "LAB\\me is not sysadmin on SQL1",
    ),
    "it is in an availability group": (
        situation(place(replicas={"ssodb": Replica("AG", "primary")})),
        restore_set(),
        "ALTER AVAILABILITY GROUP [AG] REMOVE DATABASE [SSODB]",
    ),
    "nothing tells the group and the management database is lacking": (
        situation(group=None),
        restore_set("SSODB"),
        "backup set 8 lacks the management database",
    ),
    "somebody may have the one place of a database": (
        situation(place(states=two_states("ONLINE", "SINGLE_USER"))),
        restore_set(),
        "SSODB on SQL1 is in single-user mode",
    ),
    "the database of the same name is on another instance": (
        situation(place("SQL1", MANAGEMENT, "X"), place("SQL2", "X"), known=group(OWN, ("SQL2", "X", "other"))),
        restore_set(MANAGEMENT, "X"),
        "X on SQL2 belongs to the group and is not in backup set 8",
    ),
}


@pytest.mark.parametrize(("found", "chosen", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong(found: Situation, chosen: RestoreSet, words: str) -> None:
    assert words in "\n".join(problems(found, chosen))


@pytest.mark.parametrize(
    ("state", "access"), [("ONLINE", "RESTRICTED_USER"), ("RESTORING", "SINGLE_USER"), ("OFFLINE", "SINGLE_USER")]
)
def test_a_state_in_which_nobody_keeps_a_database(state: str, access: str) -> None:
    assert problems(situation(place(states=two_states(state, access))), restore_set()) == []


def test_all_is_said_at_once() -> None:
    found = situation(place("SQL1", MANAGEMENT, sysadmin=False), known=group(OWN, ("SQL1", "New", "other")))
    assert len(problems(found, restore_set())) == 4


def test_names_of_an_instance_are_one_and_case_does_not_matter() -> None:
    own = place("SQL1", MANAGEMENT, "SSODB")
    found = situation(places={"sql1": own, "alias": own}, known=group(OWN, ("ALIAS", "ssodb", "sso")))
    assert problems(found, restore_set(MANAGEMENT, backup("SsoDB", " Alias "))) == []


def test_what_the_operator_may_allow() -> None:
    assert problems(situation(), restore_set(MANAGEMENT), no_sso=True) == []
    assert problems(situation(known=group(OWN)), restore_set(), ("ssodb",)) == []


@pytest.mark.parametrize("running", [True, None])
def test_an_agent_has_to_be_stopped_for_certain(running: bool | None) -> None:
    two = situation(place("SQL1"), place("SQL2", agent_running=running))
    assert running_agents(two) == ["SQL Server Agent runs on SQL2: stop the service, its jobs use the databases"]


def test_warnings() -> None:
    found = situation(place("SQL1", MANAGEMENT, "BAMPrimaryImport"), group=None)
    first, second = state_warnings(found, restore_set(MANAGEMENT, "BAMPrimaryImport"))
    assert "was not checked again" in first
    assert "BAMArchive, BAMStarSchema and BAMAnalysis" in second
