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
import typing as t
from dataclasses import dataclass, field

from tests.lab.windows.faults import Faults
from tests.lab.windows.processes import TerminateError
from tests.lab.windows.scripts import run_scripts
from tests.lab.windows.service import ServiceControlError
from tests.lab.windows.spec import InstallFaults
from tests.lab.windows.updates import FOLDER, Updates, version_numbers

if t.TYPE_CHECKING:
    from tests.lab.packages.spec import PackageSpec
    from tests.lab.topology import Account
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.processes import Process

# Windows Installer's codes; the last is that of a process which taskkill has ended.
SUCCESS, RESTART_BEGUN, RESTART_REQUIRED = 0, 1641, 3010
FAILURE, BUSY, LOG_FAILURE, WRONG_PLATFORM, INVALID_COMMAND_LINE = 1603, 1618, 1622, 1633, 1639
NOTHING_TO_PATCH, KILLED = 1642, 1
SUCCESS_CODES = (SUCCESS, RESTART_BEGUN, RESTART_REQUIRED)
SILENT_SWITCHES = ("/quiet", "/q", "/s")
NO_RESTART, UNINSTALL = "/norestart", "/uninstall"
# The double hop: a network logon has no credentials to take along to SQL Server.
ANONYMOUS = r"NT AUTHORITY\ANONYMOUS LOGON"
SETUP = "setup"
# A restart that an installer begins leaves its caller the time to hear of it.
RESTART_NOTICE = 0.5


class NotExecutableError(Exception):
    """The file is no program that the lab can run, or it would wait for somebody at the screen."""


class InterruptedInstallError(Exception):
    """The computer went down while the installer ran, and nobody will ever hear its exit code."""


class _KilledError(Exception):
    """Somebody has ended the installer's process."""


@dataclass
class _Run:
    """One run of an installer, with its process."""

    process: Process
    silent: list[str]
    log_path: str
    account: Account
    login: str
    boots: int
    ended: threading.Event = field(default_factory=threading.Event)
    log: list[str] = field(default_factory=list)


class Installer:
    """Runs update packages and uninstallers on one computer, one at a time."""

    def __init__(self, computer: Computer) -> None:
        self.faults = Faults(InstallFaults())
        self.updates = Updates(computer)
        self._computer = computer
        self._world = computer.world
        self._busy = threading.Lock()
        self._runs: list[_Run] = []
        self._boots = 0
        computer.processes.watch(self._process_ended)

    def run(self, path: str, arguments: list[str], account: Account, *, interactive: bool) -> int:
        """Run the executable at `path` and return its exit code (the Windows Installer's codes).

        `interactive` tells a logon with credentials, which may go on to SQL Server, from a network logon.
        Raises `NotExecutableError` for a file that is neither one of the lab's packages nor an update's uninstaller.
        """
        uninstalled = self.updates.uninstalled_by(path)
        digest, package = ("", None) if uninstalled else self._package(path)
        switches = [argument.casefold() for argument in arguments]
        if not any(switch in SILENT_SWITCHES for switch in switches):
            raise NotExecutableError(f"{path} would wait for somebody at the screen: no silent switch was given")
        log_path = _log_path(arguments, (UNINSTALL,) if uninstalled else ())
        if log_path is None or (uninstalled and UNINSTALL not in switches):
            return INVALID_COMMAND_LINE
        if log_path and not self._computer.files.is_dir(ntpath.dirname(log_path)):
            return LOG_FAILURE
        boots = self._boots
        with self._process(path, account) as process:
            run = _Run(process, switches, log_path, account, account.name if interactive else ANONYMOUS, boots)
            self._runs.append(run)
            # Whoever saw the process may have ended it before its run was known.
            if process not in self._computer.processes.all():
                run.ended.set()
            if package is None:
                return self._uninstall(t.cast("str", uninstalled), run)
            return self._install(package, digest, run)

    def restarted(self) -> None:
        """The computer goes down: whatever runs is cut off where it is."""
        self._boots += 1
        for run in self._runs:
            run.ended.set()

    @contextlib.contextmanager
    def occupied(self) -> t.Iterator[None]:
        """Somebody else installs something on this computer."""
        with self._busy:
            yield

    @contextlib.contextmanager
    def _process(self, path: str, account: Account) -> t.Iterator[Process]:
        process = self._computer.processes.start(ntpath.basename(path), user=account.name, command_line=path)
        try:
            yield process
        finally:
            self._runs = [run for run in self._runs if run.process is not process]
            with contextlib.suppress(TerminateError):
                self._computer.processes.end(process.pid, "its own end")

    def _process_ended(self, process: Process) -> None:
        for run in self._runs:
            if run.process.pid == process.pid:
                run.ended.set()

    def _package(self, path: str) -> tuple[str, PackageSpec]:
        digest = hashlib.sha256(self._computer.files.read(path)).hexdigest()
        if digest not in self._world.packages:
            raise NotExecutableError(f"{path} on {self._computer.name} is not a program that the lab knows ({digest})")
        return digest, self._world.packages[digest]

    def _install(self, package: PackageSpec, digest: str, run: _Run) -> int:
        common = {"computer": self._computer.name, "kb": package.kb, "sha256": digest}
        self._world.events.emit(
            "install.started",
            **common,
            architecture=package.architecture,
            has_sql=package.has_sql,
            account=run.account.name,
            administrator=run.account.administrator,
        )
        run.log.append(f"=== {package.title} on {self._computer.name} ===")
        exit_code = self._alone(run, lambda: self._apply(package, run))
        if exit_code != BUSY:
            run.log.append(f"Exit code {exit_code}")
            self._write_logs(package.kb, run)
        self._world.events.emit("install.finished", **common, exit_code=exit_code)
        self._afterwards(exit_code)
        return exit_code

    def _uninstall(self, kb: str, run: _Run) -> int:
        name = self._computer.name
        self._world.events.emit("uninstall.started", computer=name, kb=kb, account=run.account.name)
        exit_code = self._alone(run, lambda: self._remove(kb, run))
        self._world.events.emit("uninstall.finished", computer=name, kb=kb, exit_code=exit_code)
        self._afterwards(exit_code)
        return exit_code

    def _alone(self, run: _Run, work: t.Callable[[], int]) -> int:
        if not self._busy.acquire(blocking=False):
            return BUSY
        try:
            return work()
        except _KilledError:
            if self._boots != run.boots:
                raise InterruptedInstallError(f"{self._computer.name} was restarted") from None
            return KILLED
        finally:
            self._busy.release()

    def _apply(self, package: PackageSpec, run: _Run) -> int:
        asked = self.faults.exit_code()
        refused = self._refusal(package, run.account)
        if refused != SUCCESS or asked == BUSY:
            return refused or BUSY
        half = self._world.delays.install / 2
        self._wait(run, half)
        if asked is not None and asked not in SUCCESS_CODES:
            run.log.append("Return value 3.")
            return asked
        if self.faults.hangs():
            self._wait(run, None)
        if self.faults.drops_connection():
            self._computer.lose_connections()
        run.log += run_scripts(self._computer, package, run.login, self.faults.hresult())
        self._wait(run, half)
        self.updates.install(package)
        return self._finished(run, asked)

    def _remove(self, kb: str, run: _Run) -> int:
        asked = self.faults.uninstall_exit_code()
        if not run.account.administrator:
            return FAILURE
        self._wait(run, self._world.delays.install / 2)
        if asked is not None and asked not in SUCCESS_CODES:
            return asked
        self.updates.uninstall(kb)
        return self._finished(run, asked)

    def _refusal(self, package: PackageSpec, account: Account) -> int:
        if not account.administrator:
            return FAILURE
        if package.architecture == "x64" and self._computer.architecture == "x86":
            return WRONG_PLATFORM
        if version_numbers(package.minimum_version) > self.updates.level:
            return NOTHING_TO_PATCH
        return SUCCESS

    def _finished(self, run: _Run, asked: int | None) -> int:
        """The exit code of a success: files that a running host instance holds need a restart of the computer."""
        in_use = any(
            service.definition.role == "host_instance" and service.state != "stopped"
            for service in self._computer.services.all()
        )
        exit_code = RESTART_REQUIRED if in_use else SUCCESS
        if self.faults.needs_restart:
            exit_code = RESTART_REQUIRED if NO_RESTART in run.silent else RESTART_BEGUN
        exit_code = exit_code if asked is None else asked
        self._computer.pending_restart = self._computer.pending_restart or exit_code != SUCCESS
        return exit_code

    def _afterwards(self, exit_code: int) -> None:
        """What setup does to the computer when it has installed something."""
        if exit_code in SUCCESS_CODES and self.faults.restarts_services:
            for service in self._computer.services.all():
                if service.definition.role in ("host_instance", "rule_engine", "biztalk", "iis"):
                    with contextlib.suppress(ServiceControlError):
                        service.start(SETUP)
        if exit_code == RESTART_BEGUN:
            self._world.scheduler.after(RESTART_NOTICE, lambda: self._computer.restart(SETUP))

    def _wait(self, run: _Run, seconds: float | None) -> None:
        if run.ended.wait(seconds):
            raise _KilledError

    def _write_logs(self, kb: str, run: _Run) -> None:
        text = "\r\n".join(run.log).encode("utf-16")
        folder = rf"{FOLDER}\Uninstall{kb}"
        self._computer.files.make_dir(folder)
        for path in filter(None, (rf"{folder}\setup.log", run.log_path)):
            self._computer.files.write(path, text, "installer")


def _log_path(arguments: list[str], further: tuple[str, ...]) -> str | None:
    """The file after `/log`, an empty string without one, None where an argument is unknown."""
    remaining = iter(arguments)
    log_path = ""
    for argument in remaining:
        if argument.casefold() in ("/log", "/l"):
            log_path = next(remaining, "")
            if not log_path:
                return None
        elif argument.casefold() not in (*SILENT_SWITCHES, NO_RESTART, *further):
            return None
    return log_path
