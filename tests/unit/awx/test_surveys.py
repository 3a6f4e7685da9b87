# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surveys and the credentials against the settings that they set, and the project against what AWX makes of it."""

from __future__ import annotations

import os
import subprocess
import typing as t

import pytest
import yaml

from tests.lab.awx import rules
from tests.lab.awx.role import PROJECT, role_variables, settings
from tests.setup.paths import ANSIBLE_HOME, COLLECTIONS, ROOT, VENV_BIN

QUESTIONS: t.Final = [
    (kind, question) for kind, survey in role_variables()["awx_surveys"].items() for question in survey["spec"]
]
# Without a default AWX puts nothing over what a workflow hands on (templates.yml).
HANDED_ON: t.Final = ("biztalk_take_over", "biztalk_confirm_restore")


def expected(spec: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What a question must be for a setting of this kind."""
    default = spec.get("default", "")
    if spec["type"] == "bool":
        return {"type": "multiplechoice", "choices": ["false", "true"], "default": str(default).lower()}
    if "choices" in spec:
        return {"type": "multiplechoice", "choices": spec["choices"], "default": default}
    if spec["type"] == "int":
        return {"type": "integer", "default": default}
    # A list is entered with commas, as Ansible takes it.
    return {"type": "text", "default": default or ""}


@pytest.mark.parametrize(
    ("question"), [pytest.param(question, id=f"{kind}-{question['variable']}") for kind, question in QUESTIONS]
)
def test_a_question_is_for_a_setting(question: dict[str, t.Any]) -> None:
    spec = settings()[question["variable"]]
    wanted = expected(spec) | {"required": bool(spec.get("required"))}
    if question["variable"] in HANDED_ON:
        del wanted["default"]

    assert {name: question[name] for name in wanted} == wanted
    assert set(question) - set(wanted) == {"variable", "question_name", "question_description"}


@pytest.mark.parametrize("kind", sorted(role_variables()["awx_surveys"]))
def test_awx_takes_the_survey(kind: str) -> None:
    rules.survey(role_variables()["awx_surveys"][kind])


def test_the_workflow_asks_what_its_jobs_ask() -> None:
    surveys = {
        kind: {question["variable"] for question in survey["spec"]}
        for kind, survey in role_variables()["awx_surveys"].items()
    }

    assert surveys["workflow"] == (surveys["plan"] | surveys["patch"]) - {"biztalk_take_over"}


def test_credentials_set_what_is_read() -> None:
    kerberos = (PROJECT / "kerberos.yml").read_text(encoding="utf-8")
    names = {name for kind in role_variables()["awx_credential_types"] for name in kind["injectors"]["extra_vars"]}

    assert {name for name in names if name not in settings() and f"{{{{ {name} }}}}" not in kerberos} == set()
    assert {"biztalk_installer_user", "biztalk_installer_password", "biztalk_sql_login_user"} < names


@pytest.mark.parametrize("kind", role_variables()["awx_credential_types"], ids=lambda kind: str(kind["name"]))
def test_passwords_are_secret(kind: dict[str, t.Any]) -> None:
    rules.credential_type({"kind": "cloud", **kind})
    fields = kind["inputs"]["fields"]

    assert [field["id"] for field in fields if field.get("secret")] == [
        field["id"] for field in fields if field["id"].endswith("password")
    ]


def test_the_rollback_of_a_workflow_gets_the_id_that_a_run_tells() -> None:
    begin = yaml.safe_load((ROOT / "roles" / "record" / "tasks" / "begin.yml").read_text(encoding="utf-8"))
    (told,) = [task["ansible.builtin.set_stats"]["data"] for task in begin if "ansible.builtin.set_stats" in task]
    (rollback,) = [one for one in role_variables()["awx_job_templates"] if one["key"] == "rollback"]

    assert list(told) == ["record_run_id"]
    assert rollback["extra_vars"] == dict.fromkeys(HANDED_ON, "{{ record_run_id | default('') }}")
    assert "record_run_id is defined" in (PROJECT / "rollback.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", [one["key"] for one in role_variables()["awx_job_templates"]])
def test_awx_finds_the_playbook_of_a_job_template(key: str) -> None:
    text = (PROJECT / f"{key}.yml").read_text(encoding="utf-8")

    assert rules.looks_like_playbook(text)
    assert f"import_playbook: biztalk.patching.{key}\n" in text


def test_ansible_reads_the_playbooks_of_the_job_templates() -> None:
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS.parent), "ANSIBLE_HOME": str(ANSIBLE_HOME)}
    playbooks = [str(PROJECT / f"{one['key']}.yml") for one in role_variables()["awx_job_templates"]]
    read = subprocess.run(
        [str(VENV_BIN / "ansible-playbook"), "--syntax-check", *playbooks],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert read.returncode == 0, read.stderr
