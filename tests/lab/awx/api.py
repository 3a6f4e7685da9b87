# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests become work on the objects, and objects become what the API shows."""

from __future__ import annotations

import copy
import typing as t
from urllib.parse import parse_qsl, urlsplit

from tests.lab.awx import rules
from tests.lab.awx.resources import RESOURCES, UNIFIED

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.lab.awx.store import Object, Store

# More are spread over pages, which nobody here asks for.
_PAGE = 25


class RefusedError(Exception):
    """The request is of a kind that is not modelled, or that AWX does not know: 404 or 405."""

    def __init__(self, status: int) -> None:
        """Takes the status of the answer."""
        super().__init__(status)
        self.status = status


class Api:
    """The API version 2 over the objects of a store."""

    def __init__(self, store: Store) -> None:
        """Works on this store."""
        self._store = store

    def answer(self, method: str, target: str, data: Mapping[str, t.Any]) -> tuple[int, t.Any]:
        """The status and the JSON of the answer, which is None for an empty one. Raises RefusedError."""
        url = urlsplit(target)
        match url.path.removeprefix("/api/v2/").strip("/").split("/"):
            case ["me"] if method == "GET":
                return 200, self._page([("users", {"username": "operator", "is_superuser": True})], {})
            case ["unified_job_templates"] if method == "GET":
                everything = [(kind, one) for kind in UNIFIED for one in self._store.objects[kind].values()]
                return 200, self._page(everything, dict(parse_qsl(url.query)))
            case ["project_updates", number] if method == "GET":
                return 200, {"id": int(number), "status": "successful", "finished": "2026-11-28T01:00:00Z"}
            case [endpoint] if endpoint in RESOURCES:
                return self._list(method, endpoint, dict(parse_qsl(url.query)), data)
            case [endpoint, number, *rest] if endpoint in RESOURCES and number.isdecimal():
                if int(number) not in self._store.objects[endpoint]:
                    raise RefusedError(404)
                return self._one(method, endpoint, int(number), rest, data)
            case _:
                raise RefusedError(404)

    def _list(self, method: str, endpoint: str, query: dict[str, str], data: Mapping[str, t.Any]) -> tuple[int, t.Any]:
        if method == "GET":
            return 200, self._page([(endpoint, one) for one in self._store.objects[endpoint].values()], query)
        if method == "POST" and endpoint != "workflow_approval_templates":
            created = self._shown(endpoint, self._store.create(endpoint, data))
            if endpoint == "projects":
                created["summary_fields"]["current_update"] = {"id": created["id"], "status": "pending"}
            return 201, created
        raise RefusedError(405)

    def _one(
        self, method: str, endpoint: str, number: int, rest: list[str], data: Mapping[str, t.Any]
    ) -> tuple[int, t.Any]:
        resource = RESOURCES[endpoint]
        match method, rest:
            case "GET", []:
                return 200, self._shown(endpoint, self._store.get(endpoint, number))
            case "PATCH", []:
                return 200, self._shown(endpoint, self._store.change(endpoint, number, data))
            case "GET", ["survey_spec"] if resource.has_survey:
                return 200, self._store.surveys.get((endpoint, number), {})
            case "POST", ["survey_spec"] if resource.has_survey:
                rules.survey(data)
                self._store.surveys[endpoint, number] = dict(data)
                return 200, None
            case "POST", ["create_approval_template"] if endpoint == "workflow_job_template_nodes":
                approval = self._store.approve(self._store.get(endpoint, number), data)
                return 201, self._shown("workflow_approval_templates", approval)
            case "GET", [association] if association in resource.associations:
                target = resource.associations[association]
                ids = self._store.associated.get((endpoint, number, association), [])
                return 200, self._page([(target, self._store.get(target, one)) for one in ids], {})
            case "POST", [association] if association in resource.associations:
                away = bool(data.get("disassociate"))
                self._store.associate(endpoint, number, association, data["id"], away=away)
                return 204, None
            case _:
                raise RefusedError(404 if rest else 405)

    def _page(self, objects: Iterable[tuple[str, Object]], query: Mapping[str, str]) -> Object:
        found = [self._shown(endpoint, one) for endpoint, one in objects if _matches(one, query)]
        if len(found) > _PAGE:
            raise RefusedError(404)
        return {"count": len(found), "next": None, "previous": None, "results": found}

    def _shown(self, endpoint: str, one: Object) -> Object:
        shown = copy.deepcopy(one) | {"related": {}, "summary_fields": {}}
        if endpoint not in RESOURCES:
            return shown
        if endpoint == "credentials":
            type_inputs = self._store.get("credential_types", one["credential_type"])["inputs"]
            shown["inputs"] = rules.shown_inputs(one["inputs"], type_inputs)
        if RESOURCES[endpoint].has_survey:
            shown["related"]["survey_spec"] = f"{one['url']}survey_spec/"
        if approval := self._store.objects["workflow_approval_templates"].get(one.get("unified_job_template") or 0):
            shown["related"]["unified_job_template"] = approval["url"]
        return shown


def _matches(one: Object, query: Mapping[str, str]) -> bool:
    """Filters by equality and `__in`. AWX answers 400 to one on a field that is not there; here it is refused."""
    either = {name.removeprefix("or__"): value for name, value in query.items() if name.startswith("or__")}
    every = {name: value for name, value in query.items() if not name.startswith("or__")}
    return all(_equals(one, name, value) for name, value in every.items()) and (
        not either or any(_equals(one, name, value) for name, value in either.items())
    )


def _equals(one: Object, name: str, value: str) -> bool:
    field, _, lookup = name.partition("__")
    if field not in one or lookup not in ("", "in"):
        raise RefusedError(404)
    return str(one[field]) in (value.split(",") if lookup else [value])
