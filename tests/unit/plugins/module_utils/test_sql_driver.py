# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import (
    Driver,
    choose,
    wheel_library,
    without_driver_manager,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError

M18, M17, TDS = "ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server", "FreeTDS"
WHEEL = Path("/site-packages/libmsodbcsql-18.6.so.2.1")


@pytest.mark.parametrize(
    ("wanted", "registered", "wheel", "able", "found"),
    [
        (None, [TDS, M17, M18], WHEEL, True, M18),
        (None, [TDS, M17], WHEEL, True, M17),
        (None, [TDS], WHEEL, True, TDS),
        pytest.param(None, [TDS], WHEEL, False, str(WHEEL), id="FreeTDS could not do it"),
        (None, [], WHEEL, True, str(WHEEL)),
        ("Mine", [M18], WHEEL, True, "Mine"),
        (TDS, [M18], None, False, TDS),
    ],
)
def test_the_first_usable_driver_is_taken(
    wanted: str | None, registered: list[str], wheel: Path | None, able: bool, found: str
) -> None:
    assert choose(wanted, registered, wheel, freetds_is_able=able).name == found


@pytest.mark.parametrize("registered", [[], [TDS]])
def test_no_driver_says_what_to_install(registered: list[str]) -> None:
    with pytest.raises(SqlError, match=r"msodbcsql18.*mssql-python-odbc.*tdsodbc") as caught:
        choose(None, registered, None, freetds_is_able=False)
    assert caught.value.kind is Kind.DRIVER_MISSING


@pytest.mark.parametrize(("name", "is_freetds"), [(TDS, True), ("/usr/lib/libtdsodbc.so", True), (M18, False)])
def test_freetds_is_known_by_name_and_by_library(name: str, is_freetds: bool) -> None:
    assert Driver(name).is_freetds is is_freetds


@pytest.mark.parametrize(
    ("os_release", "family"),
    [
        ("ID=debian\n", "debian_ubuntu"),
        ("ID=ubuntu\nID_LIKE=debian\n", "debian_ubuntu"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "rhel"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse"),
        ("ID=alpine\n", "alpine"),
        ("", "debian_ubuntu"),
    ],
)
def test_the_wheel_has_a_library_for_each_family(os_release: str, family: str, tmp_path: Path) -> None:
    for other in ("debian_ubuntu", "rhel", "suse", "alpine"):
        folder = tmp_path / "libs" / "linux" / other / "x86_64" / "lib"
        folder.mkdir(parents=True)
        (folder / "libmsodbcsql-18.6.so.2.1").touch()
    library = t.cast("Path", wheel_library(tmp_path, os_release, "x86_64"))
    assert library.relative_to(tmp_path).parts[2] == family
    assert wheel_library(tmp_path, os_release, "sparc") is None


def test_a_missing_driver_manager_is_told_from_a_missing_package() -> None:
    library = "Traceback ...\nImportError: libodbc.so.2: cannot open shared object file: No such file or directory\n"

    said = without_driver_manager(library) or ""

    assert "libodbc.so.2: cannot open" in said
    assert "Install the system package unixodbc" in said
    assert without_driver_manager("ModuleNotFoundError: No module named 'pyodbc'") is None
