# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether services that were started stay up."""

from __future__ import annotations

import typing as t

Row = t.Mapping[str, t.Any]


def died_services(names: t.Sequence[str], started: t.Iterable[Row], settled: t.Iterable[Row]) -> list[str]:
    """Those of `names` that are down, or died and were started again meanwhile, each with what tells.

    `started` and `settled` are rows of `win_service_info`, from when the services had started and from a while later. A
    recovery action starts a service in a new process, so that its state alone tells nothing.
    """
    before = {row["name"]: row for row in started}
    after = {row["name"]: row for row in settled}
    return [text for name in names if (text := _what_happened(name, before.get(name), after.get(name)))]


def _what_happened(name: str, before: Row | None, after: Row | None) -> str:
    if after is None:
        return f"{name} is not there any more"
    if after["state"] != "started":
        return f"{name} is {after['state']}, exit code {after.get('win32_exit_code', 'unknown')}"
    if before and before["state"] == "started" and before["process_id"] != after["process_id"]:
        return (
            f"{name} died as process {before['process_id']}; its recovery action, or somebody, has started it again as "
            f"process {after['process_id']}"
        )
    return ""
