# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance
from ansible_collections.biztalk.patching.plugins.module_utils._status_run import holder, run_result
from ansible_collections.biztalk.patching.tests.unit.plugins.records import LATER, record
from ansible_collections.biztalk.patching.tests.unit.plugins.statuses import NO_RUN

RUN = record()["id"]


def found(step: str = "installing", owner: str = "dead", *claims: str) -> dict[str, t.Any]:
    at_step = advance(record(), now=LATER, step=step)
    is_open = step not in ("done", "aborted")
    return {**NO_RUN, "record": at_step, "open": is_open, "owner": owner, "claims": list(claims), "lock": bool(claims)}


def run(*arguments: str) -> dict[str, t.Any]:
    result = run_result(found(*arguments))
    assert result is not None
    return result


def test_without_a_record_and_a_claim_there_is_no_run() -> None:
    assert run_result(NO_RUN) is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("installing", "dead", RUN), "Start nothing by hand. Run patch.yml again with the same settings"),
        (("installing", "alive", RUN), "Let it end."),
        (("installing", "unknown", RUN), f"with -e biztalk_take_over={RUN}"),
        (("done", "dead"), "Nothing."),
        (("done", "dead", "20261122T0300Z-KB1"), "run the playbook with -e biztalk_take_over=20261122T0300Z-KB1"),
        (("restoring", "dead", RUN), "databases may be half restored"),
    ],
)
def test_the_next_safe_action(arguments: tuple[str, ...], expected: str) -> None:
    assert expected in run(*arguments)["next"]


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("alive", "it is at work now"),
        ("dead", "its process has ended"),
        ("unknown", "cannot be seen from this controller"),
    ],
)
def test_who_has_the_group(owner: str, expected: str) -> None:
    assert holder(run("installing", owner)).startswith("ops on controller (process 4711): ")
    assert holder(run("installing", owner)).endswith(expected)


def test_a_claim_without_a_record_is_a_run_that_has_just_begun() -> None:
    result = run_result({**NO_RUN, "claims": ["20261122T0300Z-KB1"], "lock": True})
    assert result is not None
    assert result["open"]
    assert "the run 20261122T0300Z-KB1, which has claimed the group" in holder(result)
    # Also after one that has ended.
    result = run("done", "dead", RUN, "20261122T0300Z-KB1")
    assert (result["id"], result["open"], result["claims"]) == (RUN, True, ["20261122T0300Z-KB1"])
    assert "the run 20261122T0300Z-KB1, which has claimed the group" in holder(result)


def test_the_claim_that_a_run_left_behind_is_its_own() -> None:
    result = run("done", "dead", RUN)
    assert (result["open"], result["claims"]) == (False, [])


def test_what_the_record_tells() -> None:
    result = run("installing", "dead", RUN)
    assert (result["id"], result["operation"], result["step"], result["open"]) == (RUN, "patch", "installing", True)
    assert result["owner"] == {"host": "controller", "user": "ops", "pid": 4711, "state": "dead"}
    assert result["computers"] == {name: {"installs": [], "uninstalled": []} for name in ("BTS1", "BTS2")}
