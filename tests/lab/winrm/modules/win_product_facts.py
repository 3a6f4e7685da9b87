# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_product_facts: despite its name the licence of Windows itself."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(_task: Task) -> Result:
    return {
        "ansible_facts": {
            "ansible_os_product_id": "00429-00000-00001-AA000",
            "ansible_os_product_key": None,
            "ansible_os_license_edition": "Windows(R), ServerStandard edition",
            "ansible_os_license_channel": "Volume:GVLK",
            "ansible_os_license_status": "Licensed",
        }
    }
