# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import sys
import time
import typing as t
from pathlib import Path

import pytest

from tests.setup.gate_runner import Runner, report
from tests.setup.gates import Gate

if t.TYPE_CHECKING:
    import io


def gate(name: str, code: str, *, timeout: float = 30.0, closing_line: bool = False) -> Gate:
    return Gate(name, (sys.executable, "-c", code), timeout=timeout, closing_line=closing_line)


def test_every_gate_runs_and_each_failure_is_shown_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gates = [
        gate("broken", "print('what is wrong'); raise SystemExit(3)"),
        gate("fine", "print('nobody wants to read this')"),
        gate("tests", "print('test_x PASSED'); print('\\033[32m=== 7 passed in 0.1s ===\\033[0m')", closing_line=True),
    ]

    code = report(Runner(tmp_path).run_all(gates, workers=2), 1.0)

    said = capsys.readouterr().out
    assert code == 1
    assert "what is wrong" in said
    assert "nobody wants" not in said
    assert "\n=== 7 passed in 0.1s ===\n" in said
    assert "2 of 3 gates hold" in said
    assert said.endswith("FAILED broken\n")


def test_when_all_hold_the_code_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(Runner(tmp_path).run_all([gate("fine", "")], workers=2), 1.0) == 0
    assert "1 of 1 gates hold" in capsys.readouterr().out


def with_a_child(pid: Path) -> str:
    """A program that waits for a child, whose process id it writes down."""
    child = "import time; time.sleep(60)"
    return (
        "import pathlib, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(child.pid))\n"
        "child.wait()"
    )


def test_a_gate_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    outcome = Runner(tmp_path).run(gate("hanging", with_a_child(tmp_path / "pid"), timeout=2.0))

    assert not outcome.passed
    assert "did not finish in time" in outcome.log.read_text()
    assert is_gone(tmp_path / "pid")


def test_breaking_off_ends_what_runs_and_starts_nothing_more(tmp_path: Path) -> None:
    class BrokenOffError(Exception):
        pass

    class Console:
        def write(self, text: str) -> int:
            raise BrokenOffError

        def flush(self) -> None:
            pass

    waiting = gate("waiting", with_a_child(tmp_path / "pid"))
    first = gate(
        "first",
        f"import os\npid = {str(tmp_path / 'pid')!r}\nwhile not (os.path.exists(pid) and os.path.getsize(pid)): pass",
    )
    late = [gate(f"late{number}", f"open({str(tmp_path / 'late')!r}, 'w')") for number in range(50)]

    with contextlib.redirect_stdout(t.cast("io.StringIO", Console())), pytest.raises(BrokenOffError):
        Runner(tmp_path).run_all([first, waiting, *late], workers=2)

    assert is_gone(tmp_path / "pid")
    assert len(list(tmp_path.glob("late*.log"))) < len(late)


def is_gone(pid: Path) -> bool:
    """Wait until the process has ended; one that nobody waited for yet counts as ended."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid.read_text()}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
    return False
