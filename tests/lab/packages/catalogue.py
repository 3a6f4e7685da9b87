# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The updates that the lab offers: by default, and where a test asks for several in one outage."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .spec import PackageSpec, SqlScript

# CU4 and its build are real (Microsoft's build list of BizTalk Server 2020); its two downloads, one per architecture,
# are the lab's: they let rule R2 of KB 2003907 be tried.
_CUMULATIVE_UPDATE = PackageSpec(
    kb="5009901",
    title="Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]",
    version="3.13.844.0",
    architecture="x64",
    sql_scripts=(
        SqlScript("msgboxlogic.sql", "BizTalkMsgBoxDb"),
        SqlScript("Bts_tracking_logic.sql", "BizTalkDTADb"),
    ),
    dlls=("BTSMessageAgent.dll", "BTSMsgCore.dll", "Microsoft.BizTalk.Pipeline.dll"),
)

# Numbers that no article of Microsoft's has, because these updates do not exist.
_HOTFIX = PackageSpec(
    kb="90000001",
    title="Microsoft BizTalk Server 2020 Hotfix [KB 90000001]",
    version="3.13.845.0",
    architecture="x64",
    dlls=("Microsoft.BizTalk.KernelServices.dll",),
)
_X86_ONLY_HOTFIX = PackageSpec(
    kb="90000002",
    title="Microsoft BizTalk Server 2020 Hotfix [KB 90000002]",
    version="3.13.846.0",
    architecture="x86",
    dlls=("Microsoft.BizTalk.Adapter.File.dll",),
)
_LATER_CUMULATIVE_UPDATE = PackageSpec(
    kb="90000003",
    title="Microsoft BizTalk Server 2020 Cumulative Update 90 [KB 90000003]",
    version="3.13.910.0",
    architecture="x64",
    dlls=("BTSMessageAgent.dll", "Microsoft.BizTalk.Pipeline.dll"),
)
_LATER_HOTFIX = PackageSpec(
    kb="90000004",
    title="Microsoft BizTalk Server 2020 Hotfix [KB 90000004]",
    version="3.13.911.0",
    architecture="x64",
    dlls=("Microsoft.BizTalk.KernelServices.dll",),
    minimum_version=_LATER_CUMULATIVE_UPDATE.version,
)


def default_packages() -> tuple[PackageSpec, ...]:
    """For each architecture an update with SQL and one without, and a hotfix with an x86 download only."""
    architectures: tuple[t.Literal["x86", "x64"], ...] = ("x86", "x64")
    both = (
        replace(spec, architecture=architecture)
        for spec in (_CUMULATIVE_UPDATE, _HOTFIX)
        for architecture in architectures
    )
    return (*both, _X86_ONLY_HOTFIX)


def chain_packages() -> tuple[PackageSpec, ...]:
    """Three updates for x64 in the order of their install: a cumulative update with SQL, a later one without, and a
    hotfix that the later one must precede."""
    return (_CUMULATIVE_UPDATE, _LATER_CUMULATIVE_UPDATE, _LATER_HOTFIX)
