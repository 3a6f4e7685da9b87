# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a playbook at which it is struck, and the cases that come of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.lab.campaign import strikes

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lab.campaign.faults import Fault
    from tests.lab.campaign.moment import Moment
    from tests.lab.campaign.strikes import Strike

# From outside, at the moment of the step.
FROM_OUTSIDE: dict[str, Strike] = {
    "controller killed": strikes.kill_controller,
    "WinRM dropped": strikes.lose_network,
    "SQL connection dropped": strikes.cut_sql_connections,
    "SQL Server restarted": strikes.restart_sql_server,
    "computer restarted": strikes.restart_computer,
}
BY_ITSELF = ("step fails", "step hangs")
KINDS = (*FROM_OUTSIDE, *BY_ITSELF)


@dataclass(frozen=True)
class Step:
    """One step of a playbook: a boundary, or the inside of a long one.

    `at` is the moment of the strikes from outside, `computer` the one that they hit. `fails` and `hangs` are how it
    does so, armed at `armed`; None: before the run. `without` gives the reason for each strike that there is not.
    """

    name: str
    at: Moment
    computer: str = "BTS2"
    fails: Fault | None = None
    hangs: Fault | None = None
    armed: Moment | None = None
    without: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One run with one strike; `fault` is what has been armed, `strike` what came from outside."""

    scenario: str
    step: str
    kind: str
    moment: Moment | None
    computer: str
    strike: Strike | None = None
    fault: Fault | None = None

    @property
    def name(self) -> str:
        return f"{self.scenario} / {self.step} / {self.kind}"


def cases(scenario: str, steps: t.Iterable[Step]) -> list[Case]:
    return [case for step in steps for kind in KINDS if (case := _case(scenario, step, kind))]


def _case(scenario: str, step: Step, kind: str) -> Case | None:
    if kind in step.without:
        return None
    if kind in FROM_OUTSIDE:
        return Case(scenario, step.name, kind, step.at, step.computer, strike=FROM_OUTSIDE[kind])
    fault = step.fails if kind == "step fails" else step.hangs
    return Case(scenario, step.name, kind, step.armed, step.computer, fault=fault)
