# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record tells what is run next."""

from __future__ import annotations

import json
import socket
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record import next_action
from tests.lab.campaign.operator import next_command, wait_until_quiet

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab


def remember(lab: Lab, step: str) -> None:
    folder = lab.folder / "records" / "group"
    folder.mkdir(parents=True)
    record = {"id": "20260101T000000Z-KB1", "step": step}
    (folder / "run.json").write_text(json.dumps({**record, "next": next_action(record)}), encoding="utf-8")


@pytest.mark.parametrize(
    ("step", "command"),
    [
        ("prepared", "patch"),
        ("backed_up", "patch"),
        ("installing", "patch"),
        ("aborted", "patch"),
        ("done", None),
        ("uninstalling", "rollback"),
        ("uninstalled", "rollback"),
        ("restoring", "rollback"),
        ("restored", "rollback"),
    ],
)
def test_the_record_names_the_next_command(lab: Lab, step: str, command: str | None) -> None:
    remember(lab, step)

    assert next_command("patch", lab) == command


@pytest.mark.parametrize("playbook", ["patch", "rollback"])
def test_without_a_record_the_same_command_is_given_again(lab: Lab, playbook: str) -> None:
    assert next_command(playbook, lab) == playbook


def test_what_is_on_its_way_is_waited_for(lab: Lab) -> None:
    computer = lab.world.computers["BTS1"]
    service = computer.services.get("BTSSvc$ProcessingHost")
    assert service is not None
    service.stop("somebody")
    lab.world.computers["BTS2"].restart("somebody")

    assert list(wait_until_quiet(lab)) == []

    assert service.state == "stopped"
    assert lab.world.computers["BTS2"].power.up


def test_a_network_that_is_gone_comes_back(lab: Lab) -> None:
    server = lab.winrm["BTS1"]
    server.cut_off()

    assert list(wait_until_quiet(lab)) == []

    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass
