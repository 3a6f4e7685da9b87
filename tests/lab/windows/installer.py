# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The installer of an update: what its executable does to the computer and, with SQL, to the group's databases.

It never checks that the procedure of KB 2003907 was kept: like the real one it goes on, and breaks what it breaks.
"""

from __future__ import annotations

import contextlib
import hashlib
import ntpath
import threading
import time
import typing as t

from tests.lab.windows import furniture
from tests.lab.world import SqlPermissionError

if t.TYPE_CHECKING:
    from tests.lab.packages.spec import PackageSpec, SqlScript
    from tests.lab.topology import Account
    from tests.lab.windows.computer import Computer

SUCCESS, RESTART_REQUIRED = 0, 3010
FAILURE, BUSY, LOG_FAILURE, WRONG_PLATFORM, INVALID_COMMAND_LINE = 1603, 1618, 1622, 1633, 1639
SILENT_SWITCHES = ("/quiet", "/q", "/s")
# The double hop: a network logon has no credentials to take along to SQL Server.
ANONYMOUS = r"NT AUTHORITY\ANONYMOUS LOGON"
UPDATES = r"C:\ProgramData\Microsoft\E-Business Servers Updates\Updates"


class NotExecutableError(Exception):
    """The file is no program that the lab can run, or it would wait for somebody at the screen."""


class Installer:
    """Runs update packages on one computer, one at a time."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        self._world = computer.world
        self._busy = threading.Lock()

    def run(self, path: str, arguments: list[str], account: Account, *, interactive: bool) -> int:
        """Run the executable at `path` and return its exit code (the Windows Installer's codes).

        `interactive` tells a logon with credentials, which may go on to SQL Server, from a network logon.
        Raises `NotExecutableError` for a file that is not one of the lab's packages.
        """
        digest, package = self._package(path)
        if not any(argument.casefold() in SILENT_SWITCHES for argument in arguments):
            raise NotExecutableError(f"{path} would wait for somebody at the screen: no silent switch was given")
        log_path = _log_path(arguments)
        if log_path is None:
            return INVALID_COMMAND_LINE
        if log_path and not self._computer.files.is_dir(ntpath.dirname(log_path)):
            return LOG_FAILURE
        name = self._computer.name
        self._world.events.emit(
            "install.started",
            computer=name,
            kb=package.kb,
            sha256=digest,
            architecture=package.architecture,
            has_sql=package.has_sql,
            account=account.name,
            administrator=account.administrator,
        )
        exit_code = self._run_alone(package, log_path, account, interactive=interactive)
        self._world.events.emit("install.finished", computer=name, kb=package.kb, sha256=digest, exit_code=exit_code)
        return exit_code

    @contextlib.contextmanager
    def occupied(self) -> t.Iterator[None]:
        """Somebody else installs something on this computer."""
        with self._busy:
            yield

    def _package(self, path: str) -> tuple[str, PackageSpec]:
        digest = hashlib.sha256(self._computer.files.read(path)).hexdigest()
        if digest not in self._world.packages:
            raise NotExecutableError(f"{path} on {self._computer.name} is not a program that the lab knows ({digest})")
        return digest, self._world.packages[digest]

    def _run_alone(self, package: PackageSpec, log_path: str, account: Account, *, interactive: bool) -> int:
        if not self._busy.acquire(blocking=False):
            return BUSY
        try:
            return self._install(package, log_path, account, interactive=interactive)
        finally:
            self._busy.release()

    def _install(self, package: PackageSpec, log_path: str, account: Account, *, interactive: bool) -> int:
        log: list[str] = [f"=== {package.title} on {self._computer.name} ==="]
        exit_code = self._refusal(package, account)
        if exit_code == SUCCESS:
            time.sleep(self._world.delays.install)
            login = account.name if interactive else ANONYMOUS
            log += [self._run_script(package, script, login) for script in package.sql_scripts]
            exit_code = self._update_files(package)
            self._register(package)
        log.append(f"Exit code {exit_code}")
        self._write_logs(package, log_path, log)
        return exit_code

    def _refusal(self, package: PackageSpec, account: Account) -> int:
        if not account.administrator:
            return FAILURE
        if package.architecture == "x64" and self._computer.architecture == "x86":
            return WRONG_PLATFORM
        return SUCCESS

    def _run_script(self, package: PackageSpec, script: SqlScript, login: str) -> str:
        """Run one script; returns its line of the setup log, in the form seen in the field."""
        instance = self._world.instance_of(script.database)
        sysadmin = instance.is_sysadmin(login)
        self._world.events.emit(
            "install.script",
            computer=self._computer.name,
            kb=package.kb,
            instance=instance.name,
            database=script.database,
            script=script.name,
            account=login,
            sysadmin=sysadmin,
        )
        for reason in self._disturbances(script.database):
            instance.damage(script.database, f"{script.name} ran while {reason}")
        line = f"Apply patch: Server={instance.name} Database={script.database} Script={script.name}"
        try:
            instance.run_update_script(database=script.database, script=script.name, login=login, kb=package.kb)
        except SqlPermissionError:
            instance.damage(script.database, f"{script.name} was refused for {login}")
            return f"{line}\nExecuteCommand HRESULT=0x80040e14"
        return f"{line}\nExecuteCommand HRESULT=0x00000000"

    def _disturbances(self, database: str) -> list[str]:
        """Who could work on the databases while a script changes them: KB 2003907, steps 1 to 4."""
        running = [
            f"{service.name} ran on {computer.name}"
            for computer in self._world.computers.values()
            for service in computer.services.all()
            if service.definition.role in ("host_instance", "rule_engine", "biztalk", "adapter", "iis", "agent")
            and service.state != "stopped"
        ]
        return running + [f"{user} used it" for user in self._world.instance_of(database).sessions_of(database)]

    def _update_files(self, package: PackageSpec) -> int:
        """Replace the DLLs; those that a running host instance holds need a restart of the computer."""
        for name in package.dlls:
            self._computer.files.write(f"{furniture.INSTALL_PATH}{name}", package.version.encode(), "installer")
        in_use = any(
            service.definition.role == "host_instance" and service.state != "stopped"
            for service in self._computer.services.all()
        )
        self._computer.pending_restart = self._computer.pending_restart or in_use
        return RESTART_REQUIRED if in_use else SUCCESS

    def _register(self, package: PackageSpec) -> None:
        """Updates register themselves in the 32-bit part of the registry, the product in the native one."""
        hive = furniture.UNINSTALL_32 if self._computer.architecture == "x64" else furniture.UNINSTALL
        self._computer.registry.set(
            rf"{hive}\{package.uninstall_key}",
            DisplayName=package.title,
            DisplayVersion=package.version,
            Publisher="Microsoft Corporation",
            ID=f"KB{package.kb}",
        )

    def _write_logs(self, package: PackageSpec, log_path: str, lines: list[str]) -> None:
        text = "\r\n".join(lines).encode("utf-16")
        folder = rf"{UPDATES}\Uninstall{package.kb}"
        self._computer.files.make_dir(folder)
        for path in filter(None, (rf"{folder}\setup.log", log_path)):
            self._computer.files.write(path, text, "installer")


def _log_path(arguments: list[str]) -> str | None:
    """The file after `/log`, an empty string without one, None where an argument is unknown."""
    remaining = iter(arguments)
    log_path = ""
    for argument in remaining:
        if argument.casefold() in ("/log", "/l"):
            log_path = next(remaining, "")
            if not log_path:
                return None
        elif argument.casefold() not in (*SILENT_SWITCHES, "/norestart"):
            return None
    return log_path
