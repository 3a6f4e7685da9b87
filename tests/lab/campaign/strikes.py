# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may happen to a run at any moment, without its doing."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tests.lab.campaign.controller import Controller
    from tests.lab.lab import Lab

# Longer than the run takes to its next task there, shorter than it waits for an installer that it cannot ask.
DARK_SECONDS = 10.0
SOMEBODY = "somebody"


@dataclass(frozen=True)
class Scene:
    """Where the strike happens; `computer` is the one that it hits, where it hits one."""

    lab: Lab
    controller: Controller
    computer: str


Strike = t.Callable[[Scene], None]


def kill_controller(scene: Scene) -> None:
    """The controller is gone with every process of the run."""
    scene.controller.kill()


def _beside(strike: Strike) -> Strike:
    """A strike that does not keep the lab waiting, which may hold at this moment what the strike needs."""

    def start(scene: Scene) -> None:
        threading.Thread(target=strike, args=(scene,), daemon=True).start()

    return start


def lose_network(scene: Scene) -> None:
    """The computer does not answer on WinRM for a while; what runs there goes on."""
    endpoint = scene.lab.winrm[scene.computer]
    endpoint.cut_off()
    scene.lab.world.scheduler.after(DARK_SECONDS, endpoint.come_back)


@_beside
def cut_sql_connections(scene: Scene) -> None:
    """Every connection to SQL Server breaks, without a word; new ones are welcome."""
    for instance in scene.lab.instances.values():
        instance.front.cut_connections()


@_beside
def restart_sql_server(scene: Scene) -> None:
    """SQL Server goes down with its jobs, and is back after a while; the first login comes too early."""
    for instance in scene.lab.instances.values():
        instance.front.fail_over(seconds=1.0, refusals=1)


@_beside
def restart_computer(scene: Scene) -> None:
    """Somebody restarts the computer: what starts with Windows is up again afterwards."""
    scene.lab.world.computers[scene.computer].restart(SOMEBODY)
