# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX checks beyond the presence and the kinds of fields. Each rule raises `InvalidError`."""

from __future__ import annotations

import json
import re
import typing as t

import jinja2
import jinja2.sandbox

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Object = dict[str, t.Any]
    # An object by endpoint and id.
    Get = Callable[[str, int], Object]

# AWX takes a file for a playbook by its lines (awx/main/utils/ansible.py, could_be_playbook); names with a namespace,
# such as ansible.builtin.import_playbook, do not count there.
_PLAYBOOK_LINE = re.compile(r"^\s*?-?\s*?(?:hosts|include|import_playbook):\s*?.*?$")
ENCRYPTED: t.Final = "$encrypted$"
_QUESTION_TYPES: t.Final[dict[str, type]] = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": str,
    "integer": int,
    "float": float,
}


class InvalidError(Exception):
    """AWX answers with 400 and these messages by field."""

    def __init__(self, **messages: str) -> None:
        """Takes one message for each field."""
        super().__init__(messages)
        self.messages = {name: [message] for name, message in messages.items()}


def looks_like_playbook(text: str) -> bool:
    return any(_PLAYBOOK_LINE.match(line) for line in text.splitlines())


def credential_type(new: Mapping[str, t.Any]) -> None:
    """Custom types are of the kinds cloud and net, and their injectors use no field that they do not have."""
    if new["kind"] not in ("cloud", "net"):
        raise InvalidError(kind="Must be 'cloud' or 'net'")
    strangers = set(new["inputs"]) - {"fields", "required"} | set(new["injectors"]) - {"file", "env", "extra_vars"}
    if strangers:
        raise InvalidError(inputs=f"Additional properties are not allowed: {sorted(strangers)}")
    known = dict.fromkeys([one["id"] for one in new["inputs"].get("fields", [])], "EXAMPLE")
    sandbox = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    for kind, injector in new["injectors"].items():
        for name, template in injector.items():
            if kind == "env" and name.startswith("ANSIBLE_"):
                raise InvalidError(injectors=f"Environment variable {name} may affect Ansible configuration")
            try:
                sandbox.from_string(template).render(known)
            except jinja2.TemplateError as error:
                raise InvalidError(injectors=f"{name} uses an undefined field ({error})") from error


def credential(new: Mapping[str, t.Any], get: Get) -> None:
    """The inputs are fields of the type, and all that it requires are there."""
    inputs = get("credential_types", new["credential_type"])["inputs"]
    fields = {one["id"] for one in inputs.get("fields", [])}
    if strangers := set(new["inputs"]) - fields:
        raise InvalidError(inputs=f"Additional properties are not allowed: {sorted(strangers)}")
    if missing := set(inputs.get("required", [])) - set(new["inputs"]):
        raise InvalidError(inputs=f"required for {sorted(missing)}")


def inventory_source(new: Mapping[str, t.Any], get: Get) -> None:
    if new["source"] == "scm" and not new["source_project"]:
        raise InvalidError(source_project="Project required for scm type sources.")
    if new["credential"]:
        kind = get("credential_types", get("credentials", new["credential"])["credential_type"])["kind"]
        if kind in ("insights", "vault"):
            raise InvalidError(credential="Credentials of type insights and vault are disallowed for scm sources.")


def job_template(new: Mapping[str, t.Any], get: Get, playbooks: Sequence[str]) -> None:
    """The playbook is one that AWX sees in the project, and the extra variables are an object."""
    if not new["project"]:
        raise InvalidError(project="Job Templates must have a project assigned.")
    if not new["inventory"] and not new["ask_inventory_on_launch"]:
        raise InvalidError(inventory="Job Template must provide 'inventory' or allow prompting for it.")
    if get("projects", new["project"])["status"] != "successful" or new["playbook"] not in playbooks:
        raise InvalidError(playbook="Playbook not found for project.")
    if new["extra_vars"] and not isinstance(json.loads(new["extra_vars"]), dict):
        raise InvalidError(extra_vars="Expected a dictionary.")


def survey(spec: t.Any) -> None:
    """What JobTemplateSurveySpec of awx/api/views asks of a survey."""
    for name, kind in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(spec.get(name), kind):
            raise InvalidError(error=f"'{name}' must be a {kind.__name__} in survey spec.")
    variables = [question.get("variable") for question in spec["spec"]]
    if not variables or len(variables) != len(set(variables)):
        raise InvalidError(error="'spec' doesn't contain any items, or a variable is duplicated")
    for question in spec["spec"]:
        _survey_question(question)


def _survey_question(question: Mapping[str, t.Any]) -> None:
    expected: tuple[tuple[str, type], ...]
    expected = (("type", str), ("question_name", str), ("variable", str), ("required", bool))
    for name, kind in expected:
        if not isinstance(question.get(name), kind):
            raise InvalidError(error=f"'{name}' missing from survey question, or no {kind.__name__}")
    if question["type"] not in _QUESTION_TYPES:
        raise InvalidError(error=f"'{question['type']}' is not one of the allowed question types")
    default = question.get("default", "")
    if default != "" and not isinstance(default, _QUESTION_TYPES[question["type"]]):
        raise InvalidError(error=f"Default value {default!r} of {question['variable']} is of the wrong type")
    if question["type"] in ("multiplechoice", "multiselect"):
        choices = question.get("choices")
        if not choices or not all(isinstance(choice, str) for choice in choices):
            raise InvalidError(error=f"{question['variable']} must specify choices")
        if default and default not in choices:
            raise InvalidError(
                error=f"Default choice of {question['variable']} must be answered from the choices listed"
            )


def shown_inputs(inputs: Mapping[str, t.Any], type_inputs: Mapping[str, t.Any]) -> Object:
    """The inputs of a credential as the API shows them, without the secrets."""
    secret = {one["id"] for one in type_inputs.get("fields", []) if one.get("secret")}
    return {name: ENCRYPTED if name in secret and value else value for name, value in inputs.items()}
