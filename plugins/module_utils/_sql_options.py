# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach the SQL Server instances of a group, and the ODBC connection string that says so."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils import _sql_freetds
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import Driver


@dataclass(frozen=True)
class SqlOptions:
    """The options that every SQL module shares; ``_arguments.py`` has their Ansible side."""

    server: str
    database: str = "BizTalkMgmtDb"
    login_user: str | None = None
    login_password: str | None = field(default=None, repr=False)
    driver: str | None = None
    encrypt: str = "yes"
    trust_server_certificate: bool = False
    ca_certificate: str | None = None
    server_certificate: str | None = None
    hostname_in_certificate: str | None = None
    multi_subnet_failover: bool = False
    connect_timeout: int = 15
    query_timeout: int = 120
    application_name: str = "biztalk.patching"
    server_addresses: t.Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> SqlOptions:
        """Takes them from a module's parameters, which may hold others too."""
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in params.items() if name in names and value is not None})

    @property
    def verifies_certificate(self) -> bool:
        return self.encrypt != "no" and not self.trust_server_certificate

    def check(self) -> None:
        """Refuses what the driver would silently ignore, and files that are not there."""
        if self.server_certificate and self.encrypt != "strict":
            # Measured with driver 18.6: any other value of Encrypt leaves ServerCertificate without effect.
            raise SqlError(
                "server_certificate has an effect only with encrypt=strict (SQL Server 2022 or newer);"
                " with encrypt=yes give the issuer in ca_certificate"
            )
        for name, path in (("ca_certificate", self.ca_certificate), ("server_certificate", self.server_certificate)):
            if path and not Path(path).is_file():
                raise SqlError(f"{name}: there is no file {path} where this module runs")

    def address_of(self, instance: str) -> str:
        """Where to connect for an instance that the group knows under this name."""
        wanted = instance.strip().casefold()
        known = {name.strip().casefold(): address for name, address in self.server_addresses.items()}
        return known.get(wanted, instance.strip())

    def connection_string(self, driver: Driver, address: str, database: str) -> str:
        pairs = {"DRIVER": driver.name, "DATABASE": database, "APP": self.application_name}
        # What more FreeTDS has to know is in the section of this name of a file of ours.
        pairs |= {"SERVERNAME": _sql_freetds.SECTION} if driver.is_freetds else self._microsoft(address)
        if self.login_user:
            pairs |= {"UID": self.login_user, "PWD": self.login_password or ""}
        else:
            pairs |= {"Trusted_Connection": "yes"}
        return ";".join(f"{name}={quoted(value)}" for name, value in pairs.items()) + ";"

    def _microsoft(self, address: str) -> dict[str, str]:
        pairs = {
            "SERVER": address,
            "Encrypt": self.encrypt,
            "TrustServerCertificate": "yes" if self.trust_server_certificate else "no",
        }
        if self.multi_subnet_failover:
            pairs["MultiSubnetFailover"] = "yes"
        if self.hostname_in_certificate:
            pairs["HostnameInCertificate"] = self.hostname_in_certificate
        if self.server_certificate:
            pairs["ServerCertificate"] = self.server_certificate
        return pairs


def quoted(value: str) -> str:
    """A value of an ODBC connection string (Microsoft, *ODBC connection strings*: braces, a closing one doubled)."""
    if "\0" in value:
        raise SqlError("a NUL character cannot be part of a connection option")
    return "{" + value.replace("}", "}}") + "}" if re.search(r"[^\w.\-]", value) or not value else value
