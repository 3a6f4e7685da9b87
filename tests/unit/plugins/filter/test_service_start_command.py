# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.filter.plan import FilterModule

service_start_command = FilterModule().filters()["service_start_command"]


def test_the_command_line_has_each_service() -> None:
    assert service_start_command(["BTSSvc$A", "W3SVC"]) == 'sc.exe start "BTSSvc$A" & sc.exe start "W3SVC"'


def test_a_name_that_cannot_be_quoted_is_an_error_of_the_filter() -> None:
    with pytest.raises(AnsibleFilterError, match="a&b"):
        service_start_command(["a&b"])
