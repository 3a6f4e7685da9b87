# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that tells which Uninstall entries have to be read."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._registry import Registry


def unnumbered_entries(rows: t.Iterable[t.Any]) -> list[str]:
    return Registry.parse(rows).unnumbered


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"unnumbered_entries": unnumbered_entries}
