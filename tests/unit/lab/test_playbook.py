# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from tests.lab.playbook import environment_of

if t.TYPE_CHECKING:
    from pathlib import Path

    import pytest

OF_THE_MACHINE = ("ANSIBLE_FORKS", "https_proxy", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def test_a_run_on_the_lab_is_the_same_on_each_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OF_THE_MACHINE:
        monkeypatch.setenv(name, "of this machine")
    monkeypatch.setenv("TMPDIR", "/somewhere")
    monkeypatch.delenv("TZ", raising=False)
    environment = environment_of(tmp_path / "inventory.yml")
    assert not environment.keys() & {*OF_THE_MACHINE, "TZ"}
    assert environment["TMPDIR"] == "/somewhere"
    assert environment["ANSIBLE_CONFIG"] == str(tmp_path / "ansible.cfg")
