# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

from tests.setup.stamp import Stamp

if t.TYPE_CHECKING:
    from pathlib import Path


def test_a_stamp_is_current_only_for_the_inputs_it_was_written_with(tmp_path: Path) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text("a==1")
    stamp = Stamp(tmp_path / "made" / "stamp", ["x", pins])
    assert not stamp.is_current()

    stamp.write()

    assert Stamp(tmp_path / "made" / "stamp", ["x", pins]).is_current()
    assert not Stamp(tmp_path / "made" / "stamp", ["y", pins]).is_current()
    pins.write_text("a==2")
    assert not Stamp(tmp_path / "made" / "stamp", ["x", pins]).is_current()


def test_inputs_do_not_run_into_one_another(tmp_path: Path) -> None:
    Stamp(tmp_path / "stamp", ["ab", "c"]).write()

    assert not Stamp(tmp_path / "stamp", ["a", "bc"]).is_current()


def test_a_step_that_was_broken_off_is_not_current(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamp", ["x"])
    stamp.write()

    stamp.remove()

    assert not stamp.is_current()
