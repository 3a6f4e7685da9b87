# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small lab in which no playbook runs: the tests do to it what a run and a strike would do."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.lab import Lab
from tests.lab.packages.library import Library
from tests.lab.packages.publisher import Publisher
from tests.lab.paths import SMALL_TOPOLOGY
from tests.lab.topology import Topology
from tests.unit.lab.campaign.packages import PACKAGE

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    return Publisher.create(tmp_path_factory.mktemp("publisher"))


@pytest.fixture
def lab(tmp_path: Path, publisher: Publisher) -> Iterator[Lab]:
    library = Library(tmp_path, publisher, (PACKAGE,))
    topology = Topology.load(SMALL_TOPOLOGY, overrides={"delays": {"scale": 0.01}})
    with Lab(topology, tmp_path / "lab", library) as opened:
        yield opened
