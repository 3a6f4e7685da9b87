# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that are struck."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.lab.campaign import faults

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lab.campaign.faults import Fault


@dataclass(frozen=True)
class Scenario:
    """A playbook with its settings, after the playbooks of `before`; `level` is the update that the group ends up on.

    `fault` is there whatever the strike is.
    """

    playbook: str
    level: str
    before: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


SCENARIOS = {
    "patch": Scenario("patch", "new"),
    "rollback": Scenario("rollback", "old", before=("patch",)),
    # The second of three computers does not get the update.
    "rollback by itself": Scenario(
        "patch", "old", settings={"biztalk_on_failure": "rollback"}, fault=faults.installer_fails("BTS2", 1603)
    ),
}
