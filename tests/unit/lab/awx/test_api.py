# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated AWX refuses, as a real one does."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.awx import rules
from tests.lab.awx.api import Api, RefusedError
from tests.lab.awx.rules import InvalidError
from tests.lab.awx.store import Store

NODES: t.Final = "/api/v2/workflow_job_template_nodes/"


@pytest.fixture
def api() -> Api:
    return Api(Store(["patch.yml"]))


def post(api: Api, path: str, **data: t.Any) -> t.Any:
    return api.answer("POST", f"/api/v2/{path}", data)[1]


@pytest.fixture
def project(api: Api) -> int:
    """A project that has been updated, and an inventory with the next id."""
    made: int = post(api, "projects/", name="P", organization=1, scm_type="git", scm_url="https://example.org")["id"]
    post(api, "inventories/", name="I", organization=1)
    return made


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v2/teams/", 404),
        ("GET", "/api/v2/organizations/99/", 404),
        ("GET", "/api/v2/organizations/1/users/", 404),
        ("GET", "/api/v2/organizations/?colour=red", 404),
        ("DELETE", "/api/v2/organizations/1/", 405),
        ("PUT", "/api/v2/organizations/", 405),
        ("POST", "/api/v2/me/", 404),
        # Approvals are made through their node.
        ("POST", "/api/v2/workflow_approval_templates/", 405),
        ("GET", "/api/v2/workflow_approval_templates/1/success_nodes/", 404),
    ],
)
def test_what_is_not_there_is_refused(api: Api, method: str, path: str, status: int) -> None:
    with pytest.raises(RefusedError) as refused:
        api.answer(method, path, {})

    assert refused.value.status == status


def test_an_unknown_field_is_refused(api: Api) -> None:
    with pytest.raises(InvalidError, match="organisation"):
        post(api, "projects/", name="P", organisation=1)


def test_a_field_that_must_be_there(api: Api) -> None:
    with pytest.raises(InvalidError, match="image"):
        post(api, "execution_environments/", name="E")


def test_an_id_that_is_of_nothing(api: Api) -> None:
    with pytest.raises(InvalidError, match="does not exist"):
        post(api, "inventories/", name="I", organization=99)


def test_a_name_that_is_taken(api: Api) -> None:
    with pytest.raises(InvalidError, match="already exists"):
        post(api, "organizations/", name="Default")


def test_a_playbook_that_the_project_does_not_have(api: Api, project: int) -> None:
    with pytest.raises(InvalidError, match="Playbook not found"):
        post(api, "job_templates/", name="J", project=project, inventory=project + 1, playbook="other.yml")

    assert post(api, "job_templates/", name="J", project=project, inventory=project + 1, playbook="patch.yml")["id"]


def test_a_job_template_has_one_credential_of_a_type(api: Api, project: int) -> None:
    path = post(api, "job_templates/", name="J", project=project, inventory=project + 1, playbook="patch.yml")["url"]
    first, second = (post(api, "credentials/", name=name, credential_type=3)["id"] for name in "AB")
    api.answer("POST", f"{path}credentials/", {"id": first})

    with pytest.raises(InvalidError, match="multiple credentials"):
        api.answer("POST", f"{path}credentials/", {"id": second})


def test_secrets_are_not_shown(api: Api) -> None:
    made = post(api, "credentials/", name="A", credential_type=3, inputs={"username": "u", "password": "p"})

    assert made["inputs"] == {"username": "u", "password": "$encrypted$"}


def test_a_secret_that_is_sent_back_as_it_is_shown_stays(api: Api) -> None:
    url = post(api, "credentials/", name="A", credential_type=3, inputs={"username": "u", "password": "p"})["url"]
    store = api._store  # noqa: SLF001
    api.answer("PATCH", url, {"inputs": {"username": "v", "password": "$encrypted$"}})

    assert store.named("credentials", "A")["inputs"] == {"username": "v", "password": "p"}


def test_a_workflow_has_no_cycle(api: Api) -> None:
    workflow = post(api, "workflow_job_templates/", name="W", organization=1)["id"]
    first, second = (
        post(api, "workflow_job_template_nodes/", workflow_job_template=workflow, identifier=name)["id"]
        for name in "AB"
    )
    api.answer("POST", f"{NODES}{first}/success_nodes/", {"id": second})

    with pytest.raises(InvalidError, match="Cycle"):
        api.answer("POST", f"{NODES}{second}/failure_nodes/", {"id": first})


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ({"type": "text", "variable": "v", "question_name": "?"}, "'required' missing"),
        ({"type": "date", "variable": "v", "question_name": "?", "required": True}, "not one of the allowed"),
        ({"type": "integer", "variable": "v", "question_name": "?", "required": True, "default": "1"}, "wrong type"),
        ({"type": "multiplechoice", "variable": "v", "question_name": "?", "required": True}, "must specify choices"),
        (
            {"type": "multiplechoice", "variable": "v", "question_name": "?", "required": True}
            | {"choices": ["a"], "default": "b"},
            "from the choices",
        ),
    ],
)
def test_a_survey_that_awx_does_not_take(question: dict[str, t.Any], complaint: str) -> None:
    with pytest.raises(InvalidError, match=complaint):
        rules.survey({"name": "", "description": "", "spec": [question]})


@pytest.mark.parametrize(
    "injectors",
    [{"extra_vars": {"x": "{{ colour }}"}}, {"env": {"ANSIBLE_X": "1"}}, {"other": {}}],
    ids=["unknown field", "reserved", "unknown kind"],
)
def test_a_credential_type_that_awx_does_not_take(injectors: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidError):
        rules.credential_type({"kind": "cloud", "inputs": {"fields": [{"id": "user"}]}, "injectors": injectors})


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("- import_playbook: a.b.c", True),
        ("  import_playbook: a.b.c", True),
        ("- hosts: all", True),
        ("- ansible.builtin.import_playbook: a.b.c", False),
        ("plugin: a.b.c", False),
    ],
)
def test_what_awx_takes_for_a_playbook(line: str, seen: bool) -> None:
    assert rules.looks_like_playbook(f"---\n{line}\n") is seen
