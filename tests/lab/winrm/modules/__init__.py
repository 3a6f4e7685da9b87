# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each module of ansible.windows does on a simulated computer, by the module's name."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.modules import (
    async_status,
    setup,
    slurp,
    win_command,
    win_copy,
    win_file,
    win_get_url,
    win_package,
    win_ping,
    win_powershell,
    win_product_facts,
    win_reboot_info,
    win_reg_stat,
    win_service,
    win_service_info,
    win_shell,
    win_stat,
    win_tempfile,
    win_wait_for,
    win_whoami,
)

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

HANDLERS: dict[str, t.Callable[[Task], Result]] = {
    "async_status": async_status.run,
    "setup": setup.run,
    "slurp": slurp.run,
    "win_command": win_command.run,
    "win_copy": win_copy.run,
    "win_file": win_file.run,
    "win_get_url": win_get_url.run,
    "win_package": win_package.run,
    "win_ping": win_ping.run,
    "win_powershell": win_powershell.run,
    "win_product_facts": win_product_facts.run,
    "win_reboot_info": win_reboot_info.run,
    "win_reg_stat": win_reg_stat.run,
    "win_service": win_service.run,
    "win_service_info": win_service_info.run,
    "win_shell": win_shell.run,
    "win_stat": win_stat.run,
    "win_tempfile": win_tempfile.run,
    "win_wait_for": win_wait_for.run,
    "win_whoami": win_whoami.run,
}
