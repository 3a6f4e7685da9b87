# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.module_utils._activity import Pattern
from ansible_collections.biztalk.patching.plugins.module_utils._idle import IdleOptions
from ansible_collections.biztalk.patching.plugins.modules.wait_for_idle import OWN_OPTIONS, idle_options
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import documented, without_prose


def test_the_options_are_documented_as_they_are() -> None:
    assert without_prose(documented("wait_for_idle")) == without_prose(OWN_OPTIONS)


def test_the_options_arrive() -> None:
    params = {name: option["default"] for name, option in OWN_OPTIONS.items()}
    entry = {"program": "Backup*", "login": "*", "host": "B1", "database": "*"}
    options = idle_options(params | {"allowed": [entry], "databases": ["Orders"]})
    assert options == IdleOptions(
        timeout=600,
        interval=5,
        quiet_samples=2,
        sso_programs=("ENTSSO*", "*Single Sign-On*", "Enterprise SSO*"),
        sso_hosts=(),
        allowed=(Pattern(program="Backup*", host="B1"),),
        databases=("Orders",),
    )
