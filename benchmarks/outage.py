# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long patch.yml keeps a group down, and how long it would have to at least: `python -m benchmarks.outage`.

The lab takes the times of real computers, a remote task of 1.5 s among them, all multiplied by `--scale`; so are the
intervals at which the roles look. What ansible-playbook itself costs on this computer does not scale and counts in
full: the smaller the scale, the more of it is in the ratio. All figures are shown as seconds of a real run.

The lower bound is the longest stop, the backup, the sum of the installs and the longest start: no remote task, no look
at anything, nothing that SQL Server Agent needs for itself. The outage ends when the last service has started.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.lab import Lab
from tests.lab.packages.catalogue import default_packages
from tests.lab.packages.library import Library
from tests.lab.paths import SINGLE_TOPOLOGY
from tests.lab.playbook import run_playbook
from tests.lab.summary import phases
from tests.lab.topology import Delays, Topology

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.events import Event

SIZES = (1, 3, 8, 16)
# Of the outage to its lower bound, for a group of so many computers.
LIMIT, JUDGED_SIZE = 1.25, 3
REAL = Delays(
    remote_task=1.5,
    service_start=15.0,
    service_stop=20.0,
    session_linger=5.0,
    backup_database=30.0,
    install=180.0,
)
# IIS is quicker than a host instance; W3SVC depends on WAS.
_IIS = {"WAS": (2.0, 2.0), "W3SVC": (5.0, 5.0), "IISADMIN": (2.0, 2.0)}
_DEFAULTS = Path(__file__).parents[1] / "roles" / "biztalk" / "defaults" / "main.yml"
_SCALED = (
    "biztalk_poll_interval",
    "biztalk_idle_interval",
    "biztalk_backup_poll_interval",
    "biztalk_install_poll_interval",
    "biztalk_settle_time",
)


@dataclass(frozen=True)
class Outage:
    """`phases` are seconds by the name of the phase; `tasks` is the highest number of remote tasks on one computer."""

    computers: int
    phases: dict[str, float]
    bound: float
    tasks: int

    @property
    def seconds(self) -> float:
        return sum(self.phases.values())

    @property
    def ratio(self) -> float:
        return self.seconds / self.bound


def group_of(size: int, scale: float) -> Topology:
    instances = {"ProcessingHost": "running", "ReceiveHost": "running", "WebHost": "running"}
    behaviours = {name: {"start_seconds": start, "stop_seconds": stop} for name, (start, stop) in _IIS.items()}
    names = [f"BTS{number}" for number in range(1, size + 1)]
    computers = [{"name": name, "host_instances": instances, "behaviours": behaviours} for name in names]
    delays = {**vars(REAL), "scale": scale}
    return Topology.load(SINGLE_TOPOLOGY, overrides={"computers": computers, "delays": delays})


def lower_bound(topology: Topology) -> float:
    databases = sum(len(server.databases) for server in topology.sql_servers)
    installs = len(topology.computers) * REAL.install
    return REAL.service_stop + databases * REAL.backup_database + installs + REAL.service_start


def intervals(scale: float) -> list[str]:
    """Arguments that scale what the roles wait between two looks; they take whole seconds."""
    defaults = yaml.safe_load(_DEFAULTS.read_text(encoding="utf-8"))
    return [text for name in _SCALED for text in ("-e", f"{name}={max(1, round(defaults[name] * scale))}")]


def outage_of(events: Sequence[Event], topology: Topology) -> Outage:
    history, scale = History(events), topology.delays.scale
    run = [phase for phase in phases(history) if phase.name != "plan and stage"]
    seconds = {phase.name: (events[phase.ended].at - events[phase.began].at) / scale for phase in run}
    during = events[run[0].began : run[-1].ended]
    tasks = [event["computer"] for event in during if event.kind == "remote.task"]
    return Outage(len(topology.computers), seconds, lower_bound(topology), max(map(tasks.count, tasks)))


def measure(size: int, scale: float, folder: Path, library: Library) -> Outage:
    topology = group_of(size, scale)
    with Lab(topology, folder / f"{size}", library) as lab:
        arguments = ["--forks", str(size), *intervals(scale)]
        done = run_playbook("biztalk.patching.patch", lab.inventory_path, *arguments)
        events = lab.events.events
    if done.returncode or broken(events):
        raise RuntimeError(f"the run with {size} computers failed: {broken(events)}\n{done.stdout[-4000:]}")
    return outage_of(events, topology)


def table(outages: Sequence[Outage]) -> list[str]:
    names = list(outages[0].phases)
    heads = ["computers", "outage", "bound", "ratio", "remote tasks", *names]
    rows = [
        [
            f"{outage.computers}",
            f"{outage.seconds:.0f} s",
            f"{outage.bound:.0f} s",
            f"{outage.ratio:.2f}",
            f"{outage.tasks}",
            *(f"{outage.phases[name]:.0f} s" for name in names),
        ]
        for outage in outages
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in [heads, *rows]]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--computers", type=int, nargs="+", default=SIZES, help="sizes of the groups")
    parser.add_argument("--scale", type=float, default=0.5, help="of all times (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="biztalk-benchmark-") as name:
        library = Library.build(Path(name) / "packages", default_packages())
        outages = [measure(size, options.scale, Path(name), library) for size in options.computers]
    print("\n".join(table(outages)))
    too_long = [outage for outage in outages if outage.computers == JUDGED_SIZE and outage.ratio > LIMIT]
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
