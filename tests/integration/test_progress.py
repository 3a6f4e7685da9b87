# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator sees while a run waits for Windows computers: what it waits for, and for how long."""

from __future__ import annotations

import re
import typing as t

import pytest

from tests.integration.conftest import SCALE
from tests.integration.runs import CLOSE_APPLICATIONS, run
from tests.lab.paths import SINGLE_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

# In seconds of ours, which the lab's times are not.
STOP, INSTALL = 50, 70
LONGEST_SILENCE = 30


def told_after(stdout: str, text: str) -> list[int]:
    """The seconds into the wait at which a line with this pattern was shown."""
    return [int(minutes) * 60 + int(seconds) for minutes, seconds in re.findall(rf"(\d\d):(\d\d) bts1: {text}", stdout)]


@pytest.mark.long
def test_long_waits_tell_what_they_are_for_and_how_long_they_have_been(open_lab: Callable[..., Lab]) -> None:
    slow = {"BTSSvc$ProcessingHost": {"stop_seconds": STOP / SCALE}}
    delays = {"scale": SCALE, "install": INSTALL / SCALE}
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "behaviours": slow}], delays=delays) as lab:
        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", "biztalk_stop_timeout=120")

    assert result.returncode == 0, result.stdout
    for pattern, seconds in (
        (r"BTSSvc\$ProcessingHost is stop_pending, process \d+$", STOP),
        (r"the installer of BTS2020-KB5009901-x64-ENU\.exe is running$", INSTALL),
    ):
        told = told_after(result.stdout, f"(?m:{pattern})")
        assert told, result.stdout
        gaps = [after - before for before, after in zip([0, *told], [*told, seconds], strict=True)]
        assert max(gaps) <= LONGEST_SILENCE
        # No flood either.
        assert len(told) <= seconds / 15
    # What Ansible says at each look of its own.
    assert "RETRYING" not in result.stdout
