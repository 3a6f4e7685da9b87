# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import operator
import shutil
import tempfile
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.biztalk.patching.plugins.module_utils._clock import SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._group_outcome import GroupOutcome, summary_lines
from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup, same_databases
from ansible_collections.biztalk.patching.plugins.module_utils._turns import Turns
from ansible_collections.biztalk.patching.plugins.plugin_utils._child import Child
from ansible_collections.biztalk.patching.plugins.plugin_utils._inherited import (
    PrivateFiles,
    Secrets,
    command,
    environment,
    public_words,
    vault_environment,
)
from ansible_collections.biztalk.patching.plugins.plugin_utils._judge import Judge
from ansible_collections.biztalk.patching.plugins.plugin_utils._lane import Lane, Voice
from ansible_collections.biztalk.patching.plugins.plugin_utils._side_by_side import Stop, side_by_side

display = Display()

_SPEC: dict[str, t.Any] = {
    "playbook": {"type": "str", "choices": ["plan", "patch", "rollback", "status"], "required": True},
    "groups": {"type": "dict", "required": True},
    "at_once": {"type": "int", "default": 4},
    "folder": {"type": "path", "required": True},
    "progress_interval": {"type": "int", "default": 30},
}
# What these do to one group must not happen to another one on the same SQL Server instance at the same time.
_EXCLUSIVE: t.Final = ("patch", "rollback")
# The loader has no public way to the passwords that it decrypts with.
_vault_secrets = operator.attrgetter("_vault.secrets")


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    """It starts processes on the controller itself; no connection is needed."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=_SPEC)
        groups = [KnownGroup.parse(name, raw) for name, raw in options["groups"].items()]
        if options["at_once"] < 1:
            raise AnsibleActionFail("at_once must be 1 or more: no group would ever begin")
        if twins := same_databases(groups):
            raise AnsibleActionFail("Nothing was touched. " + "\n".join(twins))
        logs = _log_folder(Path(options["folder"]), options["playbook"])
        private = PrivateFiles(Path(tempfile.mkdtemp(prefix="biztalk-groups-", dir=constants.DEFAULT_LOCAL_TMP)))
        try:
            outcomes, stopped = self._run(options, groups, logs, private)
        finally:
            shutil.rmtree(private.folder)
        lines = summary_lines(outcomes)
        (logs / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        result = {"groups": [outcome.as_result() for outcome in outcomes], "lines": lines, "folder": str(logs)}
        if stopped:
            return {"failed": True, "msg": "The run was told to end.\n" + "\n".join(lines), **result}
        return {"changed": not self._task.check_mode and any(item.outcome == "done" for item in outcomes), **result}

    def _run(
        self, options: dict[str, t.Any], groups: t.Sequence[KnownGroup], logs: Path, private: PrivateFiles
    ) -> tuple[list[GroupOutcome], bool]:
        playbook = options["playbook"]
        secrets = self._secrets()
        vault = vault_environment(secrets.vault, private)
        judge = Judge(playbook, private.folder, logs, public_words(), bool(self._task.check_mode))
        words = command(
            f"biztalk.patching.{playbook}",
            private,
            secrets,
            check=bool(self._task.check_mode),
            diff=bool(self._task.diff),
        )
        width = max(len(group.name) for group in groups)
        voice = Voice(
            lambda name, text: display.display(f"{name:{width}} | {text}"),
            interval=options["progress_interval"],
            whole=display.verbosity > 0,
        )
        display.display(f"The whole output of each group goes to {logs}")

        def start(group: KnownGroup, tell: t.Callable[[str], None]) -> Child:
            return Child(
                [*words, "--extra-vars", f"@{private.write(f'{group.name}.vars.json', _variables(group, playbook))}"],
                environment(vault, log=_log(logs, group), told=private.folder / f"{group.name}.json"),
                tell,
            )

        clock, stop = SystemClock(), Stop()
        turns = Turns(
            [group for group in groups if not group.problem],
            at_once=options["at_once"],
            exclusive=playbook in _EXCLUSIVE,
        )
        outcomes = {group.name: judge.unknown(group) for group in groups if group.problem}
        with stop.on_signals():
            for ended in side_by_side(turns, lambda group: Lane(group, start, voice, clock), stop=stop, clock=clock):
                outcomes[ended.group.name] = judge.of(ended)
        return [outcomes[group.name] for group in groups], bool(stop.times)

    def _secrets(self) -> Secrets:
        vault = [(name, secret.bytes) for name, secret in _vault_secrets(self._loader) or ()]
        return Secrets(vault, self._play_context.password or "", self._play_context.become_pass or "")


def _variables(group: KnownGroup, playbook: str) -> str:
    variables: dict[str, t.Any] = {"biztalk_hosts": group.name}
    if playbook == "plan":
        # Its exit code 2 would be that of a failure too.
        variables["biztalk_plan_exit_code"] = False
    return json.dumps(variables)


def _log_folder(parent: Path, playbook: str) -> Path:
    folder = parent.expanduser() / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{playbook}"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _log(logs: Path, group: KnownGroup) -> Path:
    """Made beforehand, because Ansible would make it for everybody to read."""
    path = logs / f"{group.name}.log"
    path.touch(mode=0o600)
    return path
