# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rule is judged: a function from a history to what was broken."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tests.lab.invariants.history import History


class NotApplicableError(Exception):
    """The history holds nothing that the rule speaks of."""


Rule = t.Callable[["History"], t.Iterable[str]]


@dataclass(frozen=True)
class Verdict:
    """`broken` says where the rule was broken; `not_applicable` why it was not judged."""

    rule: str
    text: str
    broken: tuple[str, ...] = ()
    not_applicable: str | None = None

    @property
    def held(self) -> bool:
        return not self.broken


def judge(name: str, rule: Rule, history: History) -> Verdict:
    text = (rule.__doc__ or "").strip()
    try:
        return Verdict(name, text, broken=tuple(rule(history)))
    except NotApplicableError as reason:
        return Verdict(name, text, not_applicable=str(reason))
