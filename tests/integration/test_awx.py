# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx.yml with the real modules of awx.awx, on a simulated AWX."""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.lab.awx import rules
from tests.lab.awx.server import TOKEN, SimulatedAwx
from tests.setup.paths import ANSIBLE_HOME, COLLECTIONS, ROOT, VENV_BIN

if t.TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT: t.Final = ROOT / "docs" / "awx" / "project"
SECRETS: t.Final = {"windows": "secret-of-windows", "installer": "secret-of-installer", "sql": "secret-of-sql"}
SETTINGS: t.Final = {
    "awx_git_url": "https://git.example.org/biztalk.git",
    "awx_execution_environment_image": "registry.example.org/biztalk-patching:0.1.0",
    "awx_instance_groups": "default",
    "awx_windows_user": "ansible",
    "awx_windows_password": SECRETS["windows"],
    "awx_installer_user": "EXAMPLE\\patchadmin",
    "awx_installer_password": SECRETS["installer"],
    "awx_sql_login_user": "patching",
    "awx_sql_login_password": SECRETS["sql"],
}


@dataclass(frozen=True)
class Run:
    """What one run of the playbook printed, what it changed on the AWX, and what that AWX has refused until then."""

    output: str
    changes: list[str]
    refused: list[str]

    @property
    def recap(self) -> dict[str, int]:
        """The numbers of the last line."""
        return {name: int(number) for name, number in re.findall(r"(changed|failed)=(\d+)", self.output)}


@dataclass(frozen=True)
class Runs:
    """One AWX after two runs of the playbook, and runs on another one that changed nothing."""

    awx: SimulatedAwx
    first: Run
    second: Run
    check: Run
    wrong_token: Run

    @property
    def job_templates(self) -> dict[str, dict[str, t.Any]]:
        return {one["name"]: one for one in self.awx.store.objects["job_templates"].values()}

    def associated(self, endpoint: str, name: str, association: str, target: str) -> list[str]:
        number = self.awx.store.named(endpoint, name)["id"]
        return sorted(self.awx.store.names(target, self.awx.store.associated.get((endpoint, number, association), [])))


pytestmark = pytest.mark.long


def playbooks() -> list[str]:
    """The files of the project that AWX takes for playbooks."""
    return [path.name for path in PROJECT.glob("*.yml") if rules.looks_like_playbook(path.read_text(encoding="utf-8"))]


def play(url: str, token: str, *arguments: str) -> str:
    variables = [text for item in SETTINGS.items() for text in ("-e", "=".join(item))]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CONTROLLER_"))
    }
    return subprocess.run(
        [str(VENV_BIN / "ansible-playbook"), "biztalk.patching.awx", *variables, *arguments],
        env={
            **environment,
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS.parent),
            "ANSIBLE_HOME": str(ANSIBLE_HOME),
            "ANSIBLE_PIPELINING": "true",
            "CONTROLLER_HOST": url,
            "CONTROLLER_OAUTH_TOKEN": token,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with SimulatedAwx(playbooks()) as awx, SimulatedAwx(playbooks()) as fresh, ThreadPoolExecutor() as pool:

        def run(on: SimulatedAwx, *arguments: str, token: str = TOKEN) -> Run:
            before = len(on.changes)
            output = play(on.url, token, *arguments)
            return Run(output, on.changes[before:], list(on.refused))

        # Side by side, for most of a run is waiting for the next module to start.
        check = pool.submit(run, fresh, "--check")
        wrong_token = pool.submit(run, fresh, token="wrong")
        yield Runs(awx, first=run(awx), second=run(awx, "-vvv"), check=check.result(), wrong_token=wrong_token.result())


def test_a_wrong_token_is_told(runs: Runs) -> None:
    assert runs.wrong_token.recap == {"changed": 0, "failed": 1}
    assert "Nothing was changed, because AWX cannot be asked" in runs.wrong_token.output
    assert "CONTROLLER_OAUTH_TOKEN a token of the scope Write" in runs.wrong_token.output
    assert "Invalid authentication credentials for /api/v2/me/ (HTTP 401)" in runs.wrong_token.output


def test_a_check_changes_nothing(runs: Runs) -> None:
    assert (runs.check.recap["failed"], runs.check.changes, runs.check.refused) == (0, [], []), runs.check.output
    assert "Check mode ends at the execution environment, the project, the inventory" in runs.check.output


def test_the_first_run_makes_everything(runs: Runs) -> None:
    objects = runs.awx.store.objects

    assert (runs.first.recap["failed"], runs.first.refused) == (0, []), runs.first.output
    assert {endpoint: sorted(one["name"] for one in objects[endpoint].values()) for endpoint in NAMES} == NAMES


NAMES: t.Final = {
    "organizations": ["Default"],
    "execution_environments": ["BizTalk patching"],
    "projects": ["BizTalk patching"],
    "inventories": ["BizTalk computers"],
    "inventory_sources": ["BizTalk management database"],
    "credentials": ["BizTalk SQL Server", "BizTalk Windows", "BizTalk installer"],
    "job_templates": ["BizTalk patch", "BizTalk plan", "BizTalk rollback", "BizTalk status"],
    "workflow_job_templates": ["BizTalk patch with approval"],
    "workflow_approval_templates": ["BizTalk: patch as planned?", "BizTalk: patch failed, roll back?"],
}


def test_a_second_run_changes_nothing(runs: Runs) -> None:
    assert runs.second.recap == {"changed": 0, "failed": 0}, runs.second.output
    assert (runs.second.changes, runs.second.refused) == ([], [])


def test_no_run_shows_a_secret(runs: Runs) -> None:
    outputs = [run.output for run in (runs.first, runs.second, runs.check, runs.wrong_token)]

    assert [secret for secret in (*SECRETS.values(), TOKEN) if any(secret in output for output in outputs)] == []
    # The second one with all that -vvv shows.
    assert "task path: " in runs.second.output


def test_the_secrets_are_in_the_credentials(runs: Runs) -> None:
    credentials = {one["name"]: one["inputs"] for one in runs.awx.store.objects["credentials"].values()}

    assert credentials == {
        "BizTalk Windows": {"username": "ansible", "password": SECRETS["windows"]},
        "BizTalk installer": {"username": "EXAMPLE\\patchadmin", "password": SECRETS["installer"]},
        "BizTalk SQL Server": {"login_user": "patching", "login_password": SECRETS["sql"]},
    }


@pytest.mark.parametrize("key", ["plan", "patch", "rollback", "status"])
def test_a_job_template_cannot_break_a_group(runs: Runs, key: str) -> None:
    name = f"BizTalk {key}"
    template = runs.job_templates[name]
    wanted = {"playbook": f"{key}.yml", "timeout": 0, "allow_simultaneous": False, "job_slice_count": 1, "forks": 25}

    assert {field: template[field] for field in wanted} == wanted
    assert runs.associated("job_templates", name, "credentials", "credentials") == NAMES["credentials"]
    assert runs.associated("job_templates", name, "instance_groups", "instance_groups") == ["default"]


def test_the_plan_is_no_failed_job(runs: Runs) -> None:
    assert runs.job_templates["BizTalk plan"]["extra_vars"] == '{"biztalk_plan_exit_code": false}'


def test_the_surveys_are_asked(runs: Runs) -> None:
    asked = {
        runs.awx.store.get(endpoint, number)["name"]: [question["variable"] for question in survey["spec"]]
        for (endpoint, number), survey in runs.awx.store.surveys.items()
    }

    assert asked["BizTalk rollback"] == ["biztalk_confirm_restore", "biztalk_take_over", "biztalk_close_applications"]
    assert asked["BizTalk status"] == ["biztalk_status_file"]
    assert asked["BizTalk patch with approval"] == asked["BizTalk patch"][:-1]
    assert asked["BizTalk patch"][0] == asked["BizTalk plan"][0] == "biztalk_packages"
    assert {one["survey_enabled"] for one in runs.job_templates.values()} == {True}


def test_the_workflow_asks_before_it_patches_and_before_it_rolls_back(runs: Runs) -> None:
    nodes = runs.awx.store.objects["workflow_job_template_nodes"]
    edges = {
        (nodes[number]["identifier"], association.removesuffix("_nodes"), nodes[other]["identifier"])
        for (endpoint, number, association), ids in runs.awx.store.associated.items()
        if endpoint == "workflow_job_template_nodes"
        for other in ids
    }
    approvals = runs.awx.store.objects["workflow_approval_templates"]
    runs_what = {
        one["identifier"]: (
            approvals.get(one["unified_job_template"])
            or runs.awx.store.get("unified_job_templates", one["unified_job_template"])
        )["name"]
        for one in nodes.values()
    }

    assert edges == {
        ("plan", "success", "approve-patch"),
        ("approve-patch", "success", "patch"),
        ("patch", "failure", "approve-rollback"),
        ("approve-rollback", "success", "rollback"),
    }
    assert runs_what == {
        "plan": "BizTalk plan",
        "approve-patch": "BizTalk: patch as planned?",
        "patch": "BizTalk patch",
        "approve-rollback": "BizTalk: patch failed, roll back?",
        "rollback": "BizTalk rollback",
    }
    assert {one["timeout"] for one in approvals.values()} == {14400}


def test_the_inventory_comes_from_the_management_database(runs: Runs) -> None:
    source = runs.awx.store.named("inventory_sources", "BizTalk management database")

    assert (source["source"], source["source_path"], source["overwrite"]) == ("scm", "biztalk.yml", True)
    assert source["credential"] == runs.awx.store.named("credentials", "BizTalk SQL Server")["id"]
    # A management database that cannot be read must not keep a rollback from starting.
    assert source["update_on_launch"] is False
