# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""full_restore in a playbook: the preview, and what the operator sees of the restore."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from tests.integration.sql.restores import SET, files_of, is_untouched, left_of_the_update, unusable, updated
from tests.lab.playbook import run_playbook
from tests.setup.paths import CACHE

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.integration.sql.targets import LabTarget, OpenLab

pytestmark = pytest.mark.parametrize("driver", ["microsoft"], indirect=True)
HOST = "controller ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'"


def play(folder: Path, lab: LabTarget, *arguments: str, **options: t.Any) -> subprocess.CompletedProcess[str]:
    """The connection comes from the defaults of the action group."""
    task = {"biztalk.patching.full_restore": {"backup_set": SET, "poll_interval": 1, "progress_interval": 1, **options}}
    shared = {name: value for name, value in lab.options.items() if value is not None}
    book = [
        {
            "hosts": "all",
            "gather_facts": False,
            "module_defaults": {"group/biztalk.patching.sql": shared},
            "tasks": [task],
        }
    ]
    (folder / "hosts").write_text(HOST + "\n", encoding="utf-8")
    (folder / "play.yml").write_text(yaml.safe_dump(book), encoding="utf-8")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(CACHE)}
    return run_playbook(str(folder / "play.yml"), folder / "hosts", *arguments, environment=environment)


def test_the_preview_and_then_the_restore(open_lab: OpenLab, tmp_path: Path) -> None:
    lab = updated(open_lab(delays={"backup_database": 60}))
    file = next(one["file"] for one in files_of(lab) if one["name"] == "SSODB")
    preview = play(tmp_path, lab, "--check", "--diff")
    assert preview.returncode == 0, preview.stdout
    assert f"+SSODB on SQL1: ONLINE MULTI_USER, restored from {file}" in preview.stdout
    assert is_untouched(lab)
    done = play(tmp_path, lab, parallel=2)
    assert done.returncode == 0, done.stdout
    assert (left_of_the_update(lab), unusable(lab)) == (set(), {})
    lines = re.findall(r"^  \d\d:\d\d (.+)", done.stdout, re.MULTILINE)
    percents = [int(number) for line in lines for number in re.findall(r"SSODB on SQL1 (\d+) %", line)]
    assert any(line.startswith("restoring the databases, ") for line in lines), lines
    assert max(percents) > 0, lines
    assert "BAMArchive, BAMStarSchema and BAMAnalysis are backed up apart" in " ".join(done.stdout.split())
    assert "Sql-Patching-1!" not in preview.stdout + done.stdout
