# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some cases of the failure campaign (`make campaign` runs all of them), on a group of one computer."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.conftest import SCALE
from tests.lab.campaign.catalogue import case_named
from tests.lab.campaign.runner import run_round
from tests.lab.paths import SINGLE_TOPOLOGY
from tests.lab.topology import Topology

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.packages.library import Library


@pytest.mark.parametrize(
    "name",
    [
        "patch / first install, in its scripts / controller killed",
        pytest.param("patch / back up, in the middle / SQL Server restarted", marks=pytest.mark.long),
    ],
)
def test_the_next_command_mends_a_run_that_was_struck(tmp_path: Path, library: Library, name: str) -> None:
    topology = Topology.load(SINGLE_TOPOLOGY, overrides={"delays": {"scale": SCALE}})

    [result] = run_round([case_named(name)], topology, tmp_path, library)

    assert result.exits[0] != 0
    assert (result.commands, result.exits[1:]) == (("patch", "patch"), (0,))
    assert (result.ending.level, result.ending.problems) == ("new", ())
