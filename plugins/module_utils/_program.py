# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs another program with a time limit, after which it is killed together with its children."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import typing as t


class ProgramTimeoutError(Exception):
    """The program was killed because it took too long."""


def run_program(arguments: t.Sequence[str], *, seconds: float) -> bytes:
    """Return what the program writes to either stream; no shell reads the arguments, and nothing can be typed in."""
    return asyncio.run(_run(arguments, seconds))


async def _run(arguments: t.Sequence[str], seconds: float) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _none = await asyncio.wait_for(process.communicate(), seconds)
    except asyncio.TimeoutError:
        raise ProgramTimeoutError(f"{arguments[0]} took longer than {seconds:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return output
