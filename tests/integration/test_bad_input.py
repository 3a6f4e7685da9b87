# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong input: each kind is one clear error, before anything stops."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, run
from tests.lab.inventory import DEFAULT_UPDATE

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.lab import Lab


def refused(lab: Lab, *arguments: str) -> str:
    """Run patch.yml, which must fail and change nothing; returns its output, line breaks folded."""
    result = run("patch", lab, *arguments)
    assert result.returncode != 0, result.stdout
    assert changes(lab.run_events()) == []
    return " ".join(result.stdout.split())


def packages(path: Path) -> tuple[str, str]:
    return "-e", f"{{biztalk_packages: ['{path}']}}"


def test_a_package_that_does_not_exist(lab: Lab, tmp_path: Path) -> None:
    missing = tmp_path / "BTS2020-KB1.exe"
    assert str(missing) in refused(lab, *CLOSE_APPLICATIONS, *packages(missing))


def test_a_corrupt_package(lab: Lab, tmp_path: Path) -> None:
    whole = next(lab.library.downloads(DEFAULT_UPDATE).glob("*x64*.exe")).read_bytes()
    corrupt = tmp_path / "BTS2020-KB5009901-x64-ENU.exe"
    corrupt.write_bytes(whole[: len(whole) // 2])
    assert corrupt.name in refused(lab, *CLOSE_APPLICATIONS, *packages(corrupt))


def test_a_download_of_another_architecture_only(open_lab: Callable[..., Lab]) -> None:
    with open_lab(computers=[{"name": "BTS3", "architecture": "x86"}]) as lab:
        only_x64 = next(lab.library.downloads(DEFAULT_UPDATE).glob("*x64*.exe"))
        output = refused(lab, *CLOSE_APPLICATIONS, *packages(only_x64))
    assert "x86" in output


def test_a_computer_of_the_group_that_is_not_in_the_inventory(lab: Lab) -> None:
    output = refused(lab, *CLOSE_APPLICATIONS, "-e", "biztalk_hosts=biztalk:!bts3")
    assert "BTS3: is a computer of the BizTalk group but not in the inventory" in output


def test_a_computer_that_does_not_belong_to_the_group(open_lab: Callable[..., Lab]) -> None:
    with open_lab(computers=[{"name": "BTS4", "in_group": False}]) as lab:
        output = refused(lab, *CLOSE_APPLICATIONS)
    assert "BTS4: is in the inventory but not a computer of this BizTalk group" in output


def test_a_sql_server_that_does_not_answer(lab: Lab) -> None:
    lab.tds["SQL1"].stop()
    output = refused(lab, *CLOSE_APPLICATIONS)
    assert "SQL1" in output


def test_a_refused_login(lab: Lab) -> None:
    options = (
        "{biztalk_sql_options: {login_user: patching, login_password: not-the-one, server_addresses: {SQL1: '%s'}}}"
    )
    address = f"localhost,{lab.tds['SQL1'].port}"
    output = refused(lab, *CLOSE_APPLICATIONS, "-e", options % address)
    assert "not-the-one" not in output


@pytest.mark.parametrize(
    ("job", "word"),
    [({"exists": False}, "Backup BizTalk Server"), ({"enabled": False}, "enable"), ({"path": None}, "path")],
    ids=["missing", "disabled", "path not configured"],
)
def test_a_backup_job_that_cannot_run(open_lab: Callable[..., Lab], job: dict[str, t.Any], word: str) -> None:
    with open_lab(sql_servers=[{"name": "SQL1", "backup_job": job}]) as lab:
        output = refused(lab, *CLOSE_APPLICATIONS)
    assert "Nothing was touched" in output
    assert word in output


def test_an_open_administration_console(lab: Lab) -> None:
    assert "BTS2: Administration Console" in refused(lab, "-e", "biztalk_close_applications=false")
