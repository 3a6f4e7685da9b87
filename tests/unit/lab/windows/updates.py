# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two updates, accounts that install them, and what an install leaves behind."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from tests.lab import topology
from tests.lab.packages.spec import PackageSpec, SqlScript

if t.TYPE_CHECKING:
    from tests.lab.events import Event
    from tests.lab.windows.computer import Computer
    from tests.lab.world import World

ADMINISTRATOR = topology.Account(r"LAB\patchadmin", "", administrator=True, sysadmin=True)
NOBODY = topology.Account(r"LAB\alice", "")
NO_SYSADMIN = topology.Account(r"LAB\winadmin", "", administrator=True)
EXECUTABLE = r"C:\Windows\Temp\update.exe"
WITH_SQL = PackageSpec(
    kb="5009901",
    title="Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]",
    version="3.13.844.0",
    architecture="x64",
    sql_scripts=(SqlScript("msgboxlogic.sql", "BizTalkMsgBoxDb"), SqlScript("tracking.sql", "BizTalkDTADb")),
    dlls=("BTSMsgCore.dll",),
)
WITHOUT_SQL = dataclasses.replace(WITH_SQL, sql_scripts=())
_UPDATE = r"C:\ProgramData\Microsoft\E-Business Servers Updates\Updates\Uninstall5009901"
SETUP_LOG, UNINSTALLER = rf"{_UPDATE}\setup.log", rf"{_UPDATE}\setup.exe"


def install(
    computer: Computer,
    package: PackageSpec = WITH_SQL,
    *arguments: str,
    account: topology.Account = ADMINISTRATOR,
    interactive: bool = True,
) -> int:
    data = repr(package).encode()
    computer.world.packages[hashlib.sha256(data).hexdigest()] = package
    computer.files.write(EXECUTABLE, data, "test")
    return computer.installer.run(EXECUTABLE, list(arguments or ("/quiet",)), account, interactive=interactive)


def installing(world: World) -> list[Event]:
    return [event for event in world.events.events if event.kind.startswith("install.")]


def text_of(computer: Computer, path: str) -> list[str]:
    return computer.files.read(path).decode("utf-16").splitlines()
