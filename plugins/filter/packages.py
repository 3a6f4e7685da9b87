# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that tells which packages must not be installed."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.module_utils._trust import refusals


def package_refusals(packages: t.Iterable[t.Mapping[str, t.Any]], *, allow_unsigned: bool = False) -> list[str]:
    try:
        return refusals(packages, allow_unsigned=allow_unsigned)
    except (KeyError, TypeError) as error:
        raise AnsibleFilterError(f"these are no results of biztalk.patching.package_info: {error!r}") from error


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"package_refusals": package_refusals}
