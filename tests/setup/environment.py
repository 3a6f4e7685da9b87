# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual environment below `.cache/venv` with the pinned requirements."""

from __future__ import annotations

import os
import sys
import typing as t
from importlib.util import find_spec
from pathlib import Path

from tests.setup.console import SetupError, run, step
from tests.setup.interpreter import VARIABLE, find_python, has_ensurepip
from tests.setup.paths import ROOT, VENV, VENV_PYTHON
from tests.setup.stamp import Stamp

REQUIREMENTS = ROOT / "requirements"
_RUN = (ROOT / "meta" / "ee-requirements.txt", REQUIREMENTS / "constraints.txt", REQUIREMENTS / "run.txt")
# The tests' requirements contain the demo's.
FILES: t.Final = {"run": _RUN, "test": (*_RUN, REQUIREMENTS / "test.txt")}


def ensure_environment(kind: str) -> None:
    """Make the environment, and install what `kind` ("run" or "test") needs. Nothing is touched when that is done."""
    _ensure_venv()
    if _requirements_stamp("test").is_current():
        return
    stamp = _requirements_stamp(kind)
    if stamp.is_current():
        return
    with step(f"installing requirements/{kind}.txt with pip"):
        for other in FILES:
            _requirements_stamp(other).remove()
        pip_install = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
        run(
            [*pip_install, "--requirement", str(REQUIREMENTS / f"{kind}.txt")],
            env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            hint="Set-up needs PyPI, or a mirror of it that pip's own configuration names.",
        )
    stamp.write()


def _ensure_venv() -> None:
    # The scripts of a virtual environment carry its absolute path, so a checkout that was moved gets a new one.
    stamp = Stamp(VENV / ".made", [str(VENV), os.environ.get(VARIABLE, "")])
    if stamp.is_current() and VENV_PYTHON.exists():
        return
    interpreter = find_python()
    with step(f"making .cache/venv with {interpreter}"):
        if has_ensurepip(interpreter):
            run([interpreter, "-m", "venv", "--clear", VENV])
        else:
            pip = _bundled_pip()
            run([interpreter, "-m", "venv", "--clear", "--without-pip", VENV])
            run([VENV_PYTHON, pip / "pip", "install", "--quiet", "--no-index", pip])
    stamp.write()


def _bundled_pip() -> Path:
    """The wheel of pip that comes with the Python which runs set-up; pip itself runs out of it."""
    found = find_spec("ensurepip")
    wheels = list(Path(found.origin or "").parent.glob("_bundled/pip-*.whl")) if found else []
    if not wheels:
        raise SetupError(
            f"Neither the Python of {VARIABLE} nor {sys.executable} has the module ensurepip with pip in it. "
            "Debian and Ubuntu: apt-get install python3-venv"
        )
    return wheels[0]


def _requirements_stamp(kind: str) -> Stamp:
    return Stamp(VENV / f".requirements-{kind}", FILES[kind])
