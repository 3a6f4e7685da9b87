# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._package_checks import (
    check_drift,
    check_fit,
    check_language,
    check_package,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CU4,
    MISSING_KEY,
    package,
    registry_key,
    snapshot,
    uninstall_key,
)


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({}, []),
        ({"kb": ""}, [("fail", "does not tell its KB number")]),
        ({"has_sql": "unknown", "has_sql_evidence": ["x.cab cannot be opened"]}, [("warn", "x.cab cannot be opened")]),
        (
            {"has_sql": "no", "has_sql_found": "yes", "assume_sql": "no"},
            [("warn", "biztalk_assume_sql says so. The inspection answers yes (Setup.xml names msgboxlogic.sql)")],
        ),
        ({"has_sql": "yes", "has_sql_found": "yes", "assume_sql": "yes"}, []),
        ({"companion": "ESB Toolkit"}, [("warn", "is for ESB Toolkit")]),
        ({"warnings": ["run it again"]}, [("warn", "run it again")]),
    ],
)
def test_what_the_package_tells(replaced: dict[str, t.Any], expected: list[tuple[str, str]]) -> None:
    findings = list(check_package(package(**replaced)))
    assert [finding.level for finding in findings] == [level for level, _text in expected]
    for finding, (_level, text) in zip(findings, expected, strict=True):
        assert text in str(finding)


@pytest.mark.parametrize(
    ("installed", "replaced", "expected"),
    [
        ("Microsoft BizTalk Server 2020", {}, None),
        ("Microsoft BizTalk Server 2016", {}, "fail"),
        ("Microsoft BizTalk Server 2013 R2", {"product": "Microsoft BizTalk Server 2013"}, "fail"),
        ("Microsoft BizTalk Server 2013 R2", {"product": "Microsoft Biztalk Server 2013 R2"}, None),
        # What is not known is not refused.
        ("Microsoft BizTalk Server 2020", {"product": ""}, None),
        ("BizTalk", {}, None),
        ("Microsoft BizTalk Server 2013", {"product": "Microsoft BizTalk Server 2013 R2"}, "fail"),
        ("Microsoft BizTalk Server 2020", {"title": "Update for BizTalk Server 2020 Enterprise Edition"}, None),
        ("Microsoft BizTalk Server 2020", {"title": "Update for BizTalk Server 2020 Standard Edition"}, "fail"),
        ("Microsoft BizTalk Server 2020", {"title": "Update for Branch Edition and Enterprise Edition"}, None),
        ("Microsoft BizTalk Server 2020", {"title": "Update for the Standard Edition (Developer Edition)"}, "fail"),
        # A word of the title is no edition.
        ("Microsoft BizTalk Server 2020", {"title": "Hotfix for the standard adapters"}, None),
    ],
)
def test_the_update_must_be_meant_for_the_product(
    installed: str, replaced: dict[str, t.Any], expected: str | None
) -> None:
    key = registry_key(ProductName=installed, ProductVersion="3.13.717.0", ProductEdition="Enterprise")
    findings = list(check_fit(package(**replaced), snapshot(product=key)))
    assert [finding.level for finding in findings] == ([expected] if expected else [])


def test_a_computer_without_biztalk_is_another_check_s_business() -> None:
    assert list(check_fit(package(), snapshot(product=MISSING_KEY))) == []


@pytest.mark.parametrize(
    ("group_language", "languages", "refused"),
    [
        ("ENU", ["ENU"], False),
        ("deu", ["ENU"], True),
        ("DEU", ["ENU", "DEU"], False),
        ("DEU", [], False),
        # What BizTalk writes here is not documented: only Microsoft's three letters are judged.
        ("1033", ["DEU"], False),
        ("", ["DEU"], False),
    ],
)
def test_the_language_must_be_the_group_s(group_language: str, languages: list[str], *, refused: bool) -> None:
    group = {"versions": {"databases": [{"language": group_language}]}}
    findings = list(check_language(package(languages=languages), group))
    assert [finding.level for finding in findings] == (["fail"] if refused else [])


EARLIER = "Microsoft BizTalk Server 2020 Cumulative Update 3 [KB 5007969]"


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ({}, []),
        ({"BTS1": [], "BTS2": []}, []),
        ({"BTS1": [EARLIER], "BTS2": [EARLIER]}, []),
        ({"BTS1": [], "BTS2": [EARLIER], "BTS3": [EARLIER]}, [(EARLIER, "on BTS2, BTS3, but not on BTS1")]),
        ({"BTS1": [EARLIER], "BTS2": [], "BTS3": []}, [(EARLIER, "on BTS1, but not on BTS2, BTS3")]),
        # What is installed now is no drift where it is there already, and neither is what is none of BizTalk's.
        ({"BTS1": [CU4, "Some other program [KB 5007969]"], "BTS2": []}, []),
    ],
)
def test_drift_is_one_finding_for_each_update(installed: dict[str, list[str]], expected: list[tuple[str, str]]) -> None:
    snapshots = [snapshot(name, uninstall=[uninstall_key(*names)]) for name, names in installed.items()]
    findings = list(check_drift(snapshots, [package()]))
    assert [(finding.level, finding.where) for finding in findings] == [("warn", name) for name, _text in expected]
    for finding, (_name, text) in zip(findings, expected, strict=True):
        assert text in finding.text
