# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._branch import check_branch
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    MISSING_KEY,
    package,
    registry_key,
    snapshot,
    uninstall_key,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

PLAIN = "Microsoft BizTalk Server 2016 CU7 [KB 4528776]"
FEATURE_PACK = "Microsoft BizTalk Server 2016 Feature Pack 3"


def computer(*updates: str, version: str = "3.12.774.0") -> Snapshot:
    product = registry_key(ProductName="Microsoft BizTalk Server 2016", ProductVersion=version)
    return snapshot(product=product, uninstall=[uninstall_key(*updates)])


def update(version: str, branch: str = "", **replaced: t.Any) -> dict[str, t.Any]:
    values = {"kb": "90000001", "title": "", "product": "Microsoft BizTalk Server 2016", **replaced}
    return package(version=version, branch=branch, **values)


PLAIN_UPDATE, BRANCH_UPDATE = update("3.12.896.2"), update("3.13.357.2", "feature_pack")


@pytest.mark.parametrize(
    ("installed", "packages", "expected"),
    [
        (computer(), [PLAIN_UPDATE], []),
        (computer(PLAIN), [PLAIN_UPDATE], []),
        (computer(FEATURE_PACK), [PLAIN_UPDATE], ["fail"]),
        (computer(version="3.13.177.2"), [PLAIN_UPDATE], ["fail"]),
        (computer(FEATURE_PACK), [BRANCH_UPDATE], []),
        (computer(version="3.13.177.2"), [BRANCH_UPDATE], []),
        (computer(PLAIN), [BRANCH_UPDATE], ["fail"]),
        (computer(), [BRANCH_UPDATE], ["warn"]),
        # The version alone tells the branch too, and a version of neither tells nothing.
        (computer(PLAIN), [update("3.13.357.2")], ["fail"]),
        (computer(FEATURE_PACK), [update("")], []),
        # The Feature Pack itself, and an update for it after it.
        (computer(), [update("3.13.177.2", "feature_pack", kind="feature_pack")], []),
        (computer(), [update("3.13.177.2", "feature_pack", kind="feature_pack"), BRANCH_UPDATE], []),
        (computer(), [update("3.13.177.2", "feature_pack", kind="feature_pack"), PLAIN_UPDATE], ["fail"]),
        # What is there already, and what is no BizTalk Server 2016.
        (computer(FEATURE_PACK, "CU [KB 90000001]"), [PLAIN_UPDATE], []),
        (computer(FEATURE_PACK), [package(version="3.12.896.2")], []),
        (snapshot(product=MISSING_KEY), [BRANCH_UPDATE], ["warn"]),
    ],
)
def test_the_branches_of_2016_are_not_mixed(
    installed: Snapshot, packages: list[dict[str, t.Any]], expected: list[str]
) -> None:
    findings = list(check_branch(packages, installed))
    assert [finding.level for finding in findings] == expected
    assert all((finding.where, finding.rule) == ("BTS1", "R23") for finding in findings)
    assert all(packages[-1]["file_name"] in finding.text for finding in findings)
