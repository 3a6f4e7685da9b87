# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All cases of the campaign, and those that there are not."""

from __future__ import annotations

import itertools
import typing as t

from tests.lab.campaign.on_failure_steps import ON_FAILURE_STEPS
from tests.lab.campaign.patch_steps import PATCH_STEPS
from tests.lab.campaign.rollback_steps import ROLLBACK_STEPS
from tests.lab.campaign.scenarios import SCENARIOS
from tests.lab.campaign.steps import cases

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.lab.campaign.steps import Case

# By scenario.
STEPS = {"patch": PATCH_STEPS, "rollback": ROLLBACK_STEPS, "rollback by itself": ON_FAILURE_STEPS}


def all_cases() -> list[Case]:
    return [case for scenario, steps in STEPS.items() for case in cases(scenario, steps)]


def case_named(name: str) -> Case:
    return next(case for case in all_cases() if case.name == name)


def rounds(chosen: Sequence[Case]) -> list[tuple[Case, ...]]:
    """The cases of each lab, the longest first, lest one is left alone in the end.

    Those that come after a patch follow one whose patch is struck: that spares them a run.
    """
    after = [case for case in chosen if SCENARIOS[case.scenario].before]
    patches = [case for case in chosen if case.scenario == "patch"]
    alone = [case for case in chosen if case not in after and case not in patches]
    pairs = [tuple(filter(None, pair)) for pair in itertools.zip_longest(patches, after)]
    return sorted([*((case,) for case in alone), *pairs], key=len, reverse=True)


def left_out() -> Iterator[str]:
    for scenario, steps in STEPS.items():
        for step in steps:
            for kind, reason in step.without.items():
                yield f"{scenario} / {step.name} / {kind}: {reason}"
