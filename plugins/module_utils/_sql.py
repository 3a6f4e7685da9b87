# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection to SQL Server: a small protocol that the logic sees, and pyodbc behind it."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import traceback
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils import _sql_driver, _sql_freetds, _sql_retry
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError, translate

try:
    import pyodbc
except ImportError:
    PYODBC_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    PYODBC_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

Row = t.Mapping[str, t.Any]

# Where OpenSSL looks for the authorities that it trusts.
TRUST_FILE: t.Final = "SSL_CERT_FILE"


class SqlServer(t.Protocol):
    """One connection. Both methods raise SqlError."""

    def query(self, statement: str, *parameters: object) -> list[Row]:
        """The rows of the first result set, by column name; the first of two columns of the same name counts.

        For statements that change nothing: after a fail-over, a dropped connection or a deadlock it asks again.
        """

    def execute(self, statement: str, *parameters: object, timeout: int | None = None) -> None:
        """Runs a statement to its very end, whatever it answers; ``timeout`` in seconds, 0 for none."""

    def another(self) -> t.ContextManager[SqlServer]:
        """A second connection to the same place, to look on while this one is busy."""


class SqlServers(t.Protocol):
    """The instances of a group."""

    def management(self) -> SqlServer:
        """A connection to the management database."""

    def instance(self, name: str) -> SqlServer:
        """A connection to ``master`` of the instance that the group knows under this name."""


class OdbcServer:
    """``connect`` opens the connection, again after it broke."""

    def __init__(
        self,
        connect: t.Callable[[], t.Any],
        *,
        server: str,
        secret: str | None,
        pause: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._connect = connect
        self._connection = connect()
        self._server = server
        self._secret = secret
        self._pause = pause
        # Several names of an instance may lead here, each from a thread of its own.
        self._lock = threading.Lock()

    def query(self, statement: str, *parameters: object) -> list[Row]:
        with self._lock:
            return _sql_retry.read(lambda: self._rows(statement, *parameters), self._reconnect, self._pause)

    def _rows(self, statement: str, *parameters: object) -> list[Row]:
        try:
            cursor = self._connection.cursor()
            try:
                cursor.execute(statement, *parameters)
                names = [column[0] for column in cursor.description or ()][::-1]
                rows = [dict(zip(names, row[::-1], strict=True)) for row in cursor.fetchall()]
                # An error that the server meets after the first result set shows only when the next one is asked for.
                while cursor.nextset():
                    pass
                return t.cast("list[Row]", rows)
            finally:
                cursor.close()
        except pyodbc.Error as error:
            raise self._translated(error, statement) from None

    def execute(self, statement: str, *parameters: object, timeout: int | None = None) -> None:
        with self._lock:
            connection = self._connection
            usual = connection.timeout
            try:
                if timeout is not None:
                    connection.timeout = timeout
                cursor = connection.cursor()
                try:
                    cursor.execute(statement, *parameters)
                    while cursor.nextset():
                        pass
                finally:
                    cursor.close()
            except pyodbc.Error as error:
                raise self._translated(error, statement) from None
            finally:
                connection.timeout = usual

    @contextlib.contextmanager
    def another(self) -> t.Iterator[OdbcServer]:
        second = OdbcServer(self._connect, server=self._server, secret=self._secret, pause=self._pause)
        try:
            yield second
        finally:
            second.close()

    def close(self) -> None:
        # A connection that broke cannot be closed properly, and needs not be.
        with contextlib.suppress(pyodbc.Error):
            self._connection.close()

    def _reconnect(self) -> None:
        self.close()
        self._connection = self._connect()

    def _translated(self, error: Exception, statement: str) -> SqlError:
        words = " ".join(statement.split())
        doing = f"run '{words if len(words) <= 80 else words[:77] + '...'}'"
        return _translated(error, server=self._server, doing=doing, secret=self._secret)


class OdbcServers:
    """Opens connections as they are needed, keeps them, and closes them all at the end of the ``with`` block.

    They may be asked for and used from several threads.
    """

    def __init__(self, options: SqlOptions) -> None:
        options.check()
        self._options = options
        self._open: dict[tuple[str, str], OdbcServer] = {}
        self._opening: dict[tuple[str, str], threading.Lock] = {}
        self._driver = _sql_driver.choose(
            options.driver,
            pyodbc.drivers(),
            _sql_driver.installed_wheel_library(),
            freetds_is_able=not _sql_freetds.unable(options),
        )
        if options.ca_certificate:
            # The driver trusts what OpenSSL trusts (SSL_CTX_set_default_verify_paths), and OpenSSL reads this variable.
            os.environ[TRUST_FILE] = options.ca_certificate
        # The driver manager's pool would keep sessions in the databases alive that are to be seen idle.
        pyodbc.pooling = False

    def __enter__(self) -> OdbcServers:
        return self

    def __exit__(self, *_exception: object) -> None:
        for server in self._open.values():
            server.close()
        self._open.clear()

    def management(self) -> SqlServer:
        server = self._options.server
        return self._connected(server, self._options.address_of(server), self._options.database)

    def instance(self, name: str) -> SqlServer:
        return self._connected(name, self._options.address_of(name), "master")

    def _connected(self, name: str, address: str, database: str) -> SqlServer:
        key = (address.casefold(), database.casefold())
        with self._opening.setdefault(key, threading.Lock()):
            if key not in self._open:
                label = name if name == address else f"{name} (at {address})"
                self._open[key] = OdbcServer(
                    lambda: self._connect(label, address, database), server=label, secret=self._options.login_password
                )
        return self._open[key]

    def _connect(self, label: str, address: str, database: str) -> t.Any:
        options = self._options
        text = options.connection_string(self._driver, address, database)
        freetds = _sql_freetds.configured(options, address) if self._driver.is_freetds else contextlib.nullcontext()
        try:
            with freetds:
                connection = pyodbc.connect(text, timeout=options.connect_timeout, autocommit=True)
        except pyodbc.Error as error:
            doing = f"connect to database {database}"
            raise _translated(error, server=label, doing=doing, secret=options.login_password) from None
        connection.timeout = options.query_timeout
        return connection


def _translated(error: Exception, *, server: str, doing: str, secret: str | None) -> SqlError:
    state, text = (error.args[0], str(error.args[1])) if len(error.args) > 1 else ("", str(error))
    return translate(str(state), text, server=server, doing=doing, secret=secret)
