# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of Enterprise SSO around a restore, a part of R21: the master secret server stops last and starts first.

The others ask it for the key of their secrets when they start.
"""

from __future__ import annotations

import typing as t

from tests.lab.invariants.history import OTHERS

if t.TYPE_CHECKING:
    from tests.lab.invariants.history import History


def sso_out_of_order(history: History) -> t.Iterator[str]:
    master = history.lab["master_secret_server"]
    for position, event in history.of_kind("service.stop_requested", "service.start_requested"):
        if event["role"] != "sso" or event["origin"] in OTHERS:
            continue
        states = _states(history, position)
        if event.kind == "service.start_requested":
            up = states.get(master, "running") == "running" or _taken_down_by_others(history, position, master)
            if event["computer"] != master and not up:
                yield (
                    f"{event['service']} on {event['computer']} was started while that of the master secret server "
                    f"{master} was {states[master]}"
                )
        elif event["computer"] == master:
            for computer, state in states.items():
                if computer != master and state != "stopped":
                    yield (
                        f"{event['service']} on {computer} was {state} when that of the master secret server "
                        f"{master} was stopped"
                    )


def _taken_down_by_others(history: History, position: int, computer: str) -> bool:
    """As by the restart of a computer whose service had been started: a run that goes on cannot know that yet."""
    ends = [
        event
        for at, event in history.of_kind("service.stop_requested", "service.died", "service.start_failed")
        if at < position and event["computer"] == computer and event["role"] == "sso"
    ]
    return bool(ends) and ends[-1].kind == "service.stop_requested" and ends[-1]["origin"] in OTHERS


def _states(history: History, position: int) -> dict[str, str]:
    """The state of Enterprise SSO by computer; a master secret server of its own may be none of the lab's computers."""
    return {
        computer: state
        for (computer, service), state in history.states_at(position).items()
        if history.roles[computer, service] == "sso"
    }
