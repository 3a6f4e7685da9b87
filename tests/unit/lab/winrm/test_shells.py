# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading

import pytest

from tests.lab.winrm.envelope import WsManFaultError
from tests.lab.winrm.shells import Command, Outcome


def test_a_command_waits_for_the_end_of_its_input() -> None:
    command = Command(lambda stdin: Outcome(0, stdin))
    command.send(b"one ", end=False)
    with pytest.raises(WsManFaultError) as caught:
        command.receive(timeout=0.01, limit=100)
    assert caught.value.code == 2150858793
    command.send(b"two", end=True)
    assert command.receive(timeout=5, limit=100) == (Outcome(0, b"one two"), True)


def test_a_long_command_answers_when_asked_again() -> None:
    gate = threading.Event()

    def wait(_stdin: bytes) -> Outcome:
        gate.wait(5)
        return Outcome(3, b"done")

    command = Command(wait)
    command.start()
    with pytest.raises(WsManFaultError):
        command.receive(timeout=0.01, limit=100)
    gate.set()
    assert command.receive(timeout=5, limit=100) == (Outcome(3, b"done"), True)


def test_output_larger_than_an_envelope_comes_in_pieces() -> None:
    command = Command(lambda _stdin: Outcome(7, b"abcdef", b"xyz"))
    command.start()
    assert command.receive(timeout=5, limit=4) == (Outcome(7, b"abcd", b"xyz"), False)
    assert command.receive(timeout=5, limit=4) == (Outcome(7, b"ef", b""), True)


def test_a_command_runs_once() -> None:
    runs: list[bytes] = []

    def note(stdin: bytes) -> Outcome:
        runs.append(stdin)
        return Outcome()

    command = Command(note)
    command.send(b"", end=True)
    command.send(b"", end=True)
    command.receive(timeout=5, limit=10)
    assert runs == [b""]


def test_an_error_of_the_lab_ends_the_command() -> None:
    def fail(_stdin: bytes) -> Outcome:
        raise RuntimeError("broken")

    command = Command(fail)
    command.start()
    outcome, done = command.receive(timeout=5, limit=1000)
    assert (outcome.code, done) == (1, True)
    assert b"RuntimeError: broken" in outcome.stderr
