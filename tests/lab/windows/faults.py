# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a computer's installers, each of which happens when its turn has come."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.windows.spec import InstallFaults


class Faults:
    """Hands out what the topology says, once."""

    def __init__(self, faults: InstallFaults) -> None:
        self.restarts_services = faults.restarts_services
        self.needs_restart = faults.needs_restart
        self._exit_codes = list(faults.exit_codes)
        self._uninstall_exit_codes = list(faults.uninstall_exit_codes)
        self._hangs = faults.hangs
        self._drops_connection = faults.drops_connection
        self._hresult = faults.hresult

    def exit_code(self) -> int | None:
        """How this install is to end; None where it ends as it would by itself."""
        return self._exit_codes.pop(0) if self._exit_codes else None

    def uninstall_exit_code(self) -> int | None:
        return self._uninstall_exit_codes.pop(0) if self._uninstall_exit_codes else None

    def hangs(self) -> bool:
        now, self._hangs = self._hangs, False
        return now

    def drops_connection(self) -> bool:
        now, self._drops_connection = self._drops_connection, False
        return now

    def hresult(self) -> str | None:
        now, self._hresult = self._hresult, None
        return now
