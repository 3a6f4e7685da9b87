# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP envelopes of WS-Management ([MS-WSMAN]) and its shell protocol ([MS-WSMV])."""

from __future__ import annotations

import re
import typing as t
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException, ElementTree

if t.TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
TRANSFER = NAMESPACES["x"]
SHELL = NAMESPACES["rsp"]
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_DURATION = re.compile(r"P(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)")
_DEFAULT_TIMEOUT = 60.0
_SMALLEST_ENVELOPE = 8192


class WsManFaultError(Exception):
    """A fault to answer with; `code` is the Windows error code in the detail ([MS-WSMV] 2.2.4.43)."""

    def __init__(self, subcode: str, code: int, reason: str) -> None:
        super().__init__(reason)
        self.subcode = subcode
        self.code = code


def timed_out() -> WsManFaultError:
    """The command needs longer than the operation may take; the client asks again ([MS-WSMV] 3.1.4.14)."""
    return WsManFaultError("w:TimedOut", 2150858793, "The WS-Management service cannot complete the operation in time.")


def unknown_shell(shell_id: str) -> WsManFaultError:
    return WsManFaultError("w:InvalidSelectors", 2150858843, f"There is no shell {shell_id} on this computer.")


def not_supported(action: str) -> WsManFaultError:
    return WsManFaultError("a:ActionNotSupported", 2150858752, f"The lab does not know the action {action}.")


def access_denied(user: str) -> WsManFaultError:
    return WsManFaultError("w:AccessDenied", 5, f"Access is denied: {user} may not use WinRM here.")


def bad_request(reason: str) -> WsManFaultError:
    return WsManFaultError("w:SchemaValidationError", 2150858817, reason)


@dataclass(frozen=True)
class Request:
    """What a client asks for; `timeout` is the operation's in seconds, `max_size` that of the answer in bytes."""

    action: str
    message_id: str
    shell_id: str
    timeout: float
    max_size: int
    options: dict[str, str]
    body: Element

    @classmethod
    def parse(cls, data: bytes) -> Request:
        """Raises `WsManFaultError` where this is no request of WS-Management."""
        try:
            root = ElementTree.fromstring(data)
        except (ElementTree.ParseError, DefusedXmlException) as error:
            raise bad_request(f"The request is not plain XML: {error}") from error
        body = root.find("s:Body", NAMESPACES)
        action = _text(root, "s:Header/a:Action")
        if body is None or not action:
            raise bad_request("The request has no body or no action.")
        return cls(
            action=action,
            message_id=_text(root, "s:Header/a:MessageID"),
            shell_id=_text(root, "s:Header/w:SelectorSet/w:Selector[@Name='ShellId']"),
            timeout=_seconds(_text(root, "s:Header/w:OperationTimeout")),
            max_size=max(_number(_text(root, "s:Header/w:MaxEnvelopeSize")), _SMALLEST_ENVELOPE),
            options={
                option.get("Name", ""): option.text or ""
                for option in root.iterfind("s:Header/w:OptionSet/w:Option", NAMESPACES)
            },
            body=body,
        )


def answer(request: Request, body: str) -> bytes:
    return _envelope(f"{request.action}Response", request.message_id, body)


def fault(message_id: str, error: WsManFaultError) -> bytes:
    reason = escape(str(error))
    body = (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{error.subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault Code="{error.code}" Machine="localhost"><f:Message>{reason}</f:Message></f:WSManFault>'
        "</s:Detail></s:Fault>"
    )
    return _envelope(FAULT_ACTION, message_id, body)


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    namespaces = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in NAMESPACES.items())
    return (
        f"<s:Envelope {namespaces}><s:Header><a:Action>{escape(action)}</a:Action>"
        f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID><a:To>{NAMESPACES['a']}/role/anonymous</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _text(root: Element, path: str) -> str:
    return (root.findtext(path, "", NAMESPACES) or "").strip()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _seconds(duration: str) -> float:
    """Seconds of an XML duration such as `PT20S`."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return _DEFAULT_TIMEOUT
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
