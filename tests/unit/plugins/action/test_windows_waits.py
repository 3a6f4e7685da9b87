# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions that wait for something on a Windows computer, with a computer that answers from a list."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.biztalk.patching.plugins.action import wait_for_job, wait_for_services
from ansible_collections.biztalk.patching.plugins.doc_fragments.windows_wait import ModuleDocFragment
from ansible_collections.biztalk.patching.plugins.plugin_utils import _shown
from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import Shown
from ansible_collections.biztalk.patching.plugins.plugin_utils._windows_wait import PATIENCE
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeClock
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import documented, without_prose

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock

    Answer: t.TypeAlias = "dict[str, t.Any] | Exception"

FOLDER = r"%USERPROFILE%\.ansible_async"
PATIENT = {"timeout": 300, "interval": 10, "progress_interval": 20}
JOB = {**PATIENT, "job": "j1.9002", "what": "the installer of KB5009901.exe", "reconnect_timeout": 60}
PENDING = {"services": [{"name": "W3SVC", "state": "stop_pending", "process_id": 8}]}
STOPPED = {"services": [{"name": "W3SVC", "state": "stopped", "process_id": 0}]}
RUNS, DONE = {"finished": False}, {"finished": True, "rc": 0}


class Connection:
    """`down` says that it cannot be made again."""

    def __init__(self) -> None:
        self.resets = 0
        self.down = False

    def reset(self) -> None:
        self.resets += 1
        if self.down:
            raise AnsibleConnectionFailure("refused")


class Windows:
    """What an action needs of Ansible; the computer answers one question after the other, or the connection fails."""

    def __init__(self, *answers: Answer) -> None:
        self._connection = self.connection = Connection()
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, t.Any]]] = []
        self.clock: Clock = FakeClock()

    def get_shell_option(self, _option: str, default: str) -> str:
        return FOLDER or default

    def _remote_expand_user(self, path: str) -> str:
        return path

    def _execute_module(
        self, *, module_name: str, module_args: dict[str, t.Any], task_vars: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        self.asked.append((module_name, module_args))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Services(Windows, wait_for_services.ActionModule):
    """`wait_for_services` on such a computer."""


class Job(Windows, wait_for_job.ActionModule):
    """`wait_for_job` on such a computer."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(_shown.display, "display", said.append)
    return said


def test_who_waits_for_services_sees_their_names_and_the_time(said: list[str]) -> None:
    action = Services(*[PENDING] * 5, STOPPED)
    found = action.wait({**PATIENT, "names": ["W3SVC"]}, Shown(20, "bts1", action.clock), {})
    assert found == STOPPED
    assert said == [
        "  00:20 bts1: W3SVC is stop_pending, process 8",
        "  00:40 bts1: W3SVC is stop_pending, process 8",
    ]
    assert set(map(str, action.asked)) == {"('ansible.windows.win_service_info', {})"}


def test_who_waits_for_an_installer_sees_what_runs_and_for_how_long(said: list[str]) -> None:
    action = Job(*[RUNS] * 18, DONE)
    found = action.wait(JOB, Shown(20, "bts1", action.clock), {})
    assert found == {"ansible_job_id": "j1.9002", **DONE}
    assert said[0] == "  00:20 bts1: the installer of KB5009901.exe is running"
    assert said[-1] == "  02:40 bts1: the installer of KB5009901.exe is running"
    assert len(said) == 8
    assert action.asked[0] == ("ansible.legacy.async_status", {"jid": "j1.9002", "_async_dir": FOLDER})


@pytest.mark.parametrize("down", [False, True])
def test_a_lost_connection_is_made_again_whatever_it_raised(said: list[str], down: bool) -> None:
    action = Job(RUNS, ConnectionError("reset by peer"), AnsibleConnectionFailure("refused"), RUNS, DONE)
    action.connection.down = down
    assert action.wait(JOB, Shown(20, "bts1", action.clock), {})["rc"] == 0
    assert action.connection.resets == 2
    assert said == ["  00:20 bts1: no connection for 20 s, trying again: refused"]


def test_a_computer_that_stays_away_is_no_success() -> None:
    action = Job(*[ConnectionError("refused")] * 9)
    found = action.wait(JOB, Shown(1000, "bts1", action.clock), {})
    assert found == {
        "ansible_job_id": "j1.9002",
        "failed": True,
        "msg": "the computer has not answered for 60 s: refused",
    }


@pytest.mark.parametrize("module", [wait_for_job, wait_for_services])
def test_the_documentation_has_the_options_of_the_action(module: t.Any) -> None:
    name = module.__name__.rpartition(".")[2]
    shared = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert without_prose(documented(name) | shared) == module.ActionModule.spec | PATIENCE
