# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line: `python -m tests.lab up | down | check | demo`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

from tests.lab.demo import demonstrate, draw_timeline
from tests.lab.events import read_events
from tests.lab.invariants import broken
from tests.lab.lab import Lab
from tests.lab.paths import DEFAULT_TOPOLOGY
from tests.lab.summary import summary
from tests.lab.topology import Topology
from tests.setup.paths import CACHE

if t.TYPE_CHECKING:
    from collections.abc import Callable

START_TIMEOUT = 60.0


def main() -> int:
    options = _parser().parse_args()
    command = {"up": up, "down": down, "check": check, "demo": demo}[options.command]
    return command(options)


def up(options: argparse.Namespace) -> int:
    """Open a lab; stay until a signal comes, or with --detach leave it running in the background."""
    if options.detach:
        return _detach(options)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Lab(_topology(options), options.state) as lab:
        _pid_file(options.state).write_text(str(os.getpid()), encoding="utf-8")
        print(f"inventory: {lab.inventory_path}\nevent log: {lab.events.path}", flush=True)
        stop.wait()
    _pid_file(options.state).unlink()
    return 0


def down(options: argparse.Namespace) -> int:
    """Close a lab that runs in the background."""
    pid_file = _pid_file(options.state)
    if not pid_file.exists():
        print(f"no lab is up in {options.state}", file=sys.stderr)
        return 1
    os.kill(int(pid_file.read_text(encoding="utf-8")), signal.SIGTERM)
    _wait_until(lambda: not pid_file.exists())
    return 0


def check(options: argparse.Namespace) -> int:
    """Judge an event log by the rules."""
    events = read_events(options.events)
    print("\n".join(summary(events)))
    return 1 if broken(events) else 0


def demo(options: argparse.Namespace) -> int:
    outcome = demonstrate(_topology(options), options.state)
    if options.picture:
        draw_timeline(options.state, options.picture)
    return outcome


def _detach(options: argparse.Namespace) -> int:
    options.state.mkdir(parents=True, exist_ok=True)
    arguments = ["up", str(options.topology), "--state", str(options.state)]
    if options.scale is not None:
        arguments += ["--scale", str(options.scale)]
    with (options.state / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.lab", *arguments], stdout=log, stderr=log, start_new_session=True
        )
    pid_file = _pid_file(options.state)
    if not _wait_until(lambda: pid_file.exists() or process.poll() is not None) or process.poll() is not None:
        print((options.state / "lab.log").read_text(encoding="utf-8"), file=sys.stderr)
        return 1
    print((options.state / "lab.log").read_text(encoding="utf-8"), end="")
    return 0


def _wait_until(condition: Callable[[], bool]) -> bool:
    """Wait for another process to get somewhere; False where it has not in time."""
    deadline = time.monotonic() + START_TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _pid_file(state: Path) -> Path:
    return state / "lab.pid"


def _topology(options: argparse.Namespace) -> Topology:
    overrides = {"delays": {"scale": options.scale}} if options.scale is not None else {}
    return Topology.load(options.topology, overrides=overrides)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="A BizTalk group in a box.")
    commands = parser.add_subparsers(dest="command", required=True)
    state = argparse.ArgumentParser(add_help=False)
    state.add_argument("--state", type=Path, default=CACHE / "lab", help="folder of the lab's files (%(default)s)")
    world = argparse.ArgumentParser(add_help=False)
    world.add_argument("topology", type=Path, nargs="?", default=DEFAULT_TOPOLOGY, help="topology file")
    world.add_argument("--scale", type=float, help="multiply every delay of the topology by this")
    opening = commands.add_parser("up", parents=[world, state], help="open a lab and say where its inventory is")
    opening.add_argument("--detach", action="store_true", help="leave it running in the background")
    commands.add_parser("down", parents=[state], help="close a lab that runs in the background")
    judging = commands.add_parser("check", help="judge an event log by the rules of KB 2003907")
    judging.add_argument("events", type=Path, help="the event log (JSON lines)")
    showing = commands.add_parser(
        "demo", parents=[world, state], help="plan and patch the group, and show what happened"
    )
    showing.add_argument("--picture", type=Path, help="write the timeline of the report to this SVG file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
