# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import socket
import threading
import typing as t

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.certificates import create_certificates
from tests.lab.winrm.server import WinRmServer
from tests.lab.winrm.shells import Outcome, Shells

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.topology import Account
    from tests.lab.windows.computer import Computer

USER, PASSWORD = r"LAB\patchadmin", "Patch-Me-2020!"


@pytest.fixture
def server(computer: Computer) -> t.Iterator[WinRmServer]:
    server = WinRmServer(computer)
    server.start()
    yield server
    server.stop()


def client(server: WinRmServer, user: str = USER, password: str = PASSWORD, **options: t.Any) -> Protocol:
    return Protocol(server.url, transport="basic", username=user, password=password, **options)


@pytest.mark.parametrize("user", [USER, USER.upper(), "patchadmin@LAB"])
def test_a_shell_opens_and_closes(server: WinRmServer, user: str) -> None:
    protocol = client(server, user)
    shell = protocol.open_shell(codepage=65001)
    protocol.close_shell(shell)
    with pytest.raises(WSManFaultError, match="There is no shell"):
        protocol.run_command(shell, "whoami")


@pytest.mark.parametrize(("user", "password"), [(USER, "wrong"), (USER, ""), (r"LAB\nobody", PASSWORD)])
def test_wrong_credentials(server: WinRmServer, user: str, password: str) -> None:
    with pytest.raises(InvalidCredentialsError):
        client(server, user, password).open_shell()


@pytest.mark.parametrize("authorization", [None, "Basic", "Basic %%%", "Negotiate abc", "Basic /w=="])
def test_what_is_no_basic_authentication(server: WinRmServer, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = requests.post(server.url, data=b"<a/>", headers=headers, timeout=5)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="WSMAN"'


def test_a_user_who_is_no_administrator(server: WinRmServer) -> None:
    with pytest.raises(WSManFaultError, match="Access is denied") as caught:
        client(server, r"LAB\alice", "Alice-Console-1!").open_shell()
    assert caught.value.wsman_fault_code == 5


def test_an_unknown_action_is_a_fault(server: WinRmServer) -> None:
    token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    body = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
        "<e:Header><a:Action>urn:Enumerate</a:Action></e:Header><e:Body/></e:Envelope>"
    )
    answer = requests.post(server.url, data=body, headers={"Authorization": f"Basic {token}"}, timeout=5)
    assert answer.status_code == 500
    assert "a:ActionNotSupported" in answer.text


def test_another_path_does_not_exist(server: WinRmServer) -> None:
    assert requests.post(server.url.replace("wsman", "x"), timeout=5).status_code == 404


def test_a_command_line_that_is_not_ansibles_is_refused(server: WinRmServer, computer: Computer) -> None:
    protocol = client(server)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "ipconfig", ["/all"])
    _stdout, stderr, code = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    assert code == 1
    assert stderr.startswith(b"The lab refuses: only encoded PowerShell scripts are known, not ['ipconfig']")
    assert [event.kind for event in computer.world.events.events][-1] == "remote.refused"


def test_a_command_of_another_shell_is_unknown(server: WinRmServer) -> None:
    protocol = client(server)
    with pytest.raises(WSManFaultError, match="There is no command"):
        protocol.get_command_output(protocol.open_shell(), "5F1E0000-0000-0000-0000-000000000000")


def test_a_client_asks_again_while_a_command_runs(server: WinRmServer) -> None:
    gate = threading.Event()

    def wait(_command_line: str, _stdin: bytes, _account: Account) -> Outcome:
        gate.wait(10)
        return Outcome(0, b"done")

    server.shells = Shells(wait)
    protocol = client(server, operation_timeout_sec=1, read_timeout_sec=5)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "long")
    with pytest.raises(WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell, command)
    gate.set()
    assert protocol.get_command_output(shell, command) == (b"done", b"", 0)


def test_https(computer: Computer, tmp_path: Path) -> None:
    files = create_certificates(tmp_path)
    server = WinRmServer(computer, certificate=files.certificate, key=files.key)
    server.start()
    try:
        assert server.url.startswith("https://")
        assert client(server, ca_trust_path=str(files.authority)).open_shell()
        with pytest.raises(requests.exceptions.SSLError):
            client(server).open_shell()
        # One client's distrust does not disturb the next.
        assert client(server, ca_trust_path=str(files.authority)).open_shell()
    finally:
        server.stop()


def test_an_endpoint_that_is_dark_refuses_connections_and_comes_back_without_its_shells(server: WinRmServer) -> None:
    port = server.port
    protocol = client(server)
    shell = protocol.open_shell()
    server.go_dark()
    with pytest.raises(requests.exceptions.ConnectionError):
        client(server).open_shell()
    server.come_back()
    assert server.port == port
    with pytest.raises(WSManFaultError, match="There is no shell"):
        client(server).run_command(shell, "whoami")
    client(server).open_shell()


def test_behind_a_network_that_is_gone_the_computer_goes_on_with_its_shells(server: WinRmServer) -> None:
    shell = client(server).open_shell()
    server.cut_off()
    with pytest.raises(requests.exceptions.ConnectionError):
        client(server).open_shell()
    server.come_back()
    client(server).close_shell(shell)


def test_an_endpoint_may_be_stopped_while_it_is_dark(server: WinRmServer) -> None:
    server.go_dark()
    server.stop()
    server.come_back()
    with pytest.raises(requests.exceptions.ConnectionError):
        client(server).open_shell()


def test_connections_break_and_new_ones_are_welcome(server: WinRmServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        # One request makes sure that the endpoint has taken the connection.
        connection.sendall(b"POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 404")
        server.drop_connections()
        while connection.recv(1000):
            pass
    client(server).open_shell()
