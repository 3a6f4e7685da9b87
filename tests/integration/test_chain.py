# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several updates in one outage: one stop, one backup, installs in order on each computer, one start."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.packages.catalogue import chain_packages
from tests.lab.paths import SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab
    from tests.lab.packages.library import Library

NUMBERS = [spec.kb for spec in chain_packages()]


def chain(library: Library) -> tuple[str, str]:
    downloads = [str(library.downloads(kb)) for kb in reversed(NUMBERS)]
    return "-e", f"{{biztalk_packages: {downloads}}}"


@pytest.mark.long
def test_three_updates_in_one_outage(open_lab: Callable[..., Lab], chain_library: Library) -> None:
    with open_lab(SMALL_TOPOLOGY, packages=chain_library) as lab:
        before = states(lab)
        mixed = run("plan", lab, *chain(chain_library))
        assert "The packages are different updates" in mixed.stdout

        result = run("patch", lab, *CLOSE_APPLICATIONS, *chain(chain_library), "-e", "biztalk_chain=true")

        assert result.returncode == 0, result.stdout
        installs = [(item.computer, item.kb) for item in History(lab.events.events).installs]
        assert installs == [(computer, kb) for computer in ("BTS1", "BTS2") for kb in NUMBERS]
        sets = [event for _, event in History(lab.events.events).of_kind("backup.set") if event["type"] == "db"]
        assert len(sets) == 1
        assert states(lab) == before
        assert broken(lab.events.events) == {}

        events = len(lab.events.events)
        again = run("patch", lab, *CLOSE_APPLICATIONS, *chain(chain_library), "-e", "biztalk_chain=true")
        assert again.returncode == 0, again.stdout
        assert "Nothing was to be done" in again.stdout
        assert changes(lab.events.events[events:]) == []
