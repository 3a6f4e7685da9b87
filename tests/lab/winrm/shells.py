# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shells of a WinRM endpoint and the commands that run in them ([MS-WSMV] 3.1.4)."""

from __future__ import annotations

import base64
import binascii
import threading
import typing as t
import uuid
from dataclasses import dataclass, field

from tests.lab.winrm.envelope import (
    NAMESPACES,
    SHELL,
    TRANSFER,
    Request,
    WsManFaultError,
    bad_request,
    not_supported,
    timed_out,
    unknown_shell,
)

if t.TYPE_CHECKING:
    from tests.lab.topology import Account

_RESOURCE = f"{SHELL}/cmd"
_DONE = f"{SHELL}/CommandState/Done"
_RUNNING = f"{SHELL}/CommandState/Running"


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""


# Runs a command line with its input for an account, and waits for its end.
Runner = t.Callable[[str, bytes, "Account"], Outcome]


class Command:
    """One command of a shell; it starts to run when its input is complete."""

    def __init__(self, run: t.Callable[[bytes], Outcome]) -> None:
        self._run = run
        self._input = bytearray()
        self._started = False
        self._changed = threading.Condition()
        self._output: Outcome | None = None

    def send(self, data: bytes, *, end: bool) -> None:
        self._input += data
        if end:
            self.start()

    def start(self) -> None:
        with self._changed:
            if self._started:
                return
            self._started = True
        threading.Thread(target=self._execute, name="winrm-command", daemon=True).start()

    def _execute(self) -> None:
        try:
            outcome = self._run(bytes(self._input))
        except Exception as error:  # the client waits for an end, whatever it is
            outcome = Outcome(1, b"", f"the lab failed: {type(error).__name__}: {error}".encode())
        with self._changed:
            self._output = outcome
            self._changed.notify_all()

    def receive(self, *, timeout: float, limit: int) -> tuple[Outcome, bool]:
        """The next at most `limit` bytes of each stream, and whether that is all; raises `WsManFaultError`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._output is not None, timeout):
                raise timed_out()
            output = t.cast("Outcome", self._output)
            chunk = Outcome(output.code, output.stdout[:limit], output.stderr[:limit])
            self._output = Outcome(output.code, output.stdout[limit:], output.stderr[limit:])
            return chunk, not (self._output.stdout or self._output.stderr)


@dataclass
class Shell:
    account: Account
    commands: dict[str, Command] = field(default_factory=dict)

    def command(self, command_id: str | None) -> Command:
        try:
            return self.commands[command_id or ""]
        except KeyError:
            raise WsManFaultError("w:InvalidParameter", 2150858788, f"There is no command {command_id}.") from None


class Shells:
    """Answers the requests of the shell protocol with the body of a response."""

    def __init__(self, run: Runner) -> None:
        self._run = run
        self._shells: dict[str, Shell] = {}
        self._actions: dict[str, t.Callable[[Request, Account], str]] = {
            f"{TRANSFER}/Create": self._create,
            f"{TRANSFER}/Delete": self._delete,
            f"{SHELL}/Command": self._command,
            f"{SHELL}/Send": self._send,
            f"{SHELL}/Receive": self._receive,
            f"{SHELL}/Signal": self._signal,
        }

    def handle(self, request: Request, account: Account) -> str:
        action = self._actions.get(request.action)
        if action is None:
            raise not_supported(request.action)
        return action(request, account)

    def close(self) -> None:
        """Forget every shell, as a restart does."""
        self._shells.clear()

    def _shell(self, request: Request, account: Account) -> Shell:
        shell = self._shells.get(request.shell_id)
        if shell is None or shell.account != account:
            raise unknown_shell(request.shell_id)
        return shell

    def _create(self, request: Request, account: Account) -> str:
        shell_id = str(uuid.uuid4()).upper()
        self._shells[shell_id] = Shell(account)
        return (
            f"<x:ResourceCreated><a:Address>http://localhost/wsman</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{_RESOURCE}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId></rsp:Shell>"
        )

    def _delete(self, request: Request, account: Account) -> str:
        self._shell(request, account)
        del self._shells[request.shell_id]
        return ""

    def _command(self, request: Request, account: Account) -> str:
        shell = self._shell(request, account)
        words = [
            node.text or ""
            for path in ("rsp:CommandLine/rsp:Command", "rsp:CommandLine/rsp:Arguments")
            for node in request.body.iterfind(path, NAMESPACES)
        ]
        command_line = " ".join(words)
        command = Command(lambda stdin: self._run(command_line, stdin, account))
        command_id = str(uuid.uuid4()).upper()
        shell.commands[command_id] = command
        if request.options.get("WINRS_CONSOLEMODE_STDIN", "TRUE").upper() == "TRUE":
            # The client has no input for it and will never send an end of it.
            command.start()
        return f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, request: Request, account: Account) -> str:
        shell = self._shell(request, account)
        for stream in request.body.iterfind("rsp:Send/rsp:Stream", NAMESPACES):
            try:
                data = base64.b64decode(stream.text or "", validate=True)
            except binascii.Error as error:
                raise bad_request(f"The input is not base64: {error}") from error
            shell.command(stream.get("CommandId")).send(data, end=stream.get("End", "").lower() == "true")
        return "<rsp:SendResponse/>"

    def _receive(self, request: Request, account: Account) -> str:
        desired = request.body.find("rsp:Receive/rsp:DesiredStream", NAMESPACES)
        if desired is None:
            raise bad_request("The request names no stream to receive.")
        command_id = desired.get("CommandId", "")
        command = self._shell(request, account).command(command_id)
        # base64 needs four bytes for three, and two streams share the envelope with its headers.
        outcome, done = command.receive(timeout=request.timeout, limit=request.max_size // 4)
        streams = "".join(
            f'<rsp:Stream Name="{name}" CommandId="{command_id}">{base64.b64encode(data).decode()}</rsp:Stream>'
            for name, data in (("stdout", outcome.stdout), ("stderr", outcome.stderr))
            if data
        )
        exit_code = f"<rsp:ExitCode>{outcome.code}</rsp:ExitCode>" if done else ""
        return (
            f'<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId="{command_id}" '
            f'State="{_DONE if done else _RUNNING}">{exit_code}</rsp:CommandState></rsp:ReceiveResponse>'
        )

    def _signal(self, request: Request, account: Account) -> str:
        """Every signal that a client sends ends the command; what it has begun on the computer goes on."""
        signal = request.body.find("rsp:Signal", NAMESPACES)
        if signal is None:
            raise bad_request("The request has no signal.")
        self._shell(request, account).commands.pop(signal.get("CommandId", ""), None)
        return "<rsp:SignalResponse/>"
