# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of AWX's project on the lab, with what AWX hands from one job of the workflow to the next."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, record_of, run, states
from tests.lab.awx.role import PROJECT, role_variables
from tests.lab.invariants import broken
from tests.lab.paths import SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

FAILING = [{"name": "BTS2", "install": {"exit_codes": [1603]}}]
# AWX gives it to each job of a workflow.
WORKFLOW: t.Final = {"awx_workflow_job_id": 7}


def artifacts(output: str) -> dict[str, str]:
    """What AWX would keep of set_stats, and hand on."""
    return dict(re.findall(r'"(record_run_id)": "([^"]+)"', output.partition("CUSTOM STATS")[2]))


@pytest.mark.long
def test_a_workflow_takes_back_the_patch_that_failed_in_it(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SMALL_TOPOLOGY, computers=FAILING) as lab:
        before = states(lab)
        (template,) = [one for one in role_variables()["awx_job_templates"] if one["key"] == "rollback"]

        early = run(str(PROJECT / "rollback.yml"), lab, "-e", json.dumps(WORKFLOW | template["extra_vars"]))

        assert early.returncode != 0
        assert "nothing is to be taken back: the patch of this workflow stopped before" in early.stdout
        assert changes(lab.run_events()) == []

        patch = str(PROJECT / "patch.yml")
        failed = run(patch, lab, *CLOSE_APPLICATIONS, environment={"ANSIBLE_SHOW_CUSTOM_STATS": "true"})

        assert failed.returncode != 0
        assert artifacts(failed.stdout) == {"record_run_id": record_of(lab)["id"]}, failed.stdout

        handed_on = WORKFLOW | template["extra_vars"] | artifacts(failed.stdout)
        rolled_back = run(str(PROJECT / "rollback.yml"), lab, "-e", json.dumps(handed_on))

        assert rolled_back.returncode == 0, rolled_back.stdout
        assert states(lab) == before
        assert broken(lab.events.events) == {}
