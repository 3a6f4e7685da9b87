# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from tests.setup.console import SetupError
from tests.setup.interpreter import VARIABLE, find_python, has_ensurepip, without_shims
from tests.unit.setup.programs import place

if t.TYPE_CHECKING:
    from pathlib import Path

SHIM = "echo 'pyenv: command not found' >&2; exit 127"
NO_VENV = "echo \"ModuleNotFoundError: No module named 'ensurepip'\" >&2; exit 1"


def python(version: str) -> str:
    return f"printf {version}"


@pytest.fixture(autouse=True)
def _nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("on_path", "in_pyenv", "found"),
    [
        pytest.param({"3.12": python("3.12"), "3.13": python("3.13")}, [], "path/python3.13", id="the preferred one"),
        pytest.param({"3.12": python("3.12"), "3.11": python("3.11")}, [], "path/python3.12", id="the next one"),
        pytest.param({"3.12": SHIM}, ["3.12.1"], "pyenv/versions/3.12.1/bin/python3.12", id="a shim not selected"),
        pytest.param({"3.12": NO_VENV, "3.11": python("3.11")}, [], "path/python3.11", id="a Python without venv"),
        pytest.param({}, ["3.12.9", "3.12.10"], "pyenv/versions/3.12.10/bin/python3.12", id="the newest of pyenv's"),
        pytest.param({"3.13": python("3.9"), "3.12": python("3.12")}, [], "path/python3.12", id="a name that lies"),
    ],
)
def test_the_best_interpreter_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_path: dict[str, str], in_pyenv: list[str], found: str
) -> None:
    for version, script in on_path.items():
        place(tmp_path / "path", f"python{version}", script)
    for version in in_pyenv:
        minor = version.rpartition(".")[0]
        place(tmp_path / "pyenv" / "versions" / version / "bin", f"python{minor}", python(minor))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    assert find_python(tmp_path / "pyenv") == tmp_path / found


def test_no_interpreter_is_an_error_that_tells_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    with pytest.raises(SetupError, match=r"No Python 3\.13, 3\.12 or 3\.11 .*\n.*apt-get install .*dnf install"):
        find_python(tmp_path)


def test_the_interpreter_that_is_named_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(tmp_path / "path", "python3.13", python("3.13"))
    place(tmp_path / "other", "python", python("3.11"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "other" / "python"))
    assert find_python(tmp_path) == tmp_path / "other" / "python"


@pytest.mark.parametrize("script", [python("3.9"), SHIM, None], ids=["too old", "a shim not selected", "not there"])
def test_an_interpreter_that_is_named_must_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    if script:
        place(tmp_path, "python", script)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    with pytest.raises(SetupError, match=rf"{VARIABLE} is {tmp_path}/python, which is no Python 3\.13, "):
        find_python(tmp_path)


def test_a_python_of_debian_has_no_ensurepip(tmp_path: Path) -> None:
    place(tmp_path, "bare", NO_VENV)
    place(tmp_path, "whole", python("3.11"))
    assert [has_ensurepip(tmp_path / name) for name in ("bare", "whole")] == [False, True]


def test_shims_are_replaced_by_the_interpreters(tmp_path: Path) -> None:
    for version in ("2.7.18", "3.9.1", "3.13.0"):
        place(tmp_path / "versions" / version / "bin", "python", "")

    path = without_shims(f"/usr/bin:{tmp_path}/shims:/bin", tmp_path)

    assert path == f"/usr/bin:/bin:{tmp_path}/versions/3.13.0/bin:{tmp_path}/versions/3.9.1/bin"
