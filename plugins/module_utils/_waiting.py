# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what goes on at a Windows computer, by looking again and again, and saying what is waited for."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock

    Row = t.Mapping[str, t.Any]
    Say = t.Callable[[str], None]


class LostError(Exception):
    """The computer could not be asked; the text is the connection's."""


@dataclass(frozen=True)
class Patience:
    """In seconds: how long to wait, how long between two looks, and how long a computer may not answer."""

    timeout: float
    interval: float
    lost: float = 0.0


def wait_for_services(
    look: t.Callable[[], Row], names: t.Collection[str], *, patience: Patience, clock: Clock, say: Say
) -> dict[str, t.Any]:
    """Look until no service of `names` is on its way to another state; returns the last look, with their rows only.

    `look` returns what `ansible.windows.win_service_info` returns. A look that fails is repeated. Who judges the states
    knows what they should be, so that services are still on their way in the end is no error here.
    """
    end = clock.now() + patience.timeout
    while True:
        seen = dict(look())
        known = "services" in seen
        rows = [row for row in seen.get("services", ()) if row["name"] in names]
        pending = [row for row in rows if "pending" in row["state"]]
        if (known and not pending) or clock.now() >= end:
            return {**seen, "services": rows} if known else seen
        say(", ".join(map(_on_its_way, pending)) or f"no look at the services: {seen.get('msg', 'unknown')}")
        clock.sleep(patience.interval)


def wait_for_job(
    ask: t.Callable[[], Row], what: str, *, patience: Patience, clock: Clock, say: Say
) -> dict[str, t.Any]:
    """Ask until an asynchronous task of Ansible has ended; returns what it returned, or a failure.

    `ask` returns what `ansible.builtin.async_status` returns, or raises `LostError`.
    """
    end = clock.now() + patience.timeout
    answered = clock.now()
    while True:
        try:
            status = dict(ask())
        except LostError as error:
            silent = clock.now() - answered
            if silent >= patience.lost:
                return {"failed": True, "msg": f"the computer has not answered for {silent:.0f} s: {error}"}
            say(f"no connection for {silent:.0f} s, trying again: {error}")
        else:
            answered = clock.now()
            if status.get("finished"):
                return status
            if answered >= end:
                return {**status, "failed": True, "msg": f"it has not ended within {patience.timeout:.0f} s"}
            say(f"{what} is running")
        clock.sleep(patience.interval)


def _on_its_way(row: Row) -> str:
    return f"{row['name']} is {row['state']}, process {row['process_id']}"
