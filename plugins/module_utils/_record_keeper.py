# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run and the records of its group: which one counts, and whether another run is in the way."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._record import (
    Record,
    RecordError,
    is_open,
    newest,
    parse,
    serialise,
)
from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, begin, begin_rollback
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import owner_state

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._record_store import OwnerState, Store


class OtherRunError(Exception):
    """Another run works on the group, or may do so."""


@dataclass(frozen=True)
class Found:
    """`record` is the newest whole copy, `claims` are the ids of the runs that have left their claim on the group."""

    record: Record | None
    problems: list[str]
    claims: list[str]

    @property
    def locked(self) -> bool:
        return bool(self.claims)

    @property
    def owner(self) -> OwnerState | None:
        """Whether the process of the run lives, None without a record."""
        return owner_state(self.record["owner"]) if self.record else None

    @property
    def open(self) -> bool:
        return self.record is not None and is_open(self.record)


def look(own: str | None, files: t.Mapping[str, t.Sequence[str]]) -> Found:
    """`own` is the controller's copy, `files` are the texts that each computer keeps: copies, and a claim, which is no
    JSON but the id of a run.
    """
    texts = [
        (f"{host} ({number})", text.strip()) for host, found in files.items() for number, text in enumerate(found, 1)
    ]
    copies = {where: text for where, text in texts if text.startswith("{")}
    claims = [text for _where, text in texts if not text.startswith("{")]
    if own is not None:
        copies["the controller"] = own
    record, problems = newest(copies)
    return Found(record, problems, claims)


def find(own: str | None, files: t.Mapping[str, t.Sequence[str]], take_over: str) -> Found:
    """What `look` sees. Raises `OtherRunError` where a run is not known to have ended, unless its id is `take_over`."""
    found = look(own, files)
    record = found.record
    for claim in found.claims:
        if claim != take_over and (record is None or claim != record["id"]):
            raise OtherRunError(
                f"Nothing was touched. The run {claim} has claimed this group, and has not written its record yet. "
                f"When you are sure that it does not go on, run the playbook with -e biztalk_take_over={claim}"
            )
    if record is not None and is_open(record) and take_over != record["id"]:
        _refuse_a_run_that_goes_on(record)
    return found


def begun(
    store: Store,
    *,
    plan: t.Mapping[str, t.Any],
    packages: t.Iterable[t.Mapping[str, t.Any]],
    group: t.Mapping[str, str],
    owner: t.Mapping[str, t.Any],
    now: str,
) -> Record:
    """The open record taken over, or a new one. Raises `RecordError` where the controller's copy is not whole."""
    text = store.read()
    if text is not None and is_open(record := parse(text)):
        return advance(record, now=now, owner=owner)
    return begin(plan, group=group, packages=packages, owner=owner, now=now)


def begun_rollback(
    store: Store,
    *,
    plan: t.Mapping[str, t.Any],
    group: t.Mapping[str, str],
    owner: t.Mapping[str, t.Any],
    now: str,
) -> Record:
    """The record of the run that `plan` takes back, open or closed, or a new one where it takes back none.

    Raises `RecordError` where the controller's copy is not whole.
    """
    text = store.read()
    record = parse(text) if text is not None and plan["run"] else None
    return begin_rollback(record, plan, group=group, owner=owner, now=now)


def kept(store: Store) -> Record:
    """The record that this run began. Raises `RecordError` where it is gone or not whole."""
    text = store.read()
    if text is None:
        raise RecordError(
            "it is gone, though this run began it. The BizTalk computers have copies: run the same playbook again with"
            " the same settings, which reads those"
        )
    return parse(text)


def as_result(record: Record) -> dict[str, t.Any]:
    """The record, its text, and the name of the file that takes this copy.

    Two names take turns: a copy that is cut off while it is written never takes the last good one along.
    """
    return {"record": record, "text": serialise(record), "file": f"run-{record['sequence'] % 2}.json"}


def _refuse_a_run_that_goes_on(record: Record) -> None:
    owner = record["owner"]
    state = owner_state(owner)
    who = (
        f"{owner['user']} on {owner['host']} (process {owner['pid']}) began it at {record['started']}, and its last "
        f"step was at {record['updated']}"
    )
    if state == "alive":
        raise OtherRunError(f"Nothing was touched. The run {record['id']} is at work on this group: {who}. Let it end")
    if state == "unknown":
        raise OtherRunError(
            f"Nothing was touched. The run {record['id']} on this group has not ended: {who}. Whether it still goes on "
            f"cannot be seen from here. When you are sure that it does not, run the playbook with "
            f"-e biztalk_take_over={record['id']}"
        )
