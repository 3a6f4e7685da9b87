# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._identity import Source, identify
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement

# Real names of downloads -> KB, product, companion, language, architecture in the name.
FILE_NAMES = {
    "BiztalkServer2010-RTM-KB3081737-ENU.exe": ("3081737", "2010", "", "ENU", None),
    "BizTalk2010-KB3136004-ENU.exe": ("3136004", "2010", "", "ENU", None),
    "BTS2016-KB4039664-ENU.exe": ("4039664", "2016", "", "ENU", None),
    "BTS2020-KB5007969-ENU (CU3).exe": ("5007969", "2020", "", "ENU", None),
    "BTS2020ESBT-KB5008067-ENU.exe": ("5008067", "2020", "ESB Toolkit", "ENU", None),
    "BTS2020RN-KB4569502-ENU.exe": ("4569502", "2020", "RosettaNet", "ENU", None),
    "BTS2020MQSeries-KB5008066-ENU.exe": ("5008066", "2020", "MQSeries", "ENU", None),
    "BTS2006R2-KB974563-x64-DEU.exe": ("974563", "2006 R2", "", "DEU", "x64"),
    "BTS2006R2-KB974563-x86-ENU.exe": ("974563", "2006 R2", "", "ENU", "x86"),
    "download.exe": ("", "", "", "", None),
}


@pytest.mark.parametrize(("file_name", "expected"), FILE_NAMES.items())
def test_a_file_name_is_a_hint(file_name: str, expected: tuple[str, str, str, str, str | None]) -> None:
    kb, release, companion, language, architecture = expected
    identity = identify(file_name, [])
    assert identity.kb == kb
    assert identity.product == (f"Microsoft BizTalk Server {release}" if release else "")
    assert identity.companion == companion
    assert identity.languages == ((language,) if language else ())
    assert identity.named_architecture == architecture


# Real display names -> KB, release, kind, branch.
TITLES = {
    "Microsoft BizTalk Server 2020 Cumulative Update 3 [KB 5007969]": ("5007969", "2020", "cumulative_update", ""),
    "Microsoft BizTalk Server 2016 CU7": ("", "2016", "cumulative_update", ""),
    "Microsoft Biztalk Server 2010 CU5": ("", "2010", "cumulative_update", ""),
    "Microsoft BizTalk Server 2006 R2 Hotfix [See KB article 2435900 for detail]": ("2435900", "2006 R2", "hotfix", ""),
    "Microsoft BizTalk Server 2013 R2 Hotfix [KB 3000001]": ("3000001", "2013 R2", "hotfix", ""),
    "Microsoft BizTalk Server 2006 R2 Service Pack 1": ("", "2006 R2", "service_pack", ""),
    "Microsoft BizTalk Server 2016 Feature Pack 3": ("", "2016", "feature_pack", "feature_pack"),
    "Microsoft BizTalk Server 2016 Feature Pack 3 Cumulative Update 5 [KB 4103503]": (
        "4103503",
        "2016",
        "cumulative_update",
        "feature_pack",
    ),
}


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_a_display_name_tells_most(title: str, expected: tuple[str, str, str, str]) -> None:
    kb, release, kind, branch = expected
    identity = identify("x.exe", [source("Setup.xml", ("Setup@DisplayName", title))])
    assert (identity.title, identity.kb, identity.kind, identity.branch) == (title, kb, kind, branch)
    assert identity.product == f"Microsoft BizTalk Server {release}"


def source(name: str, *statements: tuple[str, str]) -> Source:
    return Source(name, tuple(Statement(where, value) for where, value in statements))


def test_the_outermost_version_is_the_updates_and_the_least_one_is_the_minimum() -> None:
    identity = identify(
        "x.exe",
        [
            source(
                "Setup.xml",
                ("Setup/Files/File@Version", "3.13.1.0"),
                ("Setup@SchemaVersion", "1.0"),
                ("Setup@MinimumVersion", "3.13.717.0"),
                ("Setup@Version", "3.13.844.0"),
            )
        ],
    )
    assert (identity.version, identity.minimum_version) == ("3.13.844.0", "3.13.717.0")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1033", ("ENU",)), ("DEU", ("DEU",)), ("1033,1031", ("ENU", "DEU")), ("0", ()), ("neutral", ())],
)
def test_languages_by_number_and_by_name(value: str, expected: tuple[str, ...]) -> None:
    assert identify("x.exe", [source("Setup.xml", ("Setup@Language", value))]).languages == expected


def test_sources_that_contradict_each_other_are_a_warning() -> None:
    identity = identify(
        "BTS2016-KB1111111-ENU.exe",
        [
            source("Setup.xml", ("a@Kb", "5009901"), ("a@Version", "3.13.844.0"), ("a@P", "BizTalk Server 2020")),
            source("KB5009901.msi", ("Property@ProductVersion", "3.13.845")),
        ],
    )
    assert identity.kb == "5009901"
    assert identity.warnings == (
        "The sources contradict each other: KB is 5009901 after Setup.xml, but 1111111 after the file's name.",
        "The sources contradict each other: the product is Microsoft BizTalk Server 2020 after Setup.xml, but"
        " Microsoft BizTalk Server 2016 after the file's name.",
        "The sources contradict each other: the version is 3.13.844.0 after Setup.xml, but 3.13.845 after"
        " KB5009901.msi.",
    )


def test_an_installers_version_of_three_parts_is_no_contradiction() -> None:
    sources = [source("Setup.xml", ("a@Version", "3.13.844.0")), source("a.msi", ("P@ProductVersion", "3.13.844"))]
    assert identify("x.exe", sources).warnings == ()


def test_a_kb_number_mentioned_in_passing_does_not_outweigh_the_display_name() -> None:
    statements = (
        ("Setup/Replaces@KB", "5007969"),
        ("Setup@Title", "Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]"),
    )
    assert identify("x.exe", [source("Setup.xml", *statements)]).kb == "5009901"
