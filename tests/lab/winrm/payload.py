# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core pipes into its bootstrap script: a manifest of actions, and the input of the last one."""

from __future__ import annotations

import base64
import binascii
import json
import typing as t
from dataclasses import dataclass, field

from tests.lab.winrm.core_scripts import RefusedError, check_core_script

_SEPARATOR = b"\n\0\0\0\0\n"


@dataclass(frozen=True)
class Action:
    """One wrapper or script with its parameters; the secure ones stay out of every representation."""

    name: str
    params: dict[str, t.Any]
    secure_params: dict[str, t.Any] = field(repr=False)

    def param(self, name: str) -> t.Any:
        try:
            return self.params[name]
        except KeyError:
            raise RefusedError(f"the action {self.name} has no parameter {name}") from None


@dataclass(frozen=True)
class Payload:
    """The actions in the order in which each one wraps the next, and the raw input of the last one."""

    actions: tuple[Action, ...]
    data: bytes = b""

    @classmethod
    def parse(cls, stdin: bytes) -> Payload:
        """Raises `RefusedError` where this is not what the installed ansible-core writes."""
        bootstrap, manifest, data = (*stdin.split(_SEPARATOR, 2), b"", b"")[:3]
        try:
            name, document = json.loads(bootstrap)["name"], json.loads(manifest)
            scripts = {key: value["script"] for key, value in document["scripts"].items()}
            actions = tuple(
                Action(item["name"], item["params"], item.get("secure_params", {})) for item in document["actions"]
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RefusedError(f"the input of the bootstrap script is not ansible-core's: {error!r}") from error
        if name != "exec_wrapper" or not actions:
            raise RefusedError(f"the bootstrap script is to run {name} with {len(actions)} actions")
        for action in actions:
            if action.name not in scripts:
                raise RefusedError(f"the manifest lacks the script of its action {action.name}")
            check_core_script(action.name, scripts[action.name])
        return cls(actions, data)

    def decoded_lines(self) -> bytes:
        """The input as the base64 lines that `put_file` sends."""
        try:
            return b"".join(base64.b64decode(line, validate=True) for line in self.data.split())
        except binascii.Error as error:
            raise RefusedError(f"the file's content is not base64: {error}") from error
