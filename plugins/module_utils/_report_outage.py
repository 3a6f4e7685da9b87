# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a group was down, and what each lane did meanwhile."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._phases import OF_AGENTS
from ansible_collections.biztalk.patching.plugins.module_utils._run_watch import DATABASES

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Segment, Story

LaneKind = t.Literal["computer", "sql"]


@dataclass(frozen=True)
class Outage:
    """From the first stop to the last start; `open` where the group was not up again when the report was made."""

    began: float
    ended: float
    open: bool

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True)
class Lane:
    """`outages` are the times in which this computer's services, or this instance's Agent, were down."""

    name: str
    kind: LaneKind
    segments: tuple[Segment, ...]
    outages: tuple[Outage, ...]


def outages_of(segments: t.Sequence[Segment], *, down: str, up: str, last: float, is_up: bool) -> tuple[Outage, ...]:
    """From each first `down` to the end of the last `up` that follows it.

    `is_up` says whether what the segments tell of runs again in the end.
    """
    found: list[Outage] = []
    began: float | None = None
    ended: float | None = None
    for segment in sorted(segments, key=lambda one: one.began):
        if segment.phase == down and ended is not None and began is not None:
            found.append(Outage(began, ended, open=False))
            began, ended = segment.began, None
        elif segment.phase == down and began is None:
            began = segment.began
        elif segment.phase == up and began is not None:
            ended = segment.ended
    if began is not None:
        closed = ended is not None and is_up
        found.append(Outage(began, ended if closed and ended else last, open=not closed))
    return tuple(found)


def outage_of(story: Story, *, is_up: bool) -> Outage | None:
    """That of the whole group, from the first stop to the last start of all runs on the record; None without one."""
    stops, starts = story.of_phase("stop"), story.of_phase("start")
    if not stops:
        return None
    began = min(segment.began for segment in stops)
    ended = max((segment.ended for segment in starts if segment.began > began), default=None)
    if ended is None or not is_up:
        return Outage(began, story.last, open=True)
    return Outage(began, ended, open=False)


def lanes_of(story: Story, *, is_up: bool) -> list[Lane]:
    """Computers in the order of the plan, then the instances of SQL Server."""
    computers = [_computer(story, host, name, is_up) for host, name in computer_names(story).items()]
    return [*computers, *(_instance(story, agent, is_up) for agent in _agents(story))]


def computer_names(story: Story) -> dict[str, str]:
    """Names of the BizTalk computers by inventory host."""
    computers = story.plan.get("computers") or (story.record or {}).get("computers") or ()
    return {computer["host"]: computer["name"] for computer in computers}


def _computer(story: Story, host: str, name: str, is_up: bool) -> Lane:
    # A computer of SQL Server may be one of BizTalk Server too.
    own = [segment for segment in story.segments if segment.lane == host and segment.phase not in OF_AGENTS]
    return Lane(name, "computer", tuple(own), outages_of(own, down="stop", up="start", last=story.last, is_up=is_up))


def _agents(story: Story) -> list[dict[str, t.Any]]:
    """The instances, whose Agents are told of by the plan or the record; without SQL they have no part in the run."""
    agents = list(story.plan.get("agents") or (story.record or {}).get("agents") or ())
    known = {agent["instance"] for agent in agents}
    others = [one["name"] for one in (story.first("group") or {}).get("sql_instances", ()) if one["databases"]]
    return agents + [{"instance": name, "host": "", "service": ""} for name in others if name not in known]


def _instance(story: Story, agent: t.Mapping[str, t.Any], is_up: bool) -> Lane:
    def mine(segment: Segment) -> bool:
        if segment.phase in OF_AGENTS:
            return segment.lane == agent["host"] and segment.service in ("", agent["service"], agent.get("resource"))
        return segment.lane == DATABASES

    own = [segment for segment in story.segments if mine(segment)]
    down = outages_of(own, down="agent_down", up="agent_up", last=story.last, is_up=is_up)
    return Lane(agent["instance"], "sql", tuple(own), down)
