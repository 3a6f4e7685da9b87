# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules in a playbook: what the operator sees, and what a task on the wrong computer says."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from tests.lab.playbook import run_playbook
from tests.setup.paths import CACHE

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.integration.sql.targets import LabTarget, OpenLab

MODULES = ("group_info", "wait_for_idle", "full_backup", "full_restore", "package_info", "package_select")
WINDOWS = "bts1 ansible_connection=winrm ansible_host=127.0.0.1 ansible_port=1 ansible_user=x ansible_password=x"
HERE = "controller ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'"
# For Ansible and the collection this is another computer, as a jump host is.
ELSEWHERE = "jump ansible_connection=jump ansible_python_interpreter='{{ ansible_playbook_python }}'"
JUMP = '''
DOCUMENTATION = """
name: jump
short_description: Commands on this machine, which passes for another one.
extends_documentation_fragment: [connection_pipelining]
"""
from ansible.plugins.connection.local import Connection as Local


class Connection(Local):
    transport = "jump"
'''
everywhere = pytest.mark.parametrize("inventory", [HERE, ELSEWHERE], ids=["controller", "jump-host"])


@pytest.fixture(params=["microsoft"])
def driver(request: pytest.FixtureRequest) -> str:
    """What a driver does is the other tests' matter."""
    return str(request.param)


def play(folder: Path, inventory: str, tasks: list[dict[str, t.Any]]) -> subprocess.CompletedProcess[str]:
    (folder / "hosts").write_text(inventory + "\n", encoding="utf-8")
    plugins = folder / "connection_plugins"
    plugins.mkdir()
    (plugins / "jump.py").write_text(JUMP, encoding="utf-8")
    book = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
    (folder / "play.yml").write_text(yaml.safe_dump(book), encoding="utf-8")
    return run_playbook(
        str(folder / "play.yml"), folder / "hosts", environment={"ANSIBLE_COLLECTIONS_PATH": str(CACHE)}
    )


def slow(open_lab: OpenLab) -> LabTarget:
    """A second for each of six databases."""
    return open_lab(delays={"backup_database": 50})


def backup(lab: LabTarget, **arguments: t.Any) -> dict[str, t.Any]:
    options = {name: value for name, value in lab.options.items() if value is not None}
    return {"biztalk.patching.full_backup": {**options, "poll_interval": 1, **arguments}, "register": "made"}


@everywhere
def test_the_operator_sees_what_a_long_backup_is_at(open_lab: OpenLab, tmp_path: Path, inventory: str) -> None:
    lab = slow(open_lab)
    task = backup(lab, progress_interval=1)
    verdict = {"ansible.builtin.assert": {"that": ["made.backup_set.databases | length == 6", "'stdout' not in made"]}}
    jobs = tmp_path / "jobs"
    done = play(tmp_path, f"{inventory} ansible_async_dir={jobs}", [task, verdict])

    assert done.returncode == 0, done.stdout
    lines = re.findall(r"^  \d\d:\d\d (.+)", done.stdout, re.MULTILINE)
    counted = [int(found[1]) for line in lines if (found := re.search(r"(\d) of 6 databases backed up", line))]
    assert counted == sorted(counted)
    assert len(set(counted)) > 1, lines
    assert any("is at step 2 'BackupFull'" in line for line in lines)
    assert any(re.search(r", (BizTalk|BAM|SSO)\w+ \d+ %$", line) for line in lines), lines
    # Elsewhere it is a job, of which nothing is left.
    assert (jobs.exists(), list(jobs.glob("*"))) == (inventory == ELSEWHERE, [])
    assert "Sql-Patching-1!" not in done.stdout


@everywhere
def test_a_backup_that_is_refused_says_so(open_lab: OpenLab, tmp_path: Path, inventory: str) -> None:
    lab = slow(open_lab)
    lab.agents(running=False)
    done = play(tmp_path, inventory, [backup(lab)])
    assert done.returncode != 0
    assert "No backup was made: SQL Server Agent of SQL1 is stopped" in done.stdout


@everywhere
@pytest.mark.parametrize("change", [{"progress_interval": 0}, {"progress_file": "given"}])
def test_progress_as_the_operator_wants_it(
    open_lab: OpenLab, tmp_path: Path, inventory: str, change: dict[str, t.Any]
) -> None:
    lab = slow(open_lab)
    if "progress_file" in change:
        change = {"progress_file": str(tmp_path / "given")}
    done = play(tmp_path, inventory, [backup(lab, **change)])
    assert done.returncode == 0, done.stdout
    assert ("databases backed up" in done.stdout) is ("progress_file" in change)
    if "progress_file" in change:
        told = (tmp_path / "given").read_text(encoding="utf-8")
        assert "databases backed up" in told
        assert told.count("\nverifying ") == 6


@everywhere
def test_the_operator_sees_for_whom_the_wait_is(open_lab: OpenLab, tmp_path: Path, inventory: str) -> None:
    lab = open_lab()
    lab.agents(running=False)
    lab.first.open_session(host="BTS1", program="BTSNTSvc64", login="x", database="BizTalkMsgBoxDb")
    options = {name: value for name, value in lab.options.items() if value is not None}
    wait = {"biztalk.patching.wait_for_idle": {**options, "interval": 1, "timeout": 6, "progress_interval": 1}}
    done = play(tmp_path, inventory, [wait])
    assert "The BizTalk databases are still in use after 6 s" in done.stdout
    lines = re.findall(r"^  \d\d:\d\d (.+)", done.stdout, re.MULTILINE)
    waiting = "waiting up to 6 s for 1 session: BTSNTSvc64 on BTS1 (1)"
    assert {waiting, f"still {waiting}"} <= set(lines), lines
    assert len(lines) < 10
    assert "Sql-Patching-1!" not in done.stdout


def test_a_task_on_a_windows_computer_says_where_it_belongs(tmp_path: Path) -> None:
    tasks: list[dict[str, t.Any]] = []
    for name in MODULES:
        tasks.append({f"biztalk.patching.{name}": {}, "register": "result", "ignore_errors": True})
        message = f"biztalk.patching.{name} was about to run on bts1, which is a Windows computer"
        tasks.append(
            {"ansible.builtin.assert": {"that": [f"'{message}' in result.msg", "'delegate_to' in result.msg"]}}
        )
    done = play(tmp_path, WINDOWS, tasks)
    assert done.returncode == 0, done.stdout
