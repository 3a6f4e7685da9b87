# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that keeps every rule, spoiled in one way at a time: just the rules that this breaks must say so, and where."""

from __future__ import annotations

import pytest

from tests.lab.invariants import broken
from tests.unit.lab.invariants.runs import ACCOUNT, KB, SCRIPT, Broken, Spoil, case, good_run, install, package


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "a computer gets the download of another architecture",
            lambda log: log.change({"architecture": "x86", "sha256": f"{KB}-x86"}, "install.started", computer="BTS2"),
            R2=("BTS2 is x64, but got the x86 download",),
        ),
        case(
            "an account that is no administrator installs",
            lambda log: log.change({"administrator": False}, "install.started", computer="BTS3"),
            R3=(rf"{ACCOUNT} is no administrator of BTS3",),
        ),
        case(
            "a script runs that Setup.xml does not name",
            lambda log: log.change({"script": "surprise.sql"}, "install.script", computer="BTS2"),
            R9=(f"KB{KB} ran ['surprise.sql'] on BTS2, which Setup.xml does not name",),
        ),
        case(
            "a computer is forgotten",
            lambda log: [log.drop(f"install.{kind}", computer="BTS3") for kind in ("started", "script", "finished")],
            R10=(f"BTS3 did not get KB{KB}",),
        ),
        case(
            "two installs overlap",
            lambda log: log.put_after(
                log.drop("install.finished", computer="BTS1"), "install.started", computer="BTS2"
            ),
            R16=("the install on BTS2 began before the one on BTS1 had ended",),
        ),
        case(
            "all installs overlap",
            lambda log: log.put_after(
                log.drop("install.finished", computer="BTS1") + log.drop("install.finished", computer="BTS2"),
                "install.started",
                computer="BTS3",
            ),
            R16=(
                "the install on BTS2 began before the one on BTS1 had ended",
                "the install on BTS3 began before the one on BTS1 had ended",
                "the install on BTS3 began before the one on BTS2 had ended",
            ),
        ),
    ],
)
def test_what_is_installed_with_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run(SCRIPT)
    spoil(log)
    assert broken(log) == expected


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "a script runs nevertheless",
            lambda log: log.put_after(install("BTS1", "x64", SCRIPT)[1:2], "install.started", computer="BTS1"),
            R9=(f"KB{KB} ran ['msgboxlogic.sql'] on BTS1, which Setup.xml does not name",),
        ),
    ],
)
def test_what_is_installed_without_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run()
    spoil(log)
    assert broken(log) == expected


@pytest.mark.parametrize(
    ("architectures", "updated", "expected"),
    [
        pytest.param({"BTS1": "x64", "BTS2": "x86"}, (), {}, id="both kinds of computers get it"),
        pytest.param({"BTS1": "x64", "BTS2": "x86"}, ("BTS2",), {}, id="the 32-bit computer had it before"),
        pytest.param({"BTS1": "x64", "BTS2": "x64"}, (), {}, id="there is one kind of computers"),
        pytest.param(
            {"BTS1": "x64", "BTS2": "x86"},
            None,
            {
                "R1": (f"KB{KB} has only an x86 download, and no x86 computer got it",),
                "R10": (f"BTS2 did not get KB{KB}",),
            },
            id="the 32-bit computer is forgotten",
        ),
    ],
)
def test_an_update_with_only_an_x86_download(
    architectures: dict[str, str], updated: tuple[str, ...] | None, expected: Broken
) -> None:
    log = good_run(architectures=architectures, packages=("x86",), updated=("BTS2",) if updated is None else updated)
    if updated is None:
        log[0]["computers"][1]["updates"].clear()
    assert broken(log) == expected


def test_a_computer_that_has_the_update_needs_no_install() -> None:
    assert broken(good_run(SCRIPT, updated=("BTS1",))) == {}


def test_a_computer_outside_the_group_needs_no_install() -> None:
    log = good_run(SCRIPT)
    for kind in ("started", "script", "finished"):
        log.drop(f"install.{kind}", computer="BTS3")
    log[0]["computers"][2]["in_group"] = False
    assert broken(log) == {}


def test_each_of_several_updates_is_judged() -> None:
    log = good_run(SCRIPT)
    log[0]["packages"].append(package("x64", kb="7000000"))
    log.put_after(install("BTS2", "x64", kb="7000000"), "install.finished", computer="BTS2")
    assert broken(log) == {"R10": ("BTS1 did not get KB7000000", "BTS3 did not get KB7000000")}


def test_an_install_that_never_ends_overlaps_with_the_next() -> None:
    log = good_run(SCRIPT)
    log.drop("install.finished", computer="BTS1")
    assert broken(log) == {
        "R16": tuple(f"the install on {name} began before the one on BTS1 had ended" for name in ("BTS2", "BTS3"))
    }
