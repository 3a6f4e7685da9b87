# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._app_pools import (
    LIST_COMMAND,
    AppPoolNameError,
    app_pool_command,
    app_pool_states,
)

APPCMD = r"%SystemRoot%\System32\inetsrv\appcmd.exe"
LISTING = (
    'APPPOOL "DefaultAppPool" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)\r\n'
    'APPPOOL "Orders (old)" (MgdVersion:,MgdMode:Classic,state:Stopped)\r\n'
)


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (LISTING, {"DefaultAppPool": "Started", "Orders (old)": "Stopped"}),
        (f'"Orders" successfully stopped\r\n{LISTING}', {"DefaultAppPool": "Started", "Orders (old)": "Stopped"}),
        ("", {}),
        ("'appcmd.exe' is not recognized as an internal or external command", {}),
        ('ERROR ( message:Cannot find APPPOOL object with identifier "x". )', {}),
    ],
)
def test_the_states_of_application_pools(listing: str, expected: dict[str, str]) -> None:
    assert app_pool_states(listing) == expected


def test_a_command_says_what_has_come_of_it() -> None:
    assert app_pool_command(["Orders", "Orders (old)"], "stop") == (
        f'{APPCMD} stop apppool "/apppool.name:Orders" & {APPCMD} stop apppool "/apppool.name:Orders (old)" & '
        f"{APPCMD} list apppool"
    )
    assert app_pool_command([], "start") == LIST_COMMAND


@pytest.mark.parametrize("name", ["", 'a"b', "a&b", "%A%", "a|b", "a\nb"])
def test_a_name_that_cmd_would_not_take_literally_is_refused(name: str) -> None:
    with pytest.raises(AppPoolNameError, match="application pool"):
        app_pool_command([name], "start")
