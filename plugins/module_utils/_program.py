# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs another program within limits, beyond which it is killed together with its children."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import resource
import select
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Sequence

_PIECE = 1024 * 1024
_PULSE = 0.2


class ProgramError(Exception):
    """The program did not come to its own end."""


class ProgramTimeoutError(ProgramError):
    """The program was killed because it took too long."""


@dataclass(frozen=True)
class Confinement:
    """What a program may take; `check` is called again and again while it runs and raises what ends it."""

    seconds: float
    memory: int
    output: int
    file_size: int
    check: Callable[[], None] = lambda: None


class RunningProgram:
    """What a program writes, as it comes, and how it ends. Raises ProgramError, or whatever `check` does."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, confinement: Confinement) -> None:
        self._process, self._name, self._confinement = process, name, confinement
        # Unbuffered: it gives what is there.
        self._output = t.cast("io.FileIO", process.stdout)
        self._poll = select.poll()
        self._poll.register(self._output)
        started = time.monotonic()
        self._end, self._next_check = started + confinement.seconds, started + _PULSE

    def read(self, size: int) -> bytes:
        """Less only where the program has closed its output."""
        view, got = memoryview(bytearray(size)), 0
        while got < size and (piece := self._read_into(view[got:])):
            got += piece
        return bytes(view[:got])

    def wait(self) -> int:
        """The exit code. For a program that has closed its output: one that waits for a reader never ends."""
        code: int | None = None
        while code is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(self._pulse())
        self._confinement.check()
        if code < 0:
            raise ProgramError(f"{self._name} was ended by {signal.Signals(-code).name}")
        return code

    def _read_into(self, view: memoryview) -> int:
        while not self._poll.poll(self._pulse() * 1000):
            pass
        return self._output.readinto(view) or 0

    def _pulse(self) -> float:
        """How long may be waited until the next look at the limits, which comes first."""
        now = time.monotonic()
        if now >= self._end:
            raise ProgramTimeoutError(f"{self._name} took longer than {self._confinement.seconds:g} s")
        if now >= self._next_check:
            self._confinement.check()
            self._next_check = now + _PULSE
        return min(_PULSE, self._end - now)


class _Process(subprocess.Popen[bytes]):
    """In a session of its own, so that it can be ended with its children, and within its limits from the beginning."""

    def __init__(self, arguments: Sequence[str], confinement: Confinement, errors: int) -> None:
        super().__init__(
            arguments,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            preexec_fn=functools.partial(_confine, confinement),
        )


@contextlib.contextmanager
def running_program(
    arguments: Sequence[str], confinement: Confinement, *, errors: int = subprocess.DEVNULL
) -> Iterator[RunningProgram]:
    """Whoever leaves ends it; no shell reads the arguments, and nothing can be typed in."""
    with _Process(arguments, confinement, errors) as process:
        try:
            _widen(process)
            yield RunningProgram(process, arguments[0], confinement)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def run_program(arguments: Sequence[str], confinement: Confinement) -> bytes:
    """Return what the program writes to either stream."""
    with running_program(arguments, confinement, errors=subprocess.STDOUT) as program:
        output = bytearray()
        while piece := program.read(_PIECE):
            output += piece
            if len(output) > confinement.output:
                raise ProgramError(f"it prints more than {confinement.output} bytes")
        program.wait()
    return bytes(output)


def _confine(confinement: Confinement) -> None:
    """Set the limits that the system itself keeps, in the new process before the program begins.

    Not every system knows both.
    """
    for kind, most in ((resource.RLIMIT_AS, confinement.memory), (resource.RLIMIT_FSIZE, confinement.file_size)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _widen(process: subprocess.Popen[bytes]) -> None:
    """The fewer times reader and writer wait for one another the better; not every system allows it."""
    if process.stdout and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIECE)
