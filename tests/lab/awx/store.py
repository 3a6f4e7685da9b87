# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects, and what creating and changing them does to others."""

from __future__ import annotations

import copy
import itertools
import typing as t

from tests.lab.awx import rules
from tests.lab.awx.resources import REQUIRED, RESOURCES, UNIFIED
from tests.lab.awx.rules import InvalidError

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.lab.awx.resources import Resource

Object = dict[str, t.Any]


class Store:
    """All objects by endpoint. A project finds the given playbooks when it is updated."""

    def __init__(self, playbooks: Sequence[str]) -> None:
        """Begins with what a fresh AWX has."""
        self._ids = itertools.count(1)
        self._playbooks = playbooks
        self.objects: dict[str, dict[int, Object]] = {endpoint: {} for endpoint in RESOURCES}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], Object] = {}
        self._seed()

    def _seed(self) -> None:
        self.create("organizations", {"name": "Default"})
        self.create("instance_groups", {"name": "default"})
        secret = {"id": "password", "type": "string", "label": "Password", "secret": True}
        user = {"id": "username", "type": "string", "label": "Username"}
        for name, kind in (("Machine", "ssh"), ("Source Control", "scm"), ("Container Registry", "registry")):
            new = {"name": name, "kind": kind, "managed": True, "inputs": {"fields": [user, secret]}}
            self._put("credential_types", _defaults(RESOURCES["credential_types"]) | new)

    def named(self, endpoint: str, name: str) -> Object:
        """The one object of this name."""
        field = "identifier" if endpoint == "workflow_job_template_nodes" else "name"
        (found,) = [one for one in self.objects[endpoint].values() if one[field] == name]
        return found

    def names(self, endpoint: str, ids: Sequence[int]) -> list[str]:
        return [self.objects[endpoint][one].get("identifier") or self.objects[endpoint][one]["name"] for one in ids]

    def get(self, endpoint: str, number: int) -> Object:
        """Raises KeyError where there is none."""
        if endpoint == "unified_job_templates":
            return next(self.objects[kind][number] for kind in UNIFIED if number in self.objects[kind])
        return self.objects[endpoint][number]

    def create(self, endpoint: str, data: Mapping[str, t.Any]) -> Object:
        resource = RESOURCES[endpoint]
        new = _defaults(resource) | self._written(resource, data)
        missing = [name for name, value in new.items() if value is REQUIRED]
        if missing:
            raise InvalidError(**dict.fromkeys(missing, "This field is required."))
        self._check(endpoint, new)
        created = self._put(endpoint, new)
        self._follow_up(endpoint, created, set(new))
        return created

    def change(self, endpoint: str, number: int, data: Mapping[str, t.Any]) -> Object:
        resource = RESOURCES[endpoint]
        old = self.objects[endpoint][number]
        written = self._written(resource, data)
        if endpoint == "credentials" and "inputs" in written:
            kept = {name: old["inputs"].get(name) for name, value in data["inputs"].items() if value == rules.ENCRYPTED}
            written["inputs"] = {**written["inputs"], **kept}
        new = old | written
        self._check(endpoint, new)
        changed = {name for name in written if written[name] != old[name]}
        self.objects[endpoint][number] = new
        self._follow_up(endpoint, new, changed)
        return new

    def approve(self, node: Object, data: Mapping[str, t.Any]) -> Object:
        """Make a node one that waits for an approval."""
        if node["unified_job_template"]:
            raise InvalidError(unified_job_template="The node has one already.")
        approval = self.create("workflow_approval_templates", data)
        node["unified_job_template"] = approval["id"]
        return approval

    def associate(self, endpoint: str, number: int, association: str, other: int, *, away: bool) -> None:
        """Raises KeyError where an object of the two is not there."""
        target = RESOURCES[endpoint].associations[association]
        self.get(target, other)
        ids = self.associated.setdefault((endpoint, number, association), [])
        if away:
            ids.remove(other)
            return
        if association == "credentials":
            kinds = [self.get("credentials", one)["credential_type"] for one in ids]
            if self.get("credentials", other)["credential_type"] in kinds:
                raise InvalidError(error="Cannot assign multiple credentials of one type.")
        if association.endswith("_nodes") and self._reaches(other, number):
            raise InvalidError(error="Cycle detected.")
        ids.append(other)

    def _reaches(self, start: int, end: int) -> bool:
        after = [
            one
            for (endpoint, number, _name), ids in self.associated.items()
            if endpoint == "workflow_job_template_nodes" and number == start
            for one in ids
        ]
        return start == end or any(self._reaches(one, end) for one in after)

    def _written(self, resource: Resource, data: Mapping[str, t.Any]) -> Object:
        strangers = set(data) - set(resource.fields) - set(resource.read_only)
        if strangers:
            raise InvalidError(**dict.fromkeys(strangers, "AWX has no such field."))
        written = {name: copy.deepcopy(value) for name, value in data.items() if name in resource.fields}
        # CharNullField and ChoiceNullField of awx/api/fields.py.
        nulls = {name: "" for name, value in written.items() if value is None and resource.fields[name] == ""}
        for name, endpoint in resource.references.items():
            if written.get(name) is not None:
                try:
                    self.get(endpoint, written[name])
                except (KeyError, StopIteration) as error:
                    raise InvalidError(**{name: f"Invalid pk {written[name]!r} - object does not exist."}) from error
        return written | nulls

    def _check(self, endpoint: str, new: Object) -> None:
        if endpoint == "credential_types":
            rules.credential_type(new)
        elif endpoint == "credentials":
            rules.credential(new, self.get)
        elif endpoint == "inventory_sources":
            rules.inventory_source(new, self.get)
        elif endpoint == "job_templates":
            rules.job_template(new, self.get, self._playbooks)
            new["organization"] = self.get("projects", new["project"])["organization"]
        key = RESOURCES[endpoint].unique
        for one in self.objects[endpoint].values():
            if key and one["id"] != new.get("id") and all(one[name] == new[name] for name in key):
                raise InvalidError(__all__=f"{endpoint} with this {', '.join(key)} already exists.")

    def _put(self, endpoint: str, new: Object) -> Object:
        number = next(self._ids)
        identity = {"id": number, "url": f"/api/v2/{endpoint}/{number}/", "type": RESOURCES[endpoint].type}
        self.objects[endpoint][number] = new | identity
        return self.objects[endpoint][number]

    def _follow_up(self, endpoint: str, new: Object, changed: set[str]) -> None:
        """A project whose source changed is updated, which takes no time here."""
        if endpoint == "projects" and changed & {"scm_type", "scm_url", "scm_branch", "credential"}:
            new |= {"status": "successful", "scm_revision": "0" * 40}


def _defaults(resource: Resource) -> Object:
    return copy.deepcopy(resource.fields | resource.read_only)
