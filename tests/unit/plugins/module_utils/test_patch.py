# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._patch import changed_files, target, templates
from ansible_collections.biztalk.patching.plugins.module_utils._transform import Transform


def transform(*files: dict[str, t.Any], template: str = "", versions: tuple[str, ...] = ()) -> Transform:
    return Transform("T1ToU1", ("File",), (), files, template, versions)


TARGETS: dict[str, tuple[list[Transform], dict[str, str]]] = {
    "nothing": ([transform()], {}),
    "the product keeps its version": (
        [transform(versions=("3.13.717.0", "3.13.717.0"))],
        {"BaselineVersion": "3.13.717.0"},
    ),
    "the product gets another version": (
        [transform(versions=("3.9.469.0", "3.9.556.2"))],
        {"BaselineVersion": "3.9.469.0", "UpdatedVersion": "3.9.556.2"},
    ),
    "two products": (
        [transform(versions=("3.10.1", "3.10.3")), transform(versions=("3.9.1", "3.10.2"))],
        {"BaselineVersion": "3.9.1", "UpdatedVersion": "3.10.3"},
    ),
    "no version before": ([transform(versions=("3.9.1",))], {}),
    "languages": (
        [transform(template="x64;1033"), transform(template="x64;1031"), transform(template="Intel;1033")],
        {"TargetLanguage": "1031,1033"},
    ),
}


@pytest.mark.parametrize(("transforms", "expected"), TARGETS.values(), ids=TARGETS.keys())
def test_for_which_products_a_patch_is(transforms: list[Transform], expected: dict[str, str]) -> None:
    assert target(transforms) == expected


def test_templates_that_are_stated() -> None:
    assert templates([transform(), transform(template="x64;1033"), transform(template="x64;1033")]) == {"x64;1033"}


def test_what_transforms_tell_of_a_file_together() -> None:
    added, moved = {"File": "f1", "FileName": "x.dll", "Version": "1.0"}, {"File": "f1", "Sequence": 7}
    for rows in ((added, moved), (moved, added)):
        (row,) = changed_files([transform(row) for row in rows]).values()
        assert row == {"File": "f1", "FileName": "x.dll", "Version": "1.0", "Sequence": 7}


def test_a_file_that_two_transforms_name_differently_has_no_name() -> None:
    rows = ({"File": "f1", "FileName": "Readme.txt"}, {"File": "f1", "FileName": "x.sql"})
    assert changed_files([transform(row) for row in rows])["f1"]["FileName"] == ""
