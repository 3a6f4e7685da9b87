# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What set-up says, and how it runs other programs: one line per step, the whole output only when one fails."""

from __future__ import annotations

import subprocess
import time
import typing as t
from contextlib import contextmanager

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step that takes time, and close the line with its seconds."""
    print(f"setup: {title} ... ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    hint: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Run a program without input and return its standard output; a failure carries what it printed and the hint."""
    words = [str(word) for word in command]
    try:
        result = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=env,
            cwd=cwd,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise SetupError(f"{words[0]} is not there. {hint}".rstrip()) from error
    except subprocess.TimeoutExpired as error:
        raise SetupError(f"{' '.join(words)} did not end within {timeout:g} s. {hint}".rstrip()) from error
    if result.returncode != 0:
        said = (result.stdout + result.stderr).strip()
        raise SetupError(f"{' '.join(words)} ended with {result.returncode}:\n{said}\n{hint}".rstrip())
    return result.stdout
