# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each task of the role awx against what `ansible-doc` says of the installed awx.awx."""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t

import pytest

from tests.lab.awx.role import ROLE, load, role_variables
from tests.setup.paths import ANSIBLE_HOME, COLLECTIONS, VENV_BIN

TASKS: t.Final = [
    (module, task["name"], task[module])
    for path in sorted((ROLE / "tasks").glob("*.yml"))
    for task in load("roles", "awx", "tasks", path.name)
    for module in task
    if module.startswith("awx.awx.")
]
MODULES: t.Final = sorted({module for module, _name, _options in TASKS})


@pytest.fixture(scope="module")
def documented() -> dict[str, dict[str, t.Any]]:
    """The options of each module, by their names."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS.parent),
        "ANSIBLE_HOME": str(ANSIBLE_HOME),
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
    }
    told = subprocess.run(
        [str(VENV_BIN / "ansible-doc"), "-t", "module", "-j", *MODULES],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return {module: document["doc"]["options"] for module, document in json.loads(told.stdout).items()}


def misfits(options: t.Mapping[str, t.Any], documented: t.Mapping[str, t.Any]) -> list[str]:
    """What is no option, or no choice of one, and what is required and not there."""
    found = [f"{name} is no option" for name in options if name not in documented]
    for name, spec in documented.items():
        value = options.get(name)
        if spec.get("required") and name not in options:
            found.append(f"{name} is required")
        if spec.get("choices") and name in options and "{{" not in str(value) and value not in spec["choices"]:
            found.append(f"{value!r} is no choice of {name}")
        if spec.get("suboptions") and isinstance(value, dict):
            found += [f"{name}: {text}" for text in misfits(value, spec["suboptions"])]
    return found


@pytest.mark.parametrize(("module", "options"), [pytest.param(task[0], task[2], id=task[1]) for task in TASKS])
def test_the_options_of_a_task_are_documented(
    module: str, options: dict[str, t.Any], documented: dict[str, dict[str, t.Any]]
) -> None:
    assert misfits(options, documented[module]) == []


def test_the_approvals_of_the_workflow_are_documented(documented: dict[str, dict[str, t.Any]]) -> None:
    approval = documented["awx.awx.workflow_job_template_node"]["approval_node"]["suboptions"]
    nodes = [node["approval"] for node in role_variables()["awx_workflow_nodes"] if "approval" in node]

    assert [misfits(node, approval) for node in nodes] == [[], []]


@pytest.mark.parametrize(
    ("options", "misfit"),
    [
        ({"name": "x", "organisation": "y"}, "organisation is no option"),
        ({"name": "x", "state": "gone"}, "'gone' is no choice of state"),
        ({}, "name is required"),
    ],
)
def test_a_wrong_option_is_found(
    options: dict[str, t.Any], misfit: str, documented: dict[str, dict[str, t.Any]]
) -> None:
    assert misfit in misfits(options, documented["awx.awx.organization"])


def test_the_role_uses_all_that_it_should() -> None:
    wanted = (
        "credential credential_type execution_environment inventory inventory_source job_template organization project"
    )

    assert set(MODULES) == {f"awx.awx.{name}" for name in wanted.split()} | {
        "awx.awx.workflow_job_template",
        "awx.awx.workflow_job_template_node",
    }


def test_no_secret_can_be_seen() -> None:
    (credentials,) = [task for task in load("roles", "awx", "tasks", "resources.yml") if "awx.awx.credential" in task]

    assert credentials["no_log"] is True
    assert credentials["awx.awx.credential"]["update_secrets"] is False


def test_the_defaults_are_those_that_are_documented() -> None:
    specs = load("roles", "awx", "meta", "argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = load("roles", "awx", "defaults", "main.yml")

    assert {name: spec.get("default", "") for name, spec in specs.items()} == defaults


def test_every_variable_of_the_role_is_used() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in ROLE.rglob("*.yml") if path.parent.name != "meta")
    names = {*role_variables(), *load("roles", "awx", "defaults", "main.yml")}
    # A question is used through its YAML anchor.
    names = {name for name in names if not name.startswith("awx_question_")}

    assert {name for name in names if len(re.findall(rf"\b{name}\b", texts)) < 2} == set()


def test_awx_sets_no_variable_of_the_role() -> None:
    # What a job has from AWX ("User Guide", variables that AWX passes), and this playbook may run in one.
    numbers = "job_id job_template_id user_id schedule_id workflow_job_id inventory_id parent_job_schedule_id"
    texts = "job_template_name job_launch_type user_name user_email user_first_name user_last_name schedule_name"
    others = "workflow_job_name inventory_name project_revision project_scm_branch execution_node webhook_event_ref"
    names = {f"awx_{name}" for name in f"{numbers} {texts} {others}".split()}

    assert names & {*role_variables(), *load("roles", "awx", "defaults", "main.yml")} == set()
