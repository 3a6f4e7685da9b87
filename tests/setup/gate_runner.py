# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs gates side by side: `python -m tests.setup.gate_runner all`, or any names of `tests/setup/gates.py`.

One line per gate; the log of a failed one in full at the end, before the summary.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass

from tests.setup.ansible_test import prepare_ansible_test
from tests.setup.gates import select
from tests.setup.paths import ANSIBLE_HOME, CACHE, COLLECTIONS, LOGS, ROOT, library_path, tool_path

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.setup.gates import Gate

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """How a gate ended; its output lies in the log."""

    gate: Gate
    passed: bool
    seconds: float
    log: Path

    @property
    def closing_line(self) -> str:
        """The last line that the gate printed."""
        lines = _COLOUR.sub("", self.log.read_text(errors="replace")).strip().splitlines()
        return lines[-1] if lines else ""


def main(names: Sequence[str]) -> int:
    """Run the named gates and return the exit code."""
    gates = select(list(names) or ["all"])
    if any(gate.name.startswith("ansible-test") for gate in gates):
        prepare_ansible_test()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    outcomes = Runner(LOGS).run_all(gates, workers=2)
    return report(outcomes, time.monotonic() - started)


class Runner:
    """Runs gates, each with its log, and leaves no process behind when it is broken off."""

    def __init__(self, logs: Path) -> None:
        """Logs go into the folder, one for each gate."""
        self._logs = logs
        self._running: set[subprocess.Popen[bytes]] = set()

    def run_all(self, gates: Sequence[Gate], *, workers: int) -> list[Outcome]:
        """Run all gates, however many fail, and tell of each as it ends."""
        self._logs.mkdir(parents=True, exist_ok=True)
        outcomes = []
        pool = ThreadPoolExecutor(workers)
        try:
            for future in as_completed([pool.submit(self.run, gate) for gate in gates]):
                outcome = future.result()
                verdict = "ok" if outcome.passed else "FAILED"
                print(f"{verdict:6} {outcome.gate.name:20} {outcome.seconds:6.1f} s", flush=True)
                outcomes.append(outcome)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in self._running.copy():
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            pool.shutdown()
        return outcomes

    def run(self, gate: Gate) -> Outcome:
        """Run one gate to its end, or to the end of its time."""
        log = self._logs / f"{gate.name}.log"
        started = time.monotonic()
        with log.open("w") as output:
            # A session of its own, so that a gate is ended together with the processes that it started.
            process = subprocess.Popen(
                gate.command,
                cwd=gate.cwd,
                env=environment() | gate.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
            try:
                code = process.wait(gate.timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                code = process.wait()
                output.write(f"\nended after {gate.timeout:g} s: it did not finish in time\n")
            self._running.discard(process)
        return Outcome(gate, passed=code == 0, seconds=time.monotonic() - started, log=log)


def environment() -> dict[str, str]:
    """The environment of a gate: set-up's tools and collections, no colours, nothing of the user's Ansible settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MOLECULE_"))}
    return inherited | {
        "PATH": tool_path(),
        "LD_LIBRARY_PATH": library_path(),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(CACHE)]),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS.parent),
        "ANSIBLE_HOME": str(ANSIBLE_HOME),
        "NO_COLOR": "1",
    }


def report(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Print the logs of the failed gates, the closing lines of the test runs and the verdict; return the exit code."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n----- {outcome.gate.name}: {outcome.log}\n{outcome.log.read_text(errors='replace').rstrip()}")
    print()
    for outcome in outcomes:
        if outcome.gate.closing_line:
            print(f"{outcome.gate.name}:\n{outcome.closing_line}")
    print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} gates hold, {seconds:.0f} s")
    for outcome in failed:
        print(f"FAILED {outcome.gate.name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
