# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, begin, begin_rollback
from ansible_collections.biztalk.patching.plugins.module_utils._rollback import Rollback, Uninstall
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_lines import loss, rollback_lines
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_plan import make_rollback
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import choose
from ansible_collections.biztalk.patching.tests.unit.plugins.records import GROUP as RECORD_GROUP
from ansible_collections.biztalk.patching.tests.unit.plugins.records import LATER, NOW, OWNER, package
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CONSOLE,
    CU4,
    service_row,
    snapshot,
    sql_instance,
)

GROUP: dict[str, t.Any] = {
    "servers": [
        {"name": "BTS1", "master_secret_server": True, "runtime": True},
        {"name": "BTS2", "master_secret_server": False, "runtime": True},
    ],
    "hosts": [],
    "host_instances": [{"server": "BTS1", "type": "in_process", "disabled": False}],
    "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
    "sql_instances": [sql_instance()],
    "sso_server": "BTS1",
}
AGENTS_DOWN = {**GROUP, "sql_instances": [sql_instance(agent_running=False)]}
SET = {"id": 44, "databases": []}
NEW = [service_row("ENTSSO"), service_row("BTSSvc$A"), service_row("BTSSvc$B", "stopped")]
DOWN = [service_row("ENTSSO", "stopped"), service_row("BTSSvc$A", "stopped"), service_row("BTSSvc$B", "stopped")]
CHANGED = [service_row("ENTSSO"), service_row("BTSSvc$A", "stopped"), service_row("BTSSvc$B")]
REMOVE = Uninstall("5009901", CU4, rf"HKLM:\Uninstall\{CU4}", "setup.exe /uninstall /quiet")


def computer(host: str) -> dict[str, t.Any]:
    return {
        "host": host,
        "name": host.upper(),
        "updates": [package()],
        "services": ["BTSSvc$A"],
        "start_modes": {"BTSSvc$A": "auto", "BTSSvc$B": "manual"},
        "app_pools": [],
        "clustered": [],
    }


AGENTS = [{"instance": "SQL1", "host": "sql1", "service": "SQLSERVERAGENT", "resource": None, "running": True}]
PATCH = {"outcome": "outage", "computers": {host: computer(host) for host in ("bts1", "bts2")}, "agents": AGENTS}
DONE = advance(
    begin(PATCH, group=RECORD_GROUP, packages=[package()], owner=OWNER, now=NOW), now=LATER, step="done", backup_set=SET
)


# Stands for GROUP where a test does not care; None is a group that cannot be read.
USUAL = "usual"


def record(step: str = "done", operation: str = "patch", **replaced: t.Any) -> dict[str, t.Any]:
    return {**advance(DONE, now=LATER, operation=operation, step=step), **replaced}


def rollback(
    last: dict[str, t.Any] | None,
    *,
    services: t.Any = None,
    group: t.Any = USUAL,
    uninstalls: t.Any = ((REMOVE,), (REMOVE,)),
    clusters: t.Any = None,
    names: t.Sequence[str] = ("BTS1", "BTS2"),
    processes: t.Sequence[t.Mapping[str, t.Any]] = (),
    own_set: bool = False,
    came_back: t.Mapping[str, t.Sequence[str]] | None = None,
    **chosen: t.Any,
) -> Rollback:
    hosts = [name.lower() for name in names]
    return make_rollback(
        {host: snapshot(host.upper(), services=services or NEW, processes=list(processes)) for host in hosts},
        scope=choose(last, **chosen),
        uninstalls=dict(zip(hosts, uninstalls, strict=False)),
        group=GROUP if group == USUAL else group,
        sql_hosts={"sql1": ""},
        options=Options(),
        cluster_resources=clusters or {},
        own_set=own_set,
        came_back=came_back,
    )


def failures(plan: Rollback) -> list[str]:
    return [str(finding) for finding in plan.findings if finding.level == "fail"]


def warnings(plan: Rollback) -> list[str]:
    return [str(finding) for finding in plan.findings if finding.level == "warn"]


def result(plan: Rollback, *names: str) -> tuple[t.Any, ...]:
    values = plan.as_result()
    return tuple(values[name] for name in names)


def without_sql(**replaced: t.Any) -> dict[str, t.Any]:
    return record(packages=[package(has_sql="no")], **replaced)


def test_with_sql_everything_is_stopped_and_restored() -> None:
    plan = rollback(record())
    assert failures(plan) == []
    assert result(plan, "outcome", "stops", "restores", "sql", "resumes") == ("restore", True, True, True, False)
    assert result(plan, "uninstall_order", "backup_set", "step") == (["bts1", "bts2"], SET, "uninstalling")
    assert plan.as_result()["agents"][0]["running"]
    assert [(one.sso, one.master_secret_server) for one in plan.computers] == [(True, True), (True, False)]


def test_without_sql_the_uninstall_is_all() -> None:
    plan = rollback(without_sql())
    assert failures(plan) == []
    assert result(plan, "outcome", "restores", "sql", "agents") == ("uninstall", False, False, [])


def test_unknown_is_handled_as_with_sql() -> None:
    assert rollback(record(packages=[package(has_sql="unknown")])).outcome == "restore"


@pytest.mark.parametrize(
    ("last", "services", "expected"),
    [
        # What runs now counts after a run that came to its end.
        (record(), CHANGED, ["BTSSvc$B"]),
        # Nothing runs, perhaps because of the update: what ran before it counts.
        (record(), DOWN, ["BTSSvc$A"]),
        (record("installing"), DOWN, ["BTSSvc$A"]),
        (record("uninstalling", "rollback"), DOWN, ["BTSSvc$A"]),
        (record("restored", "rollback"), NEW, ["BTSSvc$A"]),
    ],
)
def test_what_the_group_comes_back_to(last: dict[str, t.Any], services: t.Any, expected: list[str]) -> None:
    plan = rollback(last, services=services)
    assert failures(plan) == []
    assert list(plan.computers[0].plan.services) == expected
    assert plan.computers[0].sso


def test_an_agent_that_an_interrupted_run_stopped_is_started() -> None:
    stopped = {**GROUP, "sql_instances": [sql_instance(agent_running=False)]}
    assert rollback(record("installing"), group=stopped).agents[0].running
    assert not rollback(record(), group=stopped).agents[0].running


def test_without_sql_only_an_agent_that_an_interrupted_run_stopped_is_started() -> None:
    interrupted = rollback(record("installing", packages=[package(has_sql="no")]), services=DOWN, group=AGENTS_DOWN)
    assert [agent.as_result() for agent in interrupted.agents] == AGENTS
    told = list(rollback_lines(interrupted, []))
    assert told[-1].endswith("started again, and SQL Server Agent, which the update had stopped.")
    assert not [line for line in told if "stop SQLSERVERAGENT" in line]

    ended = without_sql()
    begun = begin_rollback(ended, rollback(ended).as_result(), group=RECORD_GROUP, owner=OWNER, now=LATER)
    assert rollback(begun, services=DOWN, uninstalls=()).agents == ()


@pytest.mark.parametrize(
    ("step", "sql", "stops", "restores"),
    [
        ("uninstalling", "yes", True, True),
        ("uninstalled", "yes", True, True),
        ("restoring", "yes", True, True),
        ("restored", "yes", False, False),
        ("uninstalling", "no", True, False),
        ("uninstalled", "no", False, False),
    ],
)
def test_an_interrupted_rollback_goes_on_where_it_stopped(step: str, sql: str, stops: bool, restores: bool) -> None:
    plan = rollback(record(step, "rollback", packages=[package(has_sql=sql)]), services=DOWN, uninstalls=())
    assert failures(plan) == []
    assert result(plan, "stops", "restores", "resumes", "step") == (stops, restores, True, step)
    assert plan.outcome == ("restore" if sql == "yes" else "uninstall")


@pytest.mark.parametrize(
    ("changes", "asks", "ran"),
    [
        pytest.param({}, True, (), id="the set of another run"),
        pytest.param({"own_set": True}, False, (), id="down since its own backup"),
        pytest.param(
            {"own_set": True, "services": NEW},
            True,
            ("BTSSvc$A on BTS1", "BTSSvc$A on BTS2"),
            id="something runs again",
        ),
        pytest.param(
            {"own_set": True, "came_back": {"bts2": ["BTSSvc$B"]}},
            True,
            ("BTSSvc$B on BTS2",),
            id="something ran for a while",
        ),
        pytest.param(
            {"own_set": True, "group": GROUP},
            True,
            ("SQL Server Agent of SQL1",),
            id="SQL Server Agent runs again",
        ),
        pytest.param(
            {"own_set": True, "processes": [CONSOLE]},
            True,
            ("mmc.exe on BTS1", "mmc.exe on BTS2"),
            id="a console is open",
        ),
        pytest.param({"has_sql": "no"}, False, (), id="no database is restored"),
    ],
)
def test_a_restore_is_confirmed_unless_nothing_can_be_lost(
    changes: dict[str, t.Any], asks: bool, ran: tuple[str, ...]
) -> None:
    last = record("installing", packages=[package(has_sql=changes.get("has_sql", "yes"))])
    seen = {name: value for name, value in changes.items() if name != "has_sql"}
    plan = rollback(last, **{"services": DOWN, "group": AGENTS_DOWN, **seen})
    assert (plan.ran_since, plan.as_result()["asks"]) == (ran, asks)
    told = [line for line in rollback_lines(plan, []) if "ran after the backup set had been made" in line]
    assert len(told) == len(ran)


def test_a_management_database_that_cannot_be_read_is_made_up_for_by_the_record() -> None:
    first = begin_rollback(record(), rollback(record()).as_result(), group=RECORD_GROUP, owner=OWNER, now=LATER)
    plan = rollback(advance(first, now=LATER, step="restoring"), group=None, services=DOWN, uninstalls=())
    assert failures(plan) == []
    assert [(one.plan.services, one.sso, one.master_secret_server) for one in plan.computers] == [
        (("BTSSvc$A",), True, True),
        (("BTSSvc$A",), True, False),
    ]
    assert plan.as_result()["agents"] == AGENTS


def test_a_rollback_keeps_in_the_record_what_runs_now() -> None:
    last = record()
    plan = rollback(last, services=CHANGED).as_result()
    begun = begin_rollback(last, plan, group=RECORD_GROUP, owner={**OWNER, "pid": 9}, now=LATER)
    assert (begun["id"], begun["operation"], begun["step"]) == (last["id"], "rollback", "uninstalling")
    assert (begun["sequence"], begun["owner"]["pid"], begun["backup_set"]) == (last["sequence"] + 1, 9, SET)
    assert begun["computers"][0]["services"] == ["BTSSvc$B"]
    assert begun["computers"][0]["plan"]["sso"]
    assert begun["computers"][0]["plan"]["updates"] == [{"kb": "5009901"}]


@pytest.mark.parametrize("step", ["uninstalled", "restoring", "restored"])
def test_a_rollback_that_goes_on_does_not_begin_again(step: str) -> None:
    last = record(step, "rollback")
    plan = rollback(last, services=DOWN, uninstalls=()).as_result()
    assert begin_rollback(last, plan, group=RECORD_GROUP, owner=OWNER, now=LATER)["step"] == step


def test_an_update_without_a_record_gets_one() -> None:
    plan = rollback(None, kb_numbers=["5009901"], backup_set=SET).as_result()
    begun = begin_rollback(None, plan, group=RECORD_GROUP, owner=OWNER, now=LATER)
    assert (begun["operation"], begun["step"], begun["backup_set"]) == ("rollback", "uninstalling", SET)
    assert begun["packages"][0]["has_sql"] == "unknown"
    assert [row["plan"]["updates"] for row in begun["computers"]] == [[{"kb": "5009901"}]] * 2


@pytest.mark.parametrize(
    ("last", "chosen", "words"),
    [
        (None, {}, "There is no record of a run"),
        (None, {"kb_numbers": ["1"]}, "Nothing to take back: no computer has KB1."),
        (without_sql(), {}, "no computer has KB5009901"),
    ],
)
def test_nothing_to_take_back(last: dict[str, t.Any] | None, chosen: dict[str, t.Any], words: str) -> None:
    plan = rollback(last, uninstalls=(), **chosen)
    assert plan.outcome == "nothing_to_do"
    assert not plan.stops
    assert words in " ".join(rollback_lines(plan, []))


def test_what_was_uninstalled_by_hand_still_needs_the_restore() -> None:
    plan = rollback(record(), uninstalls=())
    assert result(plan, "outcome", "restores", "uninstall_order") == ("restore", True, [])


SSO_RESOURCE = {
    "Name": "Enterprise Single Sign-On",
    "ResourceType": "Generic Service",
    "OwnerGroup": "SSO",
    "OwnerNode": "BTS1",
    "State": "Online",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last": record(backup_set=None)}, "there is no backup set to restore"),
        ({"names": ("BTS1",)}, "BTS2: took part in the run"),
        ({"names": ("BTS1", "BTS2", "BTS3")}, "BTS3: is in the inventory but not a computer of this BizTalk group"),
        ({"clusters": {"bts1": [SSO_RESOURCE]}}, "the cluster resource Enterprise Single Sign-On looks like"),
        ({"uninstalls": ((Uninstall("1", "A", "B", None),),)}, "the Uninstall entry B has no command"),
        ({"group": {**GROUP, "sql_instances": [sql_instance("SQL9")]}}, "SQL9: hosts BizTalk databases, but no host"),
        ({"last": None, "kb_numbers": ["5009901"]}, "may contain SQL (biztalk_assume_sql says it if it does not)"),
        ({"last": None, "kb_numbers": ["5009901"], "services": DOWN}, "no host instance of the group runs"),
    ],
)
def test_what_is_refused(changes: dict[str, t.Any], expected: str) -> None:
    plan = rollback(**{"last": record(), **changes})
    assert expected in " ".join(failures(plan))


def test_without_sql_the_databases_are_of_no_interest() -> None:
    group = {**GROUP, "sql_instances": [sql_instance("SQL9")], "sso_server": "SSO1"}
    plan = rollback(without_sql(backup_set=None), group=group, clusters={"bts1": [SSO_RESOURCE]})
    assert failures(plan) == []


def test_what_is_doubtful() -> None:
    servers = [{**server, "master_secret_server": False} for server in GROUP["servers"]]
    plan = rollback(record(), group={**GROUP, "servers": servers, "sso_server": "SSO1"})
    assert warnings(plan)[0].startswith("SSO1: is the master secret server and not in this play")
    silent = rollback(record(), services=[service_row("BTSSvc$A"), service_row("ENTSSO", "stopped")])
    assert warnings(silent)[0] == "BTS1: Enterprise SSO does not run, and is not started afterwards either"
    assert not silent.computers[0].sso


def test_the_preview_tells_whose_answer_on_sql_it_is() -> None:
    unknown = record(packages=[{**DONE["packages"][0], "has_sql": "unknown"}])
    lines = list(rollback_lines(rollback(unknown, assume_sql="no"), []))
    assert f"Takes back the run {DONE['id']}, KB5009901 (SQL: no, as biztalk_assume_sql says)" in lines


def test_the_preview_tells_each_step() -> None:
    files = [{"server": "SQL1", "name": "SSODB", "file": r"D:\a.bak", "finished": "2026-11-22T01:00:00"}]
    lines = [line for line in rollback_lines(rollback(record()), files) if not line.startswith("PASS")]
    assert lines == [
        f"Takes back the run {DONE['id']}, KB5009901 (SQL: yes)",
        "BTS1: stop BTSSvc$A",
        "BTS2: stop BTSSvc$A",
        "SQL1: stop SQLSERVERAGENT",
        "BTS2: stop ENTSSO",
        "BTS1: stop ENTSSO (the master secret server, last)",
        f"BTS1: uninstall {CU4} (setup.exe /uninstall /quiet)",
        f"BTS2: uninstall {CU4} (setup.exe /uninstall /quiet)",
        r"SQL1: restore SSODB from D:\a.bak",
        "Then Enterprise SSO is started, the master secret server first, Windows Management Instrumentation is "
        "restarted, and SQL Server Agent and exactly the services listed above are started again. No SQL script is "
        "run.",
        "A new full backup of all databases is made, because the restore ends the chain of log backups.",
    ]


def test_what_a_restore_loses_is_told_with_its_times() -> None:
    files = [{"server": "SQL1", "name": "SSODB", "file": r"D:\a.bak", "finished": "2026-11-22T01:00:00"}]
    lost = loss(choose(DONE), files)
    assert "their backup of 2026-11-22T01:00:00 " in lost
    assert f"at work again since {DONE['updated']}, when the run ended" in lost
    assert "at work again" not in loss(choose({**DONE, "step": "installing"}), files)


def test_the_preview_without_sql() -> None:
    lines = list(rollback_lines(rollback(without_sql(), uninstalls=((REMOVE,),)), []))
    assert "BTS2: has nothing to uninstall" in lines
    assert lines[-1] == "Then exactly the services listed above are started again."
    assert not [line for line in lines if "ENTSSO" in line or "restore" in line]
    resumed = list(rollback_lines(rollback(record("restored", "rollback"), uninstalls=()), []))
    assert any(line.startswith("Goes on with the rollback of the run") for line in resumed)
    assert not [line for line in resumed if ": stop" in line or ": restore" in line]
