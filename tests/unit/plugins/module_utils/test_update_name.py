# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._update_name import DownloadName, Kind, UpdateName

# Real names of downloads -> KB, product, companion, language, architecture in the name.
DOWNLOADS = {
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


@pytest.mark.parametrize(("file_name", "expected"), DOWNLOADS.items())
def test_names_of_downloads(file_name: str, expected: tuple[str, str, str, str, str | None]) -> None:
    kb, release, companion, language, architecture = expected
    download = DownloadName.parse(file_name)
    assert download.name.kb == kb
    assert download.name.product == (f"Microsoft BizTalk Server {release}" if release else "")
    assert download.name.companion == companion
    assert (download.language, download.architecture) == (language, architecture)


def test_a_user_may_have_written_what_it_is() -> None:
    assert DownloadName.parse("BTS2020-KB5007969-ENU (CU3).exe").name.level == "cumulative update 3"


# Real display names, and some in their manner -> KB, release, kind, number, branch.
TITLES: dict[str, tuple[str, str, Kind, int | None, str]] = {
    "Microsoft BizTalk Server 2020 Cumulative Update 3 [KB 5007969]": ("5007969", "2020", "cumulative_update", 3, ""),
    "Microsoft BizTalk Server 2016 CU7": ("", "2016", "cumulative_update", 7, ""),
    "Microsoft BizTalk Server 2016 CU10": ("", "2016", "cumulative_update", 10, ""),
    "Microsoft Biztalk Server 2010 CU5": ("", "2010", "cumulative_update", 5, ""),
    "Microsoft BizTalk Server 2006 R2 Hotfix [See KB article 2435900 for detail]": (
        "2435900",
        "2006 R2",
        "hotfix",
        None,
        "",
    ),
    "Microsoft BizTalk Server 2006 R2 SP1 Hotfix [KB 2000001]": ("2000001", "2006 R2", "hotfix", None, ""),
    "Microsoft BizTalk Server 2013 R2 Hotfix [KB 3000001]": ("3000001", "2013 R2", "hotfix", None, ""),
    "Microsoft BizTalk Server 2006 R2 Service Pack 1": ("", "2006 R2", "service_pack", 1, ""),
    "Microsoft BizTalk Server 2006 R2 SP1 CU3": ("", "2006 R2", "cumulative_update", 3, ""),
    "Microsoft BizTalk Server 2016 Feature Pack 3": ("", "2016", "feature_pack", 3, "feature_pack"),
    "Microsoft BizTalk Server 2016 Feature Pack 3 Cumulative Update 5 [KB 4103503]": (
        "4103503",
        "2016",
        "cumulative_update",
        5,
        "feature_pack",
    ),
    "Security Update for Microsoft BizTalk Server 2013 (KB3000002)": ("3000002", "2013", "hotfix", None, ""),
    "Microsoft BizTalk Server 2020": ("", "2020", "unknown", None, ""),
}


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_display_names(title: str, expected: tuple[str, str, Kind, int | None, str]) -> None:
    kb, release, kind, number, branch = expected
    assert UpdateName.parse(title) == UpdateName(kb, f"Microsoft BizTalk Server {release}", kind, number, branch)


@pytest.mark.parametrize(
    ("title", "companion"),
    [
        ("Microsoft BizTalk ESB Toolkit 2.4 Cumulative Update 1", "ESB Toolkit"),
        ("BizTalk Server 2020 Accelerator for RosettaNet Hotfix", "RosettaNet"),
        ("BizTalk Adapter for MQSeries Hotfix", "MQSeries"),
        ("Microsoft BizTalk Adapter Pack 2016 Hotfix", "Adapter Pack"),
        ("Microsoft Host Integration Server 2020 CU1", "Host Integration Server"),
    ],
)
def test_companion_products(title: str, companion: str) -> None:
    assert UpdateName.parse(title).companion == companion
