# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import types
import typing as t

import pytest
from ansible import constants, context
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.utils.context_objects import CLIArgs

from ansible_collections.biztalk.patching.plugins.action.run_groups import ActionModule

if t.TYPE_CHECKING:
    from pathlib import Path

ONE = {"server": "SQL1", "database": "BizTalkMgmtDb", "sql_instances": ["SQL1"]}
UNKNOWN = {"problem": "SQL2 does not answer"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[..., dict[str, t.Any]]:
    """Run the action with options; its logs come below the folder `logs`."""
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"inventory": ("/inventory.yml",)}))
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))

    def run(**options: t.Any) -> dict[str, t.Any]:
        task = Task()
        task.args = {"playbook": "patch", "folder": str(tmp_path / "logs"), **options}
        # It needs none, but Ansible's own part looks at it.
        connection = types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="/unused"))
        action = ActionModule(task, connection, PlayContext(), DataLoader(), None, None)
        result: dict[str, t.Any] = action.run(task_vars={})
        return result

    return run


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"groups": {"orders": ONE, "invoices": ONE}}, "orders and invoices have the same management database"),
        ({"groups": {"orders": ONE}, "at_once": 0}, "at_once must be 1 or more"),
    ],
)
def test_what_cannot_be_run_is_refused(
    run: t.Callable[..., dict[str, t.Any]], tmp_path: Path, options: dict[str, t.Any], says: str
) -> None:
    with pytest.raises(AnsibleActionFail, match="Nothing was touched") as failure:
        run(**options)
    assert says in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_a_group_of_which_nothing_is_known_is_not_begun(run: t.Callable[..., dict[str, t.Any]], tmp_path: Path) -> None:
    result = run(groups={"invoices": UNKNOWN})
    (group,) = result["groups"]
    assert (group["outcome"], group["summary"]) == ("failed", "Nothing was touched. SQL2 does not answer")
    assert not result["changed"]
    (summary,) = tmp_path.glob("logs/*/summary.txt")
    assert summary.read_text(encoding="utf-8").splitlines() == result["lines"]
    # The folder with the passwords is gone.
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]
