# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
import time
import typing as t
from pathlib import Path

from tests.setup.gate_runner import report, run_gate, run_gates
from tests.setup.gates import Gate

if t.TYPE_CHECKING:
    import pytest


def gate(name: str, code: str, *, timeout: float = 30.0, closing_line: bool = False) -> Gate:
    return Gate(name, (sys.executable, "-c", code), timeout=timeout, closing_line=closing_line)


def test_every_gate_runs_and_each_failure_is_shown_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gates = [
        gate("broken", "print('what is wrong'); raise SystemExit(3)"),
        gate("fine", "print('nobody wants to read this')"),
        gate("tests", "print('test_x PASSED'); print('\\033[32m=== 7 passed in 0.1s ===\\033[0m')", closing_line=True),
    ]

    code = report(run_gates(gates, workers=2, logs=tmp_path), 1.0)

    said = capsys.readouterr().out
    assert code == 1
    assert "what is wrong" in said
    assert "nobody wants" not in said
    assert "\n=== 7 passed in 0.1s ===\n" in said
    assert "2 of 3 gates hold" in said
    assert said.endswith("FAILED broken\n")


def test_when_all_hold_the_code_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(run_gates([gate("fine", "")], workers=2, logs=tmp_path), 1.0) == 0
    assert "1 of 1 gates hold" in capsys.readouterr().out


def test_a_gate_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import time; time.sleep(60)"
    pid = tmp_path / "pid"
    hanging = gate(
        "hanging",
        "import pathlib, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(child.pid))\n"
        "child.wait()",
        timeout=2.0,
    )

    outcome = run_gate(hanging, tmp_path)

    assert not outcome.passed
    assert "did not finish in time" in outcome.log.read_text()
    assert is_gone(int(pid.read_text()))


def is_gone(pid: int) -> bool:
    """Wait until the process has ended; one that nobody waited for yet counts as ended."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
    return False
