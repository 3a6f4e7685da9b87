# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R1 to R23 with what was seen of each in a run. Nothing is said to have held that was not observed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _rules_of_patch, _rules_of_rollback
from ansible_collections.biztalk.patching.plugins.module_utils._kb_rules import RULES

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._evidence import Evidence
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Story


@dataclass(frozen=True)
class Rule:
    id: str
    text: str
    evidence: Evidence


def rules_of(story: Story, *, is_up: bool) -> list[Rule]:
    """`is_up` says whether what ran before runs again, as the outcome tells."""
    seen = _rules_of_patch.evidence(story, is_up=is_up) | _rules_of_rollback.evidence(story, is_up=is_up)
    return [Rule(name, text, seen[name]) for name, text in RULES.items()]
