# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that puts together what was seen of a BizTalk group."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.module_utils._status import Status
from ansible_collections.biztalk.patching.plugins.module_utils._status_computer import Computer
from ansible_collections.biztalk.patching.plugins.module_utils._status_lines import status_lines


def group_status(
    computers: t.Mapping[str, t.Mapping[str, t.Any]],
    *,
    group: t.Mapping[str, t.Any] | None,
    problem: str,
    record: t.Mapping[str, t.Any],
    server: str,
    database: str,
    now: str,
) -> dict[str, t.Any]:
    status = Status(
        computers=tuple(_computer(host, raw) for host, raw in computers.items()),
        group=group,
        problem=" ".join(problem.split()),
        record=record,
        server=server,
        database=database,
        now=now,
    )
    result = status.as_result()
    return {**result, "lines": list(status_lines(result))}


def _computer(host: str, raw: t.Mapping[str, t.Any]) -> Computer:
    try:
        return Computer.parse(host, raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(
            f"what was seen of {host} is not what the role biztalk.patching.status looks at: {error!r}"
        ) from error


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"group_status": group_status}
