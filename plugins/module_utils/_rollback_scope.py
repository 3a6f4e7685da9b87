# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollback takes back: the last run, from its record, or updates that the operator names."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._record import has_begun_to_install, is_open

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._record import Record

Answer = t.Literal["yes", "no", "unknown"]


class ScopeError(ValueError):
    """The operator asks for what is not to be had; says what to do."""


@dataclass(frozen=True)
class Scope:
    """`run` is the id of the run that is taken back, empty where updates were installed by hand; a restore is confirmed
    with `confirm`. `kb_numbers` are in the order in which they were installed.

    `record` is that of the run which is taken back, None where the updates were installed by hand. `sql_assumed` says
    that `has_sql` is the operator's word. `nothing` says why there is nothing to take back. `backup_set` is only for an
    update that has or may have SQL.
    """

    run: str = ""
    confirm: str = ""
    kb_numbers: tuple[str, ...] = ()
    has_sql: Answer = "no"
    sql_assumed: bool = False
    backup_set: t.Mapping[str, t.Any] | None = None
    record: Record | None = None
    nothing: str = ""

    @property
    def sql(self) -> bool:
        """Unknown is handled as yes: KB 2003907 has no way back from a script but the restore."""
        return self.has_sql != "no"

    @property
    def resumes(self) -> bool:
        """Whether an interrupted run left the group as it is now."""
        return self.record is not None and is_open(self.record)

    @property
    def step(self) -> str:
        """How far an interrupted rollback has come; empty where there was none."""
        return self.record["step"] if self.record and self.record["operation"] == "rollback" and self.resumes else ""

    @property
    def restores(self) -> bool:
        return self.sql and self.step != "restored"


def choose(
    record: Record | None,
    *,
    kb_numbers: t.Sequence[str] = (),
    assume_sql: str = "",
    package_sql: t.Mapping[str, str] | None = None,
    backup_set: t.Mapping[str, t.Any] | None = None,
) -> Scope:
    """`record` is the newest one of the group; the others are the operator's.

    `package_sql` says by KB number what the packages that he has given tell about SQL. Raises `ScopeError`.
    """
    named = tuple(dict.fromkeys(number.upper().removeprefix("KB") for number in kb_numbers))
    if record is not None:
        recorded = tuple(dict.fromkeys(package["kb"] for package in record["packages"]))
        same = not named or set(named) == set(recorded)
        if is_open(record) and not same:
            raise ScopeError(
                f"the run {record['id']} of KB{', KB'.join(recorded)} was interrupted, and biztalk_rollback_kb names "
                "other updates: let that run come to its end first, or take it back without biztalk_rollback_kb"
            )
        nothing = _nothing(record)
        if same and not nothing:
            return Scope(
                run=record["id"],
                # An id that comes to be with the rollback itself could not be given from the beginning.
                confirm=_confirmation(named) or record["id"],
                kb_numbers=recorded,
                has_sql=_recorded_sql(record, assume_sql),
                sql_assumed=bool(assume_sql) and _recorded_sql(record, "") == "unknown",
                backup_set=_set_of(record, backup_set),
                record=record,
            )
        if not named:
            return Scope(nothing=nothing)
    if not named:
        return Scope(nothing="There is no record of a run on this group, and biztalk_rollback_kb names no update.")
    return Scope(
        confirm=_confirmation(named),
        kb_numbers=named,
        has_sql=_named_sql(named, assume_sql, package_sql or {}),
        sql_assumed=bool(assume_sql),
        backup_set=backup_set,
    )


def entries(scope: Scope, snapshot: Snapshot) -> list[tuple[str, str]]:
    """KB numbers and Uninstall entries that are on a computer, in the order in which they are taken back.

    Of a recorded run these are the entries that appeared when it installed; what it did not see end, and what was
    installed by hand, is found by its KB number or its name. What was there before the run stays.
    """
    if scope.record is None:
        return [(kb, name) for kb in reversed(scope.kb_numbers) for name in _matching(snapshot, kb, f"KB{kb}")]
    mine = next((row for row in scope.record["computers"] if row["name"] == snapshot.name), None)
    if mine is None:
        return []
    titles = {package["kb"]: package["title"] for package in scope.record["packages"]}
    present = {update.name for update in snapshot.updates}
    found: list[tuple[str, str]] = []
    for kb in reversed([update["kb"] for update in mine["plan"]["updates"]]):
        recorded = [name for install in mine["installs"] if install["kb"] == kb for name in install["entries"]]
        names = recorded or _matching(snapshot, kb, titles.get(kb, ""))
        found += [(kb, name) for name in reversed(names) if name in present]
    return found


def _set_of(record: Record, given: t.Mapping[str, t.Any] | None) -> t.Mapping[str, t.Any] | None:
    """A restore that was interrupted leaves no history that would tell the files of an id, but its record has them."""
    known: t.Mapping[str, t.Any] | None = record["backup_set"]
    if given and (given.get("databases") or record["operation"] != "rollback"):
        return given
    return known or given


def _confirmation(named: t.Sequence[str]) -> str:
    return f"KB{'-'.join(named)}" if named else ""


def _matching(snapshot: Snapshot, kb: str, title: str) -> list[str]:
    package = {"kb": kb, "title": title, "patch_codes": []}
    return [update.name for update in snapshot.updates if update.is_package(package)]


def _nothing(record: Record) -> str:
    """Why the run of a record is not to be taken back."""
    if record["operation"] == "rollback":
        return "" if is_open(record) else f"The last run {record['id']} has been taken back already."
    if record["step"] == "aborted":
        return f"The last run {record['id']} installed nothing, and everything runs as before."
    if not has_begun_to_install(record):
        return f"The last run {record['id']} was interrupted before it installed anything. {record['next']}"
    return ""


def _recorded_sql(record: Record, assume_sql: str) -> Answer:
    """What a record knows counts; the operator may only answer what it does not know."""
    answers = {package["has_sql"] for package in record["packages"]}
    if "yes" in answers:
        return "yes"
    if answers <= {"no"} or assume_sql == "no":
        return "no"
    return "yes" if assume_sql == "yes" else "unknown"


def _named_sql(numbers: t.Iterable[str], assume_sql: str, package_sql: t.Mapping[str, str]) -> Answer:
    answers = {assume_sql or package_sql.get(number, "unknown") for number in numbers}
    return "yes" if "yes" in answers else "no" if answers == {"no"} else "unknown"
