# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has seen of a rule."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._words import moment

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Segment, Story

Verdict = t.Literal["held", "open", "not_held", "not_seen", "not_applicable"]


@dataclass(frozen=True)
class Evidence:
    """`open` is a rule that is kept by a later step, to which the run has not come."""

    verdict: Verdict
    text: str


def held(text: str) -> Evidence:
    return Evidence("held", text)


def still_open(text: str) -> Evidence:
    return Evidence("open", text)


def not_seen(text: str = "The run did not come so far.") -> Evidence:
    return Evidence("not_seen", text)


def not_applicable(text: str) -> Evidence:
    return Evidence("not_applicable", text)


def found_by_plan(story: Story, rule: str) -> Evidence:
    """What the checks before anything stops have said of a rule."""
    found = [finding for finding in story.plan.get("findings", ()) if finding["rule"] == rule]
    failed = [finding for finding in found if finding["level"] == "fail"]
    if failed:
        return Evidence("not_held", "; ".join(f"{finding['where']}: {finding['text']}" for finding in failed))
    if found:
        return held("Checked before anything was stopped: " + "; ".join(finding["text"] for finding in found) + ".")
    return not_seen("The run made no plan, or did not look at this.")


def has_sql(story: Story) -> bool:
    """Whether an update of the run contains SQL, or may contain it."""
    packages = (story.record or {}).get("packages") or [fact.value for fact in story.all("package")]
    return any(package["has_sql"] != "no" for package in packages)


def first_began(segments: t.Iterable[Segment]) -> float | None:
    return min((segment.began for segment in segments), default=None)


def clock(at: float) -> str:
    """The time of day in UTC."""
    return moment(at)[11:19]
