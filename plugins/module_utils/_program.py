# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs another program within limits, beyond which it is killed together with its children."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import resource
import signal
import subprocess
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def run_program(arguments: Sequence[str], confinement: Confinement) -> bytes:
    """Return what the program writes to either stream; no shell reads the arguments, and nothing can be typed in."""
    return asyncio.run(_run(arguments, confinement))


async def _run(arguments: Sequence[str], confinement: Confinement) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=functools.partial(_confine, confinement),
    )
    try:
        output = await asyncio.wait_for(_watch(process, confinement), confinement.seconds)
    except asyncio.TimeoutError:
        raise ProgramTimeoutError(f"{arguments[0]} took longer than {confinement.seconds:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # Not wait(): it would wait forever for a pipe that nobody empties.
            await process.communicate()
    confinement.check()
    if process.returncode and process.returncode < 0:
        raise ProgramError(f"{arguments[0]} was ended by {signal.Signals(-process.returncode).name}")
    return output


def _confine(confinement: Confinement) -> None:
    """Set the limits that the system itself keeps, in the new process before the program begins.

    Not every system knows both.
    """
    for kind, most in ((resource.RLIMIT_AS, confinement.memory), (resource.RLIMIT_FSIZE, confinement.file_size)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


async def _watch(process: asyncio.subprocess.Process, confinement: Confinement) -> bytes:
    reading = asyncio.ensure_future(_read(process, confinement.output))
    try:
        while not (await asyncio.wait({reading}, timeout=_PULSE))[0]:
            confinement.check()
        output = reading.result()
    finally:
        reading.cancel()
        await asyncio.wait({reading})
    await process.wait()
    return output


async def _read(process: asyncio.subprocess.Process, most: int) -> bytes:
    output = bytearray()
    while process.stdout and (piece := await process.stdout.read(_PIECE)):
        output += piece
        if len(output) > most:
            raise ProgramError(f"it prints more than {most} bytes")
    return bytes(output)
