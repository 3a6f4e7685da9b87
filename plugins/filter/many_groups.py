# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that tells which BizTalk groups one run cannot cover."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import refusals


def group_refusals(names: t.Any, inventory: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    return refusals(names, inventory)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"group_refusals": group_refusals}
