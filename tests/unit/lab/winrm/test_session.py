# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        (r"%ProgramData%\x", r"C:\ProgramData\x"),
        ("%programdata%", r"C:\ProgramData"),
        ("%USERPROFILE%", r"C:\Users\patchadmin"),
        ("%nothing% 100% sure %", "%nothing% 100% sure %"),
        ("%OWN%", "value"),
    ],
)
def test_expand(session: Session, text: str, expanded: str) -> None:
    assert dataclasses.replace(session, variables={"Own": "value"}).expand(text) == expanded


def test_names(session: Session) -> None:
    assert (session.user, session.domain) == ("patchadmin", "LAB")
