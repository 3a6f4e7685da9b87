# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs for the end-to-end tests: the default group with short delays, and whatever a test changes about it."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.lab import Lab
from tests.lab.packages.catalogue import chain_packages, default_packages
from tests.lab.packages.library import Library
from tests.lab.paths import DEFAULT_TOPOLOGY, SINGLE_TOPOLOGY, SMALL_TOPOLOGY
from tests.lab.topology import Topology

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCALE = 0.05


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library.build(tmp_path_factory.mktemp("packages"), default_packages())


@pytest.fixture(scope="session")
def chain_library(library: Library) -> Library:
    """The default packages with the later ones of a chain of three updates."""
    return library.extended(chain_packages())


@pytest.fixture
def open_lab(tmp_path: Path, library: Library) -> Callable[..., Lab]:
    """A function that makes a lab of a topology with changes laid over it."""

    def make(topology: Path = DEFAULT_TOPOLOGY, packages: Library = library, **overrides: t.Any) -> Lab:
        changes = {"delays": {"scale": SCALE}, **overrides}
        return Lab(Topology.load(topology, overrides=changes), tmp_path / "lab", packages)

    return make


@pytest.fixture
def single_lab(open_lab: Callable[..., Lab]) -> Iterator[Lab]:
    with open_lab(SINGLE_TOPOLOGY) as opened:
        yield opened


@pytest.fixture
def small_lab(open_lab: Callable[..., Lab]) -> Iterator[Lab]:
    with open_lab(SMALL_TOPOLOGY) as opened:
        yield opened


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Iterator[Lab]:
    with open_lab() as opened:
        yield opened
