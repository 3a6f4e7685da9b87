# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._open_programs import (
    ImageNameError,
    Program,
    applications,
    close_command,
    custom_programs,
    end_command,
    is_image_name,
    owners,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import CONSOLE

CONSOLE_2 = {"image": "mmc.exe", "pid": 4711, "session": 2}
ADAPTER = {"image": "My Adapter.exe", "pid": 1204, "session": 0}


@pytest.mark.parametrize(
    ("image", "command_line", "name"),
    [
        ("mmc.exe", r'mmc.exe "C:\BizTalk\BTSmmc.msc"', "Administration Console"),
        ("MMC.EXE", "mmc.exe BTSMMC.MSC /32", "Administration Console"),
        ("mmc.exe", r"mmc.exe C:\Windows\system32\services.msc", None),
        ("mmc.exe", "", None),
        ("mmc.exe", None, None),
        ("BTSHatApp.exe", None, "Health and Activity Tracking"),
        ("devenv.exe", "devenv.exe /edit", "Visual Studio"),
        ("notepad.exe", "notepad.exe BTSmmc.msc", None),
        ("mymmc.exe", "BTSmmc.msc", None),
    ],
)
def test_an_application_is_known_by_its_image(image: str, command_line: str | None, name: str | None) -> None:
    row = {"Name": image, "ProcessId": 4711, "SessionId": 2, "CommandLine": command_line}
    assert applications([row], {}) == ((Program(name, image, 4711, 2),) if name else ())


@pytest.mark.parametrize(
    ("image", "expected"), [("Adapter.exe", True), ("mmc.exe", False), ("MMC.EXE", False), ("devenv.exe", False)]
)
def test_a_program_that_is_none_of_biztalk_server_is_the_operators(image: str, expected: bool) -> None:
    row = {"Name": image, "ProcessId": 1204, "SessionId": 0, "CommandLine": None}
    found = custom_programs([row], {1204: "LAB\\svc"})
    assert found == ((Program("custom program", image, 1204, 0, "LAB\\svc"),) if expected else ())


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        ("", {}),
        ("INFO: No tasks are running which match the specified criteria.\r\n", {}),
        (
            '"mmc.exe","4711","RDP-Tcp#1","2","24,576 K","Unknown","LAB\\alice","0:00:01","N/A"\r\n'
            '"System Idle Process","0","Services","0","8 K","Unknown","NT AUTHORITY\\SYSTEM","0:00:00","N/A"\r\n',
            {4711: "LAB\\alice", 0: "NT AUTHORITY\\SYSTEM"},
        ),
        ('"Abbildname","PID","Sitzungsname","Sitz.-Nr.","Speicher","Status","Benutzer","CPU-Zeit","Titel"', {}),
        ('"mmc.exe","4711"', {}),
    ],
)
def test_the_owners_of_processes(listing: str, expected: dict[int, str]) -> None:
    assert owners(listing) == expected


def test_a_program_says_whose_it_is() -> None:
    (found,) = applications([CONSOLE], {4711: "LAB\\alice"})
    assert str(found) == "Administration Console (mmc.exe, process 4711, LAB\\alice, session 2)"
    (unknown,) = applications([CONSOLE], {})
    assert str(unknown) == "Administration Console (mmc.exe, process 4711, session 2)"


def test_people_are_told_once_and_programs_are_asked() -> None:
    text = "BizTalk Server is going to be updated. Save your work: what is open of it is closed in 30 seconds."
    assert close_command([CONSOLE_2, {**CONSOLE_2, "pid": 5}, ADAPTER], seconds=30).split(" & ") == [
        f'msg.exe 2 /time:30 "{text}"',
        'taskkill.exe /fi "PID eq 4711" /fi "IMAGENAME eq mmc.exe"',
        'taskkill.exe /fi "PID eq 5" /fi "IMAGENAME eq mmc.exe"',
        'taskkill.exe /fi "PID eq 1204" /fi "IMAGENAME eq My Adapter.exe"',
    ]


def test_the_first_program_that_cannot_be_ended_is_the_end_of_it() -> None:
    assert end_command([CONSOLE_2, ADAPTER]) == (
        'taskkill.exe /f /fi "PID eq 4711" /fi "IMAGENAME eq mmc.exe" && '
        'taskkill.exe /f /fi "PID eq 1204" /fi "IMAGENAME eq My Adapter.exe"'
    )


@pytest.mark.parametrize(
    "image", ["", 'a".exe', "a&b.exe", "%A%.exe", "*.exe", "a|b", "C:\\a.exe", " a.exe", "a\n.exe"]
)
def test_a_name_that_is_no_file_name_is_refused(image: str) -> None:
    assert not is_image_name(image)
    with pytest.raises(ImageNameError, match="is not the name of a program"):
        end_command([{**ADAPTER, "image": image}])
