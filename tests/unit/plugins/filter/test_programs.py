# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.filter.programs import FilterModule

FILTERS = FilterModule().filters()
CONSOLE = {"image": "mmc.exe", "pid": 4711, "session": 2}
BAD = {**CONSOLE, "image": "a&b"}


def test_command_lines() -> None:
    assert FILTERS["program_end_command"]([CONSOLE]) == 'taskkill.exe /f /fi "PID eq 4711" /fi "IMAGENAME eq mmc.exe"'
    assert FILTERS["program_close_command"]([CONSOLE], seconds=5).startswith("msg.exe 2 /time:5 ")
    assert "stop apppool" in FILTERS["app_pool_command"](["Orders"], "stop")
    assert FILTERS["app_pool_states"]("") == {}


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("program_end_command", [BAD], {}),
        ("program_close_command", [BAD], {"seconds": 5}),
        ("app_pool_command", ["a&b"], {"verb": "stop"}),
    ],
)
def test_a_name_that_cannot_be_quoted_is_an_error_of_the_filter(
    name: str, value: t.Any, options: dict[str, t.Any]
) -> None:
    with pytest.raises(AnsibleFilterError, match="a&b"):
        FILTERS[name](value, **options)
