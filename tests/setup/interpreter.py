# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the Python that the project runs on, which need not be the one that runs set-up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

from tests.setup.console import SetupError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# 3.13 and 3.12 have the newest ansible-core that the pins were made for, which 3.13 runs faster; 3.11 has an older one.
PREFERENCE = ("3.13", "3.12", "3.11")
# Names the Python to take, whatever else there is.
VARIABLE = "BIZTALK_PYTHON"
# Debian ships a Python whose venv lacks ensurepip, and a shim of pyenv may stand for a version that is not selected.
_PROBE_WITHOUT_PIP = "import ssl, sys, venv; print('%d.%d' % sys.version_info[:2], end='')"
_PROBE = f"import ensurepip; {_PROBE_WITHOUT_PIP}"


def find_python(pyenv_root: Path | None = None) -> Path:
    """Return the interpreter that the environment names, or else the best one that can make a virtual environment.

    The one that is named need not have ensurepip. Raises SetupError when there is none.
    """
    if wanted := os.environ.get(VARIABLE):
        return _named(Path(wanted))
    for version in PREFERENCE:
        for candidate in _candidates(version, pyenv_root or _pyenv_root()):
            if _works(candidate, version):
                return candidate
    raise SetupError(
        f"No Python {', '.join(PREFERENCE[:-1])} or {PREFERENCE[-1]} that has the modules venv, ensurepip and ssl "
        "was found on the PATH or in pyenv.\n"
        "Debian and Ubuntu: apt-get install python3 python3-venv; Fedora and RHEL: dnf install python3.12; "
        "pyenv: pyenv install 3.12"
    )


def has_ensurepip(interpreter: Path) -> bool:
    """Tell whether its virtual environments come with pip."""
    return _answer(interpreter, _PROBE) in PREFERENCE


def without_shims(path: str, pyenv_root: Path | None = None) -> str:
    """Replace pyenv's shims on a PATH by the interpreters themselves.

    A shim is there for each version that is installed, and fails for each that is not selected.
    """
    root = pyenv_root or _pyenv_root()
    folders = [folder for folder in path.split(os.pathsep) if Path(folder) != root / "shims"]
    installed = sorted(
        (root / "versions").glob("3.*/bin"), key=lambda folder: _numbers(folder.parent.name), reverse=True
    )
    return os.pathsep.join([*folders, *map(str, installed)])


def _pyenv_root() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _candidates(version: str, pyenv_root: Path) -> Iterator[Path]:
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    installed = (pyenv_root / "versions").glob(f"{version}.*/bin/python{version}")
    yield from sorted(installed, key=lambda found: _numbers(found.parents[1].name), reverse=True)
    yield Path(sys.executable)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _named(interpreter: Path) -> Path:
    if _answer(interpreter, _PROBE_WITHOUT_PIP) in PREFERENCE:
        return interpreter
    raise SetupError(
        f"{VARIABLE} is {interpreter}, which is no Python {', '.join(PREFERENCE[:-1])} or {PREFERENCE[-1]} "
        "that has the modules venv and ssl: correct it, or unset it"
    )


def _works(candidate: Path, version: str) -> bool:
    return _answer(candidate, _PROBE) == version


def _answer(candidate: Path, probe: str) -> str:
    try:
        process = subprocess.run([str(candidate), "-c", probe], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout
