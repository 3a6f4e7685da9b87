# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.lab.winrm import envelope

REQUEST = """<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">
<env:Header><a:Action>urn:act</a:Action><a:MessageID>uuid:1</a:MessageID>
<w:OperationTimeout>{timeout}</w:OperationTimeout><w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize>
<w:SelectorSet><w:Selector Name="ShellId">S1</w:Selector></w:SelectorSet>
<w:OptionSet><w:Option Name="WINRS_CONSOLEMODE_STDIN">FALSE</w:Option></w:OptionSet></env:Header>
<env:Body/></env:Envelope>"""


def request(timeout: str = "PT20S", size: str = "153600") -> envelope.Request:
    return envelope.Request.parse(REQUEST.format(timeout=timeout, size=size).encode())


@pytest.mark.parametrize(
    ("timeout", "seconds"), [("PT20S", 20), ("PT1M30.5S", 90.5), ("PT2H", 7200), ("", 60), ("soon", 60)]
)
def test_operation_timeout(timeout: str, seconds: float) -> None:
    assert request(timeout).timeout == seconds


def test_request() -> None:
    parsed = request()
    assert (parsed.action, parsed.message_id, parsed.shell_id, parsed.max_size) == ("urn:act", "uuid:1", "S1", 153600)
    assert parsed.options == {"WINRS_CONSOLEMODE_STDIN": "FALSE"}


@pytest.mark.parametrize("size", ["", "0", "100", "much"])
def test_an_answer_has_room_for_its_own_headers(size: str) -> None:
    assert request(size=size).max_size == 8192


@pytest.mark.parametrize("data", [b"", b"not xml", b"<a/>", REQUEST.replace("urn:act", "").encode()])
def test_what_is_no_request(data: bytes) -> None:
    with pytest.raises(envelope.WsManFaultError):
        envelope.Request.parse(data)


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(envelope.WsManFaultError):
        envelope.Request.parse(bomb)


def test_fault_names_its_code_and_escapes_its_reason() -> None:
    text = envelope.fault("uuid:1", envelope.not_supported("<urn>")).decode()
    assert '<f:WSManFault Code="2150858752"' in text
    assert "&lt;urn&gt;" in text
