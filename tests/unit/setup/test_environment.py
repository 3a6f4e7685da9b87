# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
import typing as t
import zipfile

import pytest

from tests.setup import environment
from tests.setup.console import SetupError
from tests.setup.interpreter import VARIABLE
from tests.setup.stamp import Stamp
from tests.unit.setup.programs import place

if t.TYPE_CHECKING:
    from pathlib import Path

# Makes no environment, but tells what it was called with.
PROGRAM = """
case "$*" in
  *"import ensurepip"*) {ensurepip} ;;
  *"import ssl"*) printf 3.11 ;;
  *) echo "$(basename "$0") $*" >> {log} ;;
esac
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the two interpreters, the one that is named and that of the environment, were called with."""
    found = tmp_path / "log"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "named"))
    monkeypatch.setattr(environment, "VENV", tmp_path / "venv")
    monkeypatch.setattr(environment, "VENV_PYTHON", place(tmp_path, "own", PROGRAM.format(ensurepip=":", log=found)))
    stamps = [Stamp(tmp_path / "venv" / f".requirements-{kind}", files) for kind, files in environment.FILES.items()]
    for stamp in stamps:
        stamp.write()
    return found


def ensure(tmp_path: Path, log: Path, ensurepip: str) -> list[str]:
    place(tmp_path, "named", PROGRAM.format(ensurepip=ensurepip, log=log))
    environment.ensure_environment("run")
    return log.read_text().splitlines()


def test_an_environment_with_its_own_pip(tmp_path: Path, log: Path) -> None:
    assert ensure(tmp_path, log, "printf 3.11") == [f"named -m venv --clear {tmp_path}/venv"]


def test_pip_comes_from_the_python_that_runs_set_up(tmp_path: Path, log: Path) -> None:
    make, install = ensure(tmp_path, log, "exit 1")
    assert make == f"named -m venv --clear --without-pip {tmp_path}/venv"
    wheel = install.rpartition(" ")[2]
    assert install == f"own {wheel}/pip install --quiet --no-index {wheel}"
    assert "pip/__main__.py" in zipfile.ZipFile(wheel).namelist()


def test_no_pip_is_an_error_that_names_both_interpreters_and_makes_nothing(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=rf"Neither .*{VARIABLE} nor {sys.executable} .*python3-venv"):
        ensure(tmp_path, log, "exit 1")
    assert not log.exists()


def test_another_interpreter_that_is_named_makes_another_environment(tmp_path: Path, log: Path) -> None:
    first = ensure(tmp_path, log, "printf 3.11")
    assert ensure(tmp_path, log, "printf 3.11") == first
    other = place(tmp_path, "other", PROGRAM.format(ensurepip="printf 3.11", log=log))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(other))
        assert ensure(tmp_path, log, "printf 3.11") == [*first, f"other -m venv --clear {tmp_path}/venv"]
