# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong input: each kind is one clear error, before anything stops."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from tests.integration.conftest import SCALE
from tests.integration.runs import CLOSE_APPLICATIONS, changes, run
from tests.lab.inventory import DEFAULT_UPDATE
from tests.lab.lab import Lab
from tests.lab.packages.builder import build
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY
from tests.lab.topology import Topology

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.packages.library import Library


def refused(lab: Lab, *arguments: str) -> str:
    """Run patch.yml, which must fail and change nothing; returns its output, line breaks folded."""
    result = run("patch", lab, *arguments)
    assert result.returncode != 0, result.stdout
    assert changes(lab.run_events()) == []
    return " ".join(result.stdout.split())


def packages(path: Path) -> tuple[str, str]:
    return "-e", f"{{biztalk_packages: ['{path}']}}"


def test_a_package_that_does_not_exist(single_lab: Lab, tmp_path: Path) -> None:
    missing = tmp_path / "BTS2020-KB1.exe"
    assert str(missing) in refused(single_lab, *CLOSE_APPLICATIONS, *packages(missing))


def test_a_corrupt_package(single_lab: Lab, tmp_path: Path) -> None:
    whole = next(single_lab.library.downloads(DEFAULT_UPDATE).glob("*x64*.exe")).read_bytes()
    corrupt = tmp_path / "BTS2020-KB5009901-x64-ENU.exe"
    corrupt.write_bytes(whole[: len(whole) // 2])
    assert corrupt.name in refused(single_lab, *CLOSE_APPLICATIONS, *packages(corrupt))


def test_a_package_that_was_changed_after_it_was_signed(single_lab: Lab, tmp_path: Path) -> None:
    content = bytearray(next(single_lab.library.downloads(DEFAULT_UPDATE).glob("*x64*.exe")).read_bytes())
    in_the_text_section = 0x500
    content[in_the_text_section] ^= 1
    tampered = tmp_path / "BTS2020-KB5009901-x64-ENU.exe"
    tampered.write_bytes(content)
    for allowed in ("false", "true"):
        allow = ("-e", f"biztalk_allow_unsigned_package={allowed}")
        output = refused(single_lab, *CLOSE_APPLICATIONS, *packages(tampered), *allow)
        assert f"{tampered.name}: it was changed after it was signed" in output


def test_a_package_of_a_publisher_who_is_not_trusted(single_lab: Lab) -> None:
    output = refused(single_lab, *CLOSE_APPLICATIONS, "-e", "{biztalk_trusted_publishers: []}")
    assert "signed by neither Microsoft nor a trusted publisher, but by O=biztalk.patching lab" in output


@pytest.mark.long
def test_an_unsigned_package_is_installed_only_where_that_is_allowed(library: Library, tmp_path: Path) -> None:
    spec = next(package.spec for package in library.packages if not package.spec.has_sql)
    unsigned = build(replace(spec, signed=False, architecture="x64"), tmp_path)
    topology = Topology.load(SMALL_TOPOLOGY, overrides={"delays": {"scale": SCALE}})
    with Lab(topology, tmp_path / "lab", replace(library, packages=(*library.packages, unsigned))) as lab:
        output = refused(lab, *packages(unsigned.path))
        assert f"{unsigned.path.name}: it is not signed" in output
        result = run("patch", lab, *packages(unsigned.path), "-e", "biztalk_allow_unsigned_package=true")
        assert result.returncode == 0, result.stdout
        assert f"'sha256': '{unsigned.sha256}'" in "".join(changes(lab.run_events()))


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


def test_a_sql_server_that_does_not_answer(single_lab: Lab) -> None:
    single_lab.tds["SQL1"].stop()
    output = refused(single_lab, *CLOSE_APPLICATIONS)
    assert "SQL1" in output


def test_a_refused_login(single_lab: Lab) -> None:
    options = (
        "{biztalk_sql_options: {login_user: patching, login_password: not-the-one, server_addresses: {SQL1: '%s'}}}"
    )
    address = f"localhost,{single_lab.tds['SQL1'].port}"
    output = refused(single_lab, *CLOSE_APPLICATIONS, "-e", options % address)
    assert "not-the-one" not in output


@pytest.mark.parametrize(
    ("job", "word"),
    [({"exists": False}, "Backup BizTalk Server"), ({"enabled": False}, "enable"), ({"path": None}, "path")],
    ids=["missing", "disabled", "path not configured"],
)
def test_a_backup_job_that_cannot_run(open_lab: Callable[..., Lab], job: dict[str, t.Any], word: str) -> None:
    with open_lab(SINGLE_TOPOLOGY, sql_servers=[{"name": "SQL1", "backup_job": job}]) as lab:
        output = refused(lab, *CLOSE_APPLICATIONS)
    assert "Nothing was touched" in output
    assert word in output


def test_an_installing_account_that_is_not_sysadmin(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, accounts=[{"name": r"LAB\patchadmin", "sysadmin": False}]) as lab:
        assert r"SQL1: LAB\patchadmin is not sysadmin here" in refused(lab, *CLOSE_APPLICATIONS)


def test_an_open_administration_console(lab: Lab) -> None:
    assert "BTS2: Administration Console" in refused(lab, "-e", "biztalk_close_applications=false")
