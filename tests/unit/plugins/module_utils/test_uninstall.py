# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._uninstall import uninstall_command

PRODUCT = "{90140000-0011-0000-1000-0000000FF1CE}"
PATCH = "{12345678-ABCD-1234-ABCD-1234567890ab}"
LOG = r"C:\Logs\uninstall-KB1.log"
QUIETLY = f'/qn /norestart /l*v "{LOG}"'
PATCH_REMOVED = f"msiexec.exe /i {PRODUCT} MSIPATCHREMOVE={PATCH} {QUIETLY}"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"QuietUninstallString": '"C:\\A B\\setup.exe" /uninstall /quiet', "UninstallString": "other.exe"},
            '"C:\\A B\\setup.exe" /uninstall /quiet',
        ),
        ({"QuietUninstallString": r"C:\A B\setup.exe /quiet"}, r'"C:\A B\setup.exe" /quiet'),
        ({"UninstallString": '"C:\\A B\\setup.exe" /uninstall'}, '"C:\\A B\\setup.exe" /uninstall /quiet "/x y"'),
        ({"UninstallString": r"C:\A B\Setup.EXE /uninstall"}, r'"C:\A B\Setup.EXE" /uninstall /quiet "/x y"'),
        ({"UninstallString": r"C:\A\setup.exe /uninstall"}, r'C:\A\setup.exe /uninstall /quiet "/x y"'),
        ({"UninstallString": f"MsiExec.exe /I{PRODUCT}"}, f"msiexec.exe /x {PRODUCT} {QUIETLY}"),
        ({"UninstallString": f"MsiExec.exe /X{PRODUCT}"}, f"msiexec.exe /x {PRODUCT} {QUIETLY}"),
        ({"QuietUninstallString": f"msiexec /x {PRODUCT} /quiet"}, f"msiexec.exe /x {PRODUCT} {QUIETLY}"),
        (
            {"UninstallString": f'"C:\\Windows\\System32\\msiexec.exe" /i {PRODUCT}'},
            f"msiexec.exe /x {PRODUCT} {QUIETLY}",
        ),
        ({"UninstallString": f"msiexec /package {PRODUCT} MSIPATCHREMOVE={PATCH}"}, PATCH_REMOVED),
        ({"UninstallString": f'MsiExec.exe /I {PRODUCT} MSIPATCHREMOVE="{PATCH}" /qb'}, PATCH_REMOVED),
        ({"UninstallString": f"msiexec.exe /package {PRODUCT} /uninstall {PATCH}"}, PATCH_REMOVED),
        ({"UninstallString": f"msiexec /uninstall {PATCH} /package {PRODUCT} /passive"}, PATCH_REMOVED),
        ({"UninstallString": f"msiexec /x{PATCH} /package {PRODUCT}"}, PATCH_REMOVED),
        ({"UninstallString": "msiexec.exe"}, None),
        ({"UninstallString": "  "}, None),
        ({}, None),
    ],
)
def test_an_entry_is_uninstalled_in_silence(values: dict[str, str], expected: str | None) -> None:
    assert uninstall_command("KB1", values, log=LOG, silently=["/quiet", "/x y"]) == expected


def test_the_key_of_a_product_of_windows_installer_tells_enough() -> None:
    command = uninstall_command(PRODUCT, {"WindowsInstaller": "1"}, log=LOG, silently=[])
    assert command == f"msiexec.exe /x {PRODUCT} {QUIETLY}"
    assert uninstall_command(PRODUCT, {}, log=LOG, silently=[]) is None
    assert uninstall_command("KB1", {"WindowsInstaller": "1"}, log=LOG, silently=[]) is None


def test_a_program_whose_name_only_begins_like_windows_installer_is_left_as_it_is() -> None:
    values = {"QuietUninstallString": rf"C:\Tools\msiexec-wrapper.exe /x {PRODUCT}"}
    assert uninstall_command("KB1", values, log=LOG, silently=[]) == values["QuietUninstallString"]
