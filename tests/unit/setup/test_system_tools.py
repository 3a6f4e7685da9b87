# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import typing as t

import pytest

from tests.setup.console import SetupError
from tests.setup.system_tools import (
    TOOLS_NEEDED,
    ensure_system_tools,
    install_with_apt,
    planned_packages,
    unpack_without_root,
)
from tests.unit.setup.programs import place

if t.TYPE_CHECKING:
    from pathlib import Path

SIMULATION = """\
Reading package lists...
The following NEW packages will be installed:
  libmsi0 wixl
Inst libmsi0 (0.101+repack-1 Debian:12.15/oldstable [amd64])
Inst wixl [0.100-1] (0.101+repack-1 Debian:12.15/oldstable [amd64])
Conf libmsi0 (0.101+repack-1 Debian:12.15/oldstable [amd64])
"""


def test_nothing_is_installed_where_all_tools_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in TOOLS_NEEDED:
        place(tmp_path, tool.program, "")
    place(tmp_path, "google-chrome", "")
    place(tmp_path, "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))

    ensure_system_tools("test")


def test_only_the_tests_need_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in TOOLS_NEEDED:
        place(tmp_path, tool.program, "")
    monkeypatch.setenv("PATH", str(tmp_path))

    ensure_system_tools("run")
    with pytest.raises(SetupError, match="apt-get install chromium fonts-dejavu-core"):
        ensure_system_tools("test")


def test_without_apt_the_error_names_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.setup.paths.TOOLS", tmp_path)

    with pytest.raises(SetupError, match=r"apt-get install .*msitools.*dnf install msitools"):
        ensure_system_tools("run")


def test_the_lists_are_fetched_when_a_package_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(
        tmp_path,
        "apt-get",
        f'echo "$1" >> {tmp_path}/calls\n[ "$1" != update ] || : > {tmp_path}/lists\n[ -e {tmp_path}/lists ]',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    install_with_apt(["wixl"])

    assert (tmp_path / "calls").read_text().split() == ["install", "update", "install"]


def test_a_simulated_installation_is_read(tmp_path: Path) -> None:
    assert planned_packages(SIMULATION) == ["libmsi0=0.101+repack-1", "wixl=0.101+repack-1"]


def test_a_tool_unpacked_without_root_finds_its_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The archive that this apt downloads is the program itself, and this dpkg puts it in its place.
    place(
        tmp_path / "path",
        "apt-get",
        'case "$*" in\n'
        "*--simulate*) echo 'Inst wixl (1.0 Debian [amd64])' ;;\n"
        '*"download wixl=1.0") printf \'#!/bin/sh\\necho "$LD_LIBRARY_PATH $*"\' > wixl_1.0.deb ;;\n'
        "esac",
    )
    place(
        tmp_path / "path",
        "dpkg",
        '[ "$1" = --extract ] && mkdir -p "$3/usr/bin" && cp "$2" "$3/usr/bin/wixl" && chmod +x "$3/usr/bin/wixl"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}/path:/usr/bin:/bin")
    target = tmp_path / "a folder"

    unpack_without_root(["wixl"], [TOOLS_NEEDED[0]], target)

    said = subprocess.run(
        [target / "bin" / "wixl", "--arch", "x 64"], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith(f"{target}/usr/lib/")
    assert said.endswith("--arch x 64\n")
    assert not list(target.glob("apt-*"))
    assert (target / "lib").readlink().parts[:2] == ("usr", "lib")
