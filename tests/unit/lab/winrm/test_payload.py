# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible.executor.powershell.module_manifest import _bootstrap_powershell_script, _get_powershell_script

from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.payload import Payload

SEPARATOR = b"\n\0\0\0\0\n"
WRAPPERS = ("become_wrapper.ps1", "async_wrapper.ps1", "async_watchdog.ps1", "module_wrapper.ps1")


def manifest(**changes: t.Any) -> bytes:
    """A manifest as ansible-core 2.19 and later write it."""
    document = {
        "scripts": {
            name: {"path": name, "script": base64.b64encode(_get_powershell_script(name)).decode()} for name in WRAPPERS
        },
        "actions": [
            {"name": name, "params": {"Of": name}, "secure_params": {"BecomePassword": "s3cret"}} for name in WRAPPERS
        ],
        "signed_hashlist": [],
        **changes,
    }
    return (
        json.dumps({"name": "exec_wrapper", "script": "", "params": {}}).encode()
        + SEPARATOR
        + json.dumps(document).encode()
    )


def test_actions_in_their_order() -> None:
    payload = Payload.parse(manifest())
    assert [action.name for action in payload.actions] == list(WRAPPERS)
    assert payload.actions[0].param("Of") == "become_wrapper.ps1"
    assert payload.actions[0].secure_params == {"BecomePassword": "s3cret"}
    assert payload.data == b""


def test_a_secret_is_in_no_representation() -> None:
    assert "s3cret" not in repr(Payload.parse(manifest()))


def test_a_missing_parameter() -> None:
    with pytest.raises(RefusedError, match="has no parameter Script"):
        Payload.parse(manifest()).actions[-1].param("Script")


def test_a_file_follows_the_manifest() -> None:
    _script, stdin = _bootstrap_powershell_script("winrm_put_file.ps1", {"Path": r"C:\x"}, has_input=True)
    lines = base64.b64encode(b"first ") + b"\r\n" + base64.b64encode(b"second\0\n\0\0\0\0\n") + b"\r\n"
    payload = Payload.parse(stdin + lines)
    assert payload.actions[0].params == {"Path": r"C:\x"}
    assert payload.decoded_lines() == b"first second\0\n\0\0\0\0\n"


def test_a_file_that_is_not_base64() -> None:
    _script, stdin = _bootstrap_powershell_script("winrm_put_file.ps1", {"Path": r"C:\x"}, has_input=True)
    with pytest.raises(RefusedError, match="not base64"):
        Payload.parse(stdin + b"!!!\r\n").decoded_lines()


def test_a_wrapper_that_is_not_the_installed_one() -> None:
    scripts = {name: {"script": base64.b64encode(_get_powershell_script(name)).decode()} for name in WRAPPERS}
    scripts[WRAPPERS[-1]]["script"] = base64.b64encode(b"evil").decode()
    with pytest.raises(RefusedError, match=r"module_wrapper\.ps1 is not that of the ansible-core"):
        Payload.parse(manifest(scripts=scripts))


@pytest.mark.parametrize(
    "stdin",
    [
        b"",
        b"{}",
        b"{}" + SEPARATOR + b"{}",
        b"not json" + SEPARATOR + b"{}",
        b'{"name": "other"}' + SEPARATOR + b'{"scripts": {}, "actions": []}',
        manifest(actions=[]),
        manifest(actions=[{"name": "evil.ps1", "params": {}, "secure_params": {}}]),
        manifest(actions=[{"params": {}}]),
        manifest(scripts={"module_wrapper.ps1": {"script": base64.b64encode(b"evil").decode()}}),
        manifest()[:-1],
    ],
)
def test_what_is_no_payload(stdin: bytes) -> None:
    with pytest.raises(RefusedError):
        Payload.parse(stdin)
