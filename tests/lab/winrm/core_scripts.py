# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell that ansible-core itself sends, recognised by the scripts of the installed ansible-core."""

from __future__ import annotations

import base64
import binascii
import functools
import importlib.resources
import re
import typing as t

from ansible.plugins.shell.cmd import ShellModule

_ENCODED = re.compile(r"powershell(?:\.exe)?\s.*?-EncodedCommand\s+(?P<script>\S+)\s*", re.IGNORECASE | re.DOTALL)
# One path that the shell plugin leaves as it is, and one that it has to quote.
_PLAIN, _QUOTED = "PLAIN", "QUO TED"


class RefusedError(Exception):
    """The lab does not know what it was asked to do, and never guesses."""


def script_of(command_line: str) -> str:
    """The script of a command line `PowerShell ... -EncodedCommand <base64>`."""
    match = _ENCODED.fullmatch(command_line)
    if match is None:
        raise RefusedError(f"only encoded PowerShell scripts are known, not {command_line.split()[:1]}")
    try:
        return base64.b64decode(match["script"], validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RefusedError(f"the encoded PowerShell script is not base64 of UTF-16: {error}") from error


def is_bootstrap(script: str) -> bool:
    """Whether a script is the one that reads a manifest from its input and runs that."""
    bootstrap = lines_of(_core_script("bootstrap_wrapper.ps1").decode())
    before, after = _wrapping()
    return lines_of(script) in {f"{start}{bootstrap}{end}" for start in ("", before) for end in ("", after)}


def check_core_script(name: str, content: str) -> None:
    """Refuse a script that claims to be one of ansible-core but is not the installed one."""
    try:
        expected = _core_script(name)
    except FileNotFoundError as error:
        raise RefusedError(f"the installed ansible-core has no script {name}") from error
    # A signed build of ansible-core has a signature after the script.
    if not base64.b64decode(content).startswith(expected):
        raise RefusedError(f"{name} is not that of the ansible-core installed beside the lab")


def shell_script(script: str) -> tuple[str, str] | None:
    """The name and the path of a script of the shell plugin, or None where it is none of those that the lab knows."""
    for name, pattern in _shell_patterns():
        if match := pattern.fullmatch(lines_of(script)):
            return name, match["path"].strip("'").replace("''", "'")
    return None


@functools.cache
def _core_script(name: str) -> bytes:
    return importlib.resources.files("ansible.executor.powershell").joinpath(name).read_bytes()


@functools.cache
def _wrapping() -> tuple[str, str]:
    """What the shell plugin may put before and after a script: ansible-core 2.19 keeps the exit code so."""
    before, after = re.split(r"Remove-Item \S+ -Force;?", lines_of(script_of(ShellModule().remove(_PLAIN))))
    return before, after


@functools.cache
def _shell_patterns() -> list[tuple[str, re.Pattern[str]]]:
    shell = ShellModule()
    scripts: dict[str, t.Callable[[str], str]] = {
        "remove": lambda path: shell.remove(path),
        "remove_tree": lambda path: shell.remove(path, recurse=True),
        "exists": lambda path: shell.exists(path),
    }
    return [
        (name, _pattern(script_of(build(sample)), sample))
        for name, build in scripts.items()
        for sample in (_PLAIN, _QUOTED)
    ]


def _pattern(script: str, sample: str) -> re.Pattern[str]:
    before, quote, after = re.split(rf"('?){sample}'?", lines_of(script), maxsplit=1)
    path = "'(?:[^']|'')*'" if quote else r"\S+"
    return re.compile(f"{re.escape(before)}(?P<path>{path}){re.escape(after)}")


def lines_of(script: str) -> str:
    """A script without what the ways of sending it add or leave out: comments, indentation, empty lines."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))
