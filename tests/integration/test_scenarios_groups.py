# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""patch.yml against groups unlike the default one: everything in them is found, stopped and started again."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.inventory import DEFAULT_UPDATE
from tests.lab.paths import TOPOLOGIES

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

OPERATORS_OWN = {"biztalk_stop_services": ["ContosoAdapter"], "biztalk_stop_processes": ["FabrikamReceiver.exe"]}


def installed(lab: Lab) -> dict[str, str]:
    """The architecture of the download that each computer got, in the order of the installs."""
    return {item.computer: item.architecture for item in History(lab.run_events()).installs if item.succeeded}


@pytest.mark.long
def test_both_architectures_computers_without_iis_and_custom_adapters(open_lab: Callable[..., Lab]) -> None:
    # Some services take their time.
    slow = [{"name": "BTS2", "behaviours": {"ContosoAdapter": {"stop_seconds": 60.0, "start_seconds": 60.0}}}]
    with open_lab(TOPOLOGIES / "mixed.yml", computers=slow) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", json.dumps(OPERATORS_OWN))

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert installed(lab) == {"BTS1": "x64", "BTS2": "x86", "BTS3": "x64", "ADM1": "x64"}
        assert states(lab) == before
        # A program that is no service is the operator's to start again.
        assert "FabrikamReceiver.exe" not in [item.image for item in lab.world.computers["BTS3"].processes.all()]


@pytest.mark.long
def test_a_computer_that_has_the_update_already_is_stopped_but_not_updated(open_lab: Callable[..., Lab]) -> None:
    with open_lab(computers=[{"name": "BTS2", "updates": [f"KB{DEFAULT_UPDATE}"]}]) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert list(installed(lab)) == ["BTS1", "BTS3"]
        assert states(lab) == before


@pytest.mark.long
def test_eight_computers_one_of_them_for_administration_only(open_lab: Callable[..., Lab]) -> None:
    with open_lab(TOPOLOGIES / "eight.yml") as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS, "--forks", "8")

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert list(installed(lab)) == [*(f"BTS{number}" for number in range(1, 8)), "ADM1"]
        assert states(lab) == before
