# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._space import MEGABYTE, check_space
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import package, snapshot

HIDDEN = "\\\\?\\Volume{5f4d1f4e-0000-0000-0000-100000000000}\\"
STAGE = r"C:\ProgramData\BizTalkPatching"


def rows(**free: float) -> list[dict[str, t.Any]]:
    """Volumes with so many megabytes free, by drive letter."""
    return [{"Name": f"{letter}:\\", "FreeSpace": int(size * MEGABYTE)} for letter, size in free.items()]


def update(size: int, unpacked: int) -> dict[str, t.Any]:
    halves = [{"size": unpacked * MEGABYTE // 2}] * 2
    return package(size=size * MEGABYTE, payloads=halves)


@pytest.mark.parametrize(
    ("volumes", "stage", "updates", "missing"),
    [
        # The package, and what the operator wants to have free at least.
        (rows(C=1024 + 48), STAGE, [update(48, 100)], []),
        (rows(C=1024 + 47), STAGE, [update(48, 100)], ["C:\\ has 1071 MB free, but 1072 MB are needed"]),
        (rows(C=1024 + 47.9), STAGE, [update(48, 100)], ["C:\\ has 1071 MB free, but 1072 MB are needed"]),
        # The package, and three times what it unpacks to.
        (rows(C=48 + 3 * 500), STAGE, [update(48, 500)], []),
        (rows(C=48 + 3 * 500 - 1), STAGE, [update(48, 500)], ["C:\\ has 1547 MB free, but 1548 MB are needed"]),
        # All updates of a chain together.
        (rows(C=2 * 48 + 6 * 500), STAGE, [update(48, 500), update(48, 500)], []),
        (rows(C=2 * 48 + 6 * 500 - 1), STAGE, [update(48, 500), update(48, 500)], ["3096 MB are needed"]),
        # A drive of its own.
        (rows(C=1024, D=48), r"D:\Stage", [update(48, 100)], []),
        (rows(C=1024, D=47), r"D:\Stage", [update(48, 100)], ["D:\\ has 47 MB free, but 48 MB are needed"]),
        (rows(C=0, D=0), r"D:\Stage", [update(48, 100)], ["C:\\ has 0 MB", "D:\\ has 0 MB"]),
        (rows(C=1024), r"E:\Stage", [update(48, 100)], ["has no local drive for E:\\Stage"]),
        (rows(C=1024), r"\\server\share", [update(48, 100)], ["set biztalk_stage_folder"]),
        (rows(C=0), STAGE, [], []),
        ([*rows(C=9999), {"Name": HIDDEN, "FreeSpace": None}], STAGE, [update(48, 100)], []),
    ],
)
def test_a_computer_must_have_room(
    volumes: list[dict[str, t.Any]], stage: str, updates: list[dict[str, t.Any]], missing: list[str]
) -> None:
    findings = list(check_space(updates, snapshot(volumes=volumes), stage_folder=stage, minimum=1024))
    assert [(finding.level, finding.where) for finding in findings] == [("fail", "BTS1")] * len(missing)
    for finding, text in zip(findings, missing, strict=True):
        assert text in finding.text


@pytest.mark.parametrize(("minimum", "findings"), [(0, 0), (9000, 0), (9001, 1)])
def test_the_operator_says_how_much_is_enough(minimum: int, findings: int) -> None:
    found = snapshot(volumes=rows(C=9048))
    assert len(list(check_space([update(48, 100)], found, stage_folder=STAGE, minimum=minimum))) == findings
