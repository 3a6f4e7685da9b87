# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the ODBC driver for SQL Server on the controller."""

from __future__ import annotations

import platform
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError

MICROSOFT: t.Final = ("ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server")
FREETDS: t.Final = "FreeTDS"


@dataclass(frozen=True)
class Driver:
    """A driver as unixODBC takes it: the name of a registered one, or the path of its library."""

    name: str

    @property
    def is_freetds(self) -> bool:
        # A library of FreeTDS is called libtdsodbc.so.
        return self.name == FREETDS or "tdsodbc" in self.name.lower()


def without_driver_manager(import_error: str) -> str | None:
    """What to tell where pyodbc is there, but not the driver manager below it; None where something else is missing.

    The wheels of pyodbc 5.5 expect ``libodbc.so.2`` on the system, earlier ones had it in them.
    """
    if "libodbc" not in import_error:
        return None
    return (
        "The Python package pyodbc is installed where this module runs, but the ODBC driver manager that it loads is"
        f" not ({import_error.strip().splitlines()[-1]}). Install the system package unixodbc (Debian, Ubuntu) or"
        " unixODBC (Fedora, RHEL, SUSE)"
    )


def choose(wanted: str | None, registered: t.Sequence[str], wheel: Path | None, *, freetds_is_able: bool) -> Driver:
    """Takes the driver named, else the first that is there: Microsoft 18, 17, FreeTDS, the wheel's library.

    FreeTDS is passed over where the options ask for what it cannot do.
    """
    if wanted:
        return Driver(wanted)
    candidates = (*MICROSOFT, FREETDS) if freetds_is_able else MICROSOFT
    found = next((name for name in candidates if name in registered), None)
    if found:
        return Driver(found)
    if wheel:
        return Driver(str(wheel))
    raise SqlError(
        "No ODBC driver for SQL Server is installed where this module runs. Install Microsoft's ODBC Driver 18 (system"
        " package msodbcsql18), its wheel (pip install mssql-python-odbc), or FreeTDS (system package tdsodbc on"
        " Debian, freetds on Fedora; it cannot do encrypt=strict, hostname_in_certificate and multi_subnet_failover)",
        Kind.DRIVER_MISSING,
    )


def wheel_library(package: Path, os_release: str, machine: str) -> Path | None:
    """The driver's library inside the wheel ``mssql-python-odbc``, which holds one for each family of Linux."""
    family = _family(os_release)
    libraries = sorted(package.glob(f"libs/linux/{family}/{machine}/lib/libmsodbcsql*"))
    return libraries[-1] if libraries else None


def installed_wheel_library() -> Path | None:
    try:
        import mssql_python_odbc
    except ImportError:
        return None
    os_release = Path("/etc/os-release")
    text = os_release.read_text(encoding="utf-8") if os_release.exists() else ""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return wheel_library(Path(mssql_python_odbc.__file__).parent, text, machine)


def _family(os_release: str) -> str:
    names = {line.partition("=")[0]: line.partition("=")[2].strip('"') for line in os_release.splitlines()}
    words = {names.get("ID", ""), *names.get("ID_LIKE", "").split()}
    if "alpine" in words:
        return "alpine"
    if words & {"rhel", "fedora", "centos"}:
        return "rhel"
    if words & {"suse", "opensuse", "sles"}:
        return "suse"
    return "debian_ubuntu"
