# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds failures in an update's setup log."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._setup_log import setup_log_errors


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"setup_log_errors": setup_log_errors}
