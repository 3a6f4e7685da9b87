# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What FreeTDS needs besides a connection string: it checks a certificate only when its configuration file says so.

See *freetds.conf* in the FreeTDS User Guide. Measured with 1.3: ``ca file`` has an effect only in the section of a
server, and only when the connection string names that section (SERVERNAME).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

SECTION: t.Final = "biztalk"
DEFAULT_PORT: t.Final = "1433"
# Names the one file that is read.
VARIABLE: t.Final = "FREETDSCONF"
# What FreeTDS calls the certificate store of the computer.
SYSTEM_STORE: t.Final = "system"
# The variable is the whole process's.
_ONE_AT_A_TIME = threading.Lock()


def unable(options: SqlOptions) -> list[str]:
    """The options given that only Microsoft's driver has."""
    wanted = {
        "encrypt=strict": options.encrypt == "strict",
        "hostname_in_certificate": options.hostname_in_certificate is not None,
        "multi_subnet_failover": options.multi_subnet_failover,
    }
    return [name for name, given in wanted.items() if given]


def configuration(options: SqlOptions, address: str) -> str:
    """The file that makes FreeTDS do what the options say. Raises SqlError for what it cannot do."""
    lacking = unable(options)
    if lacking:
        raise SqlError(
            f"{lacking[0]} needs Microsoft's ODBC driver (pip install mssql-python-odbc): FreeTDS has none of it"
        )
    settings = {**_place(address), "tds version": "7.4", "encryption": "require" if options.encrypt == "yes" else "off"}
    if options.verifies_certificate:
        settings |= {"ca file": options.ca_certificate or SYSTEM_STORE, "check certificate hostname": "yes"}
    return "\n".join([f"[{SECTION}]", *(f"{name} = {value}" for name, value in settings.items()), ""])


@contextlib.contextmanager
def configured(options: SqlOptions, address: str) -> t.Iterator[None]:
    """While it lasts FreeTDS reads our configuration, and no other."""
    with (
        _ONE_AT_A_TIME,
        tempfile.NamedTemporaryFile("w", prefix="biztalk-freetds-", suffix=".conf", encoding="utf-8") as file,
    ):
        file.write(configuration(options, address))
        file.flush()
        usual = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = file.name
        try:
            yield
        finally:
            os.environ.pop(VARIABLE)
            if usual is not None:
                os.environ[VARIABLE] = usual


def _place(address: str) -> dict[str, str]:
    """``host,port`` and ``host\\instance`` are SQL Server's way to write what FreeTDS wants apart."""
    if "\n" in address:
        raise SqlError("a line break cannot be part of a server's address")
    name, _comma, port = (part.strip() for part in address.partition(","))
    host, _backslash, instance = name.partition("\\")
    if instance and not port:
        return {"host": host, "instance": instance}
    return {"host": host, "port": port or DEFAULT_PORT}
