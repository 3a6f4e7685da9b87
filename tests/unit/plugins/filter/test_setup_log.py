# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

from ansible_collections.biztalk.patching.plugins.filter.setup_log import FilterModule


def test_the_filter_finds_failures() -> None:
    content = base64.b64encode("Exit code 0\r\nExecuteCommand HRESULT=0x80040e14\r\n".encode("utf-16")).decode("ascii")
    assert FilterModule().filters()["setup_log_errors"](content) == ["ExecuteCommand HRESULT=0x80040e14"]
