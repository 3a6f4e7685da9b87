# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a playbook on a group, in the way in which the own one was started."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.biztalk.patching.plugins.plugin_utils._child import Child
from ansible_collections.biztalk.patching.plugins.plugin_utils._inherited import (
    PrivateFiles,
    Secrets,
    command,
    environment,
    vault_environment,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup


class Launcher:
    """`logs` takes a log for each group; what a group's run has to tell in the end comes into the `private` folder."""

    def __init__(
        self, playbook: str, *, private: Path, logs: Path, secrets: Secrets, check: bool = False, diff: bool = False
    ) -> None:
        self._playbook = playbook
        self._files = PrivateFiles(private)
        self._logs = logs
        self._command = command(f"biztalk.patching.{playbook}", self._files, secrets, check=check, diff=diff)
        self._vault = vault_environment(secrets.vault, self._files)

    def start(self, group: KnownGroup, tell: t.Callable[[str], None]) -> Child:
        variables = self._files.write(f"{group.name}.vars.json", json.dumps(self._variables(group)))
        log = self._logs / f"{group.name}.log"
        # Made beforehand, because Ansible would make it for everybody to read.
        log.touch(mode=0o600)
        surroundings = environment(self._vault, log=log, told=self._files.folder / f"{group.name}.json")
        return Child([*self._command, "--extra-vars", f"@{variables}"], surroundings, tell)

    def _variables(self, group: KnownGroup) -> dict[str, t.Any]:
        variables: dict[str, t.Any] = {"biztalk_hosts": group.name}
        # The plan's exit code 2 would be that of a failure too.
        return variables | ({"biztalk_plan_exit_code": False} if self._playbook == "plan" else {})
