# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._identity import Source, identify
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement


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


PLAIN, FEATURE_PACK = "BizTalk Server 2016 CU5 [KB 4132957]", "BizTalk Server 2016 Feature Pack 3 CU5 [KB 4132957]"
# Name and build -> branch, and whether there is a warning.
BRANCHES = {
    "without a feature pack": (PLAIN, "3.12.834.2", "", False),
    "a feature pack by its name": (FEATURE_PACK, "", "feature_pack", False),
    "a feature pack by its build": (PLAIN, "3.13.334.2", "feature_pack", False),
    "a feature pack by both": (FEATURE_PACK, "3.13.334.2", "feature_pack", False),
    "a contradiction": (FEATURE_PACK, "3.12.834.2", "", True),
    "another release of the same builds": ("BizTalk Server 2020 CU5 [KB 5032870]", "3.13.867.0", "", False),
}


@pytest.mark.parametrize(("title", "version", "branch", "warned"), BRANCHES.values(), ids=BRANCHES.keys())
def test_the_branch_of_biztalk_server_2016(title: str, version: str, branch: str, *, warned: bool) -> None:
    identity = identify("x.exe", [source("Setup.xml", ("a@Title", title), ("a@Version", version))])
    assert identity.branch == branch
    assert any("two branches must not be mixed" in warning for warning in identity.warnings) is warned


CU4 = "Microsoft BizTalk Server 2020 Cumulative Update 4"
CONTRADICTIONS = {
    "another number": (
        "BTS2020-ENU (CU3).exe",
        CU4,
        "it is cumulative update 4 after Setup.xml, but cumulative update 3",
    ),
    "another language": ("BTS2020-DEU.exe", CU4, "the language is ENU inside the package, but DEU"),
    "another companion": (
        "BTS2020ESBT.exe",
        "BizTalk Server 2020 RosettaNet Hotfix",
        "the companion product is RosettaNet after Setup.xml, but ESB Toolkit",
    ),
    "nothing": ("BTS2020-ENU (CU4).exe", CU4, ""),
    "no language": ("BTS2020-RTM-XYZ.exe", CU4, ""),
}


@pytest.mark.parametrize(("file_name", "title", "warning"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_file_name_that_contradicts_the_content(file_name: str, title: str, warning: str) -> None:
    identity = identify(file_name, [source("Setup.xml", ("a@Title", title), ("a@Language", "1033"))])
    prefix, suffix = "The sources contradict each other: ", " after the file's name."
    assert identity.warnings == ((f"{prefix}{warning}{suffix}",) if warning else ())


def test_the_best_source_that_has_a_name_gives_kind_and_number() -> None:
    sources = [source("Setup.xml", ("a@Kb", "5009901")), source("a.msi", ("Property@ProductName", CU4))]
    identity = identify("BTS2020 (CU4).exe", sources)
    assert (identity.kind, identity.number, identity.title) == ("cumulative_update", 4, CU4)
    assert identify("BTS2020 (CU4).exe", []).number == 4


def test_a_patch_states_what_it_needs_and_in_which_language() -> None:
    patch = source("u.msp", ("Property@BaselineVersion", "3.13.717.0"), ("Property@TargetLanguage", "1031"))
    identity = identify("x.exe", [patch])
    assert (identity.minimum_version, identity.version, identity.languages) == ("3.13.717.0", "", ("DEU",))
