# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import codecs
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._setup_log import setup_log_errors, setup_log_text

SUCCESS = "Apply patch: Server=SQL1 Database=BizTalkMsgBoxDb Script=msgboxlogic.sql"


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        ("ExecuteCommand HRESULT=0x00000000", False),
        ("ExecuteCommand HRESULT=0x0", False),
        ("ExecuteCommand HRESULT=0x80040e14", True),
        ("ExecuteCommand HRESULT = 0x80040E14", True),
        ("executecommand hresult=0X80004005", True),
        ("ExecuteCommand HRESULT=0x00000001", True),
        ("ExecuteCommand HRESULT=0x000000001", True),
        ("Action ended 10:00:00: InstallFinalize. Return value 1.", False),
        ("Action ended 10:00:00: InstallFinalize. Return value 3.", True),
        ("Action ended 10:00:00: InstallFinalize. Return value 30.", False),
        ("The upgrade cannot be applied by the Windows Installer service", True),
        ("HRESULT is not given", False),
        ("", False),
    ],
)
def test_a_line_tells_of_a_failure(line: str, failure: bool) -> None:
    content = in_base64(f"{SUCCESS}\r\n  {line}\t\r\nExit code 0\r\n".encode())
    assert setup_log_errors(content) == ([line] if failure else [])


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(lambda text: text.encode("utf-8"), id="UTF-8"),
        pytest.param(lambda text: text.encode("utf-8") + b"\r\n\xff\xfe\xfc", id="bytes that are not UTF-8"),
    ],
)
def test_the_log_is_read_in_its_encoding(encode: t.Callable[[str], bytes]) -> None:
    text = f"Größe\r\n{SUCCESS}\r\nExecuteCommand HRESULT=0x80040e14\r\nReturn value 3.\r\nExit code 0"
    assert setup_log_errors(in_base64(encode(text))) == ["ExecuteCommand HRESULT=0x80040e14", "Return value 3."]


def test_an_empty_log_tells_of_nothing() -> None:
    assert setup_log_errors("") == []


def test_a_log_in_utf_16_is_read() -> None:
    assert setup_log_text(base64.b64encode("Größe\r\n".encode("utf-16")).decode("ascii")) == "Größe\r\n"
