# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on a simulated computer what a client sends to its shell: the scripts of ansible-core, and modules by them."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

from tests.lab.windows.computer import LogonError
from tests.lab.windows.files import FileError
from tests.lab.winrm import file_scripts
from tests.lab.winrm.core_scripts import RefusedError, is_bootstrap, script_of, shell_script
from tests.lab.winrm.execution import execute
from tests.lab.winrm.jobs import Jobs
from tests.lab.winrm.payload import Action, Payload
from tests.lab.winrm.reboot_scripts import reboot_script
from tests.lab.winrm.session import Session
from tests.lab.winrm.shells import Outcome

if t.TYPE_CHECKING:
    from tests.lab.topology import Account
    from tests.lab.windows.computer import Computer

_BECOME, _ASYNC, _WATCHDOG, _MODULE = (
    f"{name}.ps1" for name in ("become_wrapper", "async_wrapper", "async_watchdog", "module_wrapper")
)
_ERROR_LOGON_FAILURE = 1326

Result = dict[str, t.Any]


class Remote:
    """What PowerShell is on a real computer."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        self._jobs = Jobs()

    def forget(self) -> None:
        """The computer goes down: nothing that runs in the background ever ends."""
        self._jobs.abandon()

    def run(self, command_line: str, stdin: bytes, account: Account) -> Outcome:
        """Run a command line; what the lab does not know ends with exit code 1 and the event `remote.refused`."""
        session = Session(self._computer, account)
        try:
            script = script_of(command_line)
            if is_bootstrap(script):
                payload = Payload.parse(stdin)
                return self._act(payload, payload.actions, session)
            if known := shell_script(script):
                return file_scripts.SHELL_SCRIPTS[known[0]](session, known[1])
            if found := reboot_script(script):
                action, match = found
                return action(session, match)
            raise RefusedError("this is no script of ansible-core or of win_reboot that the lab knows")
        except RefusedError as error:
            self._computer.world.events.emit("remote.refused", computer=self._computer.name, reason=str(error))
            return Outcome(1, stderr=f"The lab refuses: {error}\r\n".encode())
        except FileError as error:
            return Outcome(1, stderr=f"{error}\r\n".encode())

    def _act(self, payload: Payload, actions: t.Sequence[Action], session: Session) -> Outcome:
        """Perform the first action, which may be a wrapper of those after it."""
        action, rest = actions[0], actions[1:]
        if action.name == _MODULE and not rest:
            return _outcome(self._module(action, session))
        if action.name == _BECOME and rest:
            return self._become(payload, action, rest, session)
        if action.name == _ASYNC and len(rest) == 2 and rest[0].name == _WATCHDOG and rest[1].name == _MODULE:
            return _outcome(self._start_job(action, rest[0], rest[1], session))
        if action.name in file_scripts.CORE_SCRIPTS and not rest:
            return file_scripts.CORE_SCRIPTS[action.name](session, action, payload)
        raise RefusedError(f"the lab does not know the action {action.name} before {[item.name for item in rest]}")

    def _become(self, payload: Payload, action: Action, rest: t.Sequence[Action], session: Session) -> Outcome:
        """Log on as another user; Windows does so with the credentials, thus they go on to other computers."""
        user = action.param("BecomeUser")
        try:
            account = self._computer.logon(user, action.secure_params.get("BecomePassword") or "")
        except LogonError:
            message = "The user name or password is incorrect"
            return _outcome(
                {
                    "failed": True,
                    "msg": 'failure during exec_wrapper: Exception calling "CreateProcessAsUser": LogonUser('
                    f"{user}) failed ({message}, Win32ErrorCode {_ERROR_LOGON_FAILURE} - 0x{_ERROR_LOGON_FAILURE:08X})",
                }
            )
        interactive = action.params.get("LogonType", "Interactive") in ("Interactive", "Batch", "NewCredentials")
        return self._act(payload, rest, replace(session, account=account, interactive=interactive, become_user=user))

    def _start_job(self, action: Action, watchdog: Action, module: Action, session: Session) -> Result:
        folder = session.expand(action.param("AsyncDir"))
        timeout = float(watchdog.param("Timeout"))
        return self._jobs.start(folder, action.param("AsyncJid"), lambda: self._module(module, session), timeout)

    def _module(self, action: Action, session: Session) -> Result:
        name = str(action.param("Script")).removesuffix(".ps1")
        variables = {item["Name"]: item["Value"] for item in action.params.get("Variables") or []}
        if "complex_args" not in variables:
            raise RefusedError(f"{name} is a script, not a module")
        environment = {key: str(value) for key, value in (action.params.get("Environment") or {}).items()}
        session = replace(session, variables=environment)
        return execute(name, variables["complex_args"], session, self._jobs)


def _outcome(result: Result) -> Outcome:
    return Outcome(1 if result.get("failed") else 0, f"{json.dumps(result)}\r\n".encode())
