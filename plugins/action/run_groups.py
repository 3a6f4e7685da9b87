# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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
from ansible_collections.biztalk.patching.plugins.plugin_utils._inherited import Secrets, public_words
from ansible_collections.biztalk.patching.plugins.plugin_utils._judge import Judge
from ansible_collections.biztalk.patching.plugins.plugin_utils._lane import Lane, Voice
from ansible_collections.biztalk.patching.plugins.plugin_utils._launcher import Launcher
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
            raise AnsibleActionFail("Nothing was touched. at_once must be 1 or more, or no group would ever begin")
        if twins := same_databases(groups):
            raise AnsibleActionFail("Nothing was touched. " + "\n".join(twins))
        logs = _log_folder(Path(options["folder"]), options["playbook"])
        private = Path(tempfile.mkdtemp(prefix="biztalk-groups-", dir=constants.DEFAULT_LOCAL_TMP))
        stop = Stop()
        try:
            outcomes = self._outcomes(options, groups, logs, private, stop)
        finally:
            shutil.rmtree(private)
        lines = summary_lines(outcomes)
        (logs / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        result = {"groups": [outcome.as_result() for outcome in outcomes], "lines": lines, "folder": str(logs)}
        if stop.times:
            return {"failed": True, "msg": "The run was told to end.\n" + "\n".join(lines), **result}
        return {"changed": not self._task.check_mode and any(item.outcome == "done" for item in outcomes), **result}

    def _outcomes(
        self, options: dict[str, t.Any], groups: t.Sequence[KnownGroup], logs: Path, private: Path, stop: Stop
    ) -> list[GroupOutcome]:
        playbook, check = options["playbook"], bool(self._task.check_mode)
        launcher = Launcher(
            playbook,
            private=private,
            logs=logs,
            secrets=self._secrets(),
            check=check,
            diff=bool(self._task.diff),
        )
        say = _speaker(max(len(group.name) for group in groups), stop)
        voice = Voice(say, interval=options["progress_interval"], whole=display.verbosity > 0)
        known = [group for group in groups if not group.problem]
        turns = Turns(known, at_once=options["at_once"], exclusive=playbook in _EXCLUSIVE)
        clock = SystemClock()
        display.display(f"The whole output of each group goes to {logs}")

        judge = Judge(playbook, told=private, logs=logs, words=public_words(), check_mode=check)
        outcomes = {group.name: judge.unknown(group) for group in groups if group.problem}
        with stop.on_signals():
            runs = side_by_side(turns, lambda group: Lane(group, launcher.start, voice, clock), stop=stop, clock=clock)
            for ended in runs:
                outcomes[ended.group.name] = judge.of(ended)
        return [outcomes[group.name] for group in groups]

    def _secrets(self) -> Secrets:
        vault = [(name, secret.bytes) for name, secret in _vault_secrets(self._loader) or ()]
        return Secrets(vault, self._play_context.password or "", self._play_context.become_pass or "")


def _speaker(width: int, stop: Stop) -> t.Callable[[str, str], None]:
    """Shows a line of a group as long as the main process reads it: whoever sends it more than that waits for ever."""

    def say(group: str, text: str) -> None:
        if not stop.alone:
            display.display(f"{group:{width}} | {text}")

    return say


def _log_folder(parent: Path, playbook: str) -> Path:
    folder = parent.expanduser() / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{playbook}"
    folder.mkdir(parents=True, mode=0o700)
    return folder
