# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run record: what a run has done to a group, so that another run can finish it or take it back.

It is one JSON document, of which every BizTalk computer and the controller have a copy. A copy tells by its digest
whether it is whole; the newest whole one counts. There is no secret in it.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

SCHEMA: t.Final = 1

Record = dict[str, t.Any]

# In the order in which a run comes to them. With `done` and `aborted` (everything as before) a run is over.
PATCH_STEPS: t.Final = ("prepared", "backed_up", "installing")
ROLLBACK_STEPS: t.Final = ("uninstalling", "uninstalled", "restoring", "restored")
CLOSED_STEPS: t.Final = ("done", "aborted")

_STEPS = {"patch": (*PATCH_STEPS, *CLOSED_STEPS), "rollback": (*ROLLBACK_STEPS, "done")}
_SHAPE: t.Final[dict[str, t.Any]] = {
    "schema": int,
    "id": str,
    "sequence": int,
    "operation": str,
    "step": str,
    "mode": str,
    "group": {"server": str, "database": str},
    "owner": {"host": str, "user": str, "pid": int, "born": str},
    "started": str,
    "updated": str,
    "packages": [{"kb": str, "file_name": str, "sha256": str, "title": str, "has_sql": str}],
    "computers": [
        {
            "host": str,
            "name": str,
            "services": [str],
            "start_modes": dict,
            "plan": {"updates": [{"kb": str}], "app_pools": [str], "clustered": [dict]},
            "installs": [{"kb": str, "exit_code": (int, type(None)), "entries": [str], "finished": str}],
            "uninstalled": [str],
        }
    ],
    "agents": [dict],
    "backup_set": (dict, type(None)),
    "next": str,
}


class RecordError(ValueError):
    """A text that is no run record, or one that was cut off or changed."""


def serialise(record: Record) -> str:
    """The document, with its digest."""
    return json.dumps({**record, "digest": _digest(record)}, sort_keys=True, indent=1)


def parse(text: str) -> Record:
    """Read a copy. Raises `RecordError` saying what is wrong with it."""
    try:
        record = json.loads(text)
    except ValueError as error:
        raise RecordError(f"it is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise RecordError("it is no JSON object")
    digest = record.pop("digest", None)
    if record.get("schema") != SCHEMA:
        raise RecordError(f"its schema is {record.get('schema')!r}, and this version of the collection reads {SCHEMA}")
    if digest != _digest(record):
        raise RecordError("its digest is not that of its content: it was cut off or changed")
    _check(record, _SHAPE, "the record")
    if record["step"] not in _STEPS.get(record["operation"], ()):
        raise RecordError(f"{record['operation']} has no step {record['step']}")
    return record


def newest(copies: t.Mapping[str, str]) -> tuple[Record | None, list[str]]:
    """The newest whole copy, and what is wrong with the others; `copies` are texts by where they come from."""
    read = {where: _parsed(text) for where, text in copies.items()}
    problems = [f"the run record of {where} is not used: {it}" for where, it in read.items() if isinstance(it, str)]
    records = [it for it in read.values() if not isinstance(it, str)]
    return max(records, key=_age, default=None), problems


def is_open(record: Record) -> bool:
    """Whether the run was interrupted, or still goes on."""
    return record["step"] not in CLOSED_STEPS


def has_begun_to_install(record: Record) -> bool:
    """Whether anything may have been installed: from then on the backup set from before is the one that counts."""
    return record["step"] not in ("prepared", "backed_up", "aborted")


def has_sql(record: Record) -> bool:
    """Whether an update of the run contains SQL, or may contain it."""
    return any(package["has_sql"] != "no" for package in record["packages"])


def next_action(record: Record) -> str:
    """What is safe to do next, in words."""
    return _NEXT[record["step"]].format(id=record["id"])


_NEXT = {
    "prepared": "Nothing was installed. Run patch.yml again with the same settings: it begins where this run began.",
    "backed_up": "Nothing was installed. Run patch.yml again with the same settings: it begins where this run began.",
    "installing": (
        "Start nothing by hand. Run patch.yml again with the same settings: it goes on where it stopped, and keeps the "
        "backup set. To take the update back run rollback.yml."
    ),
    "done": "Nothing.",
    "aborted": "Nothing was installed, and what ran before runs again. Mend the cause, then run patch.yml.",
    "uninstalling": (
        "Start nothing by hand. Run rollback.yml again with the same settings: it goes on where it stopped."
    ),
    "uninstalled": "Start nothing by hand. Run rollback.yml again with the same settings.",
    "restoring": (
        "Start nothing by hand: databases may be half restored. Run rollback.yml again with the same settings: it "
        "restores all databases of the set."
    ),
    "restored": "Run rollback.yml again with the same settings: it starts what ran before.",
}


def _parsed(text: str) -> Record | str:
    """The record, or what is wrong with it."""
    try:
        return parse(text)
    except RecordError as error:
        return str(error)


def _age(record: Record) -> tuple[str, str, int]:
    return record["started"], record["id"], record["sequence"]


def _digest(record: Record) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _check(value: t.Any, shape: t.Any, where: str) -> None:
    if isinstance(shape, dict):
        _check(value, dict, where)
        for key, inner in shape.items():
            if key not in value:
                raise RecordError(f"{where} has no {key}")
            _check(value[key], inner, f"{where}, {key}")
    elif isinstance(shape, list):
        _check(value, list, where)
        for item in value:
            _check(item, shape[0], where)
    elif not isinstance(value, shape):
        raise RecordError(f"{where}: {value!r} is of the wrong type")
