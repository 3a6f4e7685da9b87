# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._settings import check_settings

KNOWN = ["biztalk_packages", "biztalk_stop_timeout", "biztalk_start_timeout", "biztalk_close_applications"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("biztalk_stop_timout", "biztalk_stop_timeout"),
        ("biztalk_stop_time_out", "biztalk_stop_timeout"),
        ("biztalk_start_timout", "biztalk_start_timeout"),
        ("biztalk_close_application", "biztalk_close_applications"),
        ("biztalk_package", "biztalk_packages"),
        ("biztalk_packages", None),
        ("biztalk_cost_centre", None),
        ("stop_timout", None),
    ],
)
def test_a_misspelt_variable_is_found(name: str, meant: str | None) -> None:
    findings = list(check_settings([name, *KNOWN], KNOWN))
    assert [(finding.level, finding.where) for finding in findings] == ([("warn", name)] if meant else [])
    for finding in findings:
        assert f"is {meant} meant?" in finding.text


def test_each_is_found_once() -> None:
    names = ["biztalk_stop_timout", "biztalk_package", "biztalk_stop_timout"]
    assert [finding.where for finding in check_settings(names, KNOWN)] == ["biztalk_package", "biztalk_stop_timout"]
