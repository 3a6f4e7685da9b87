# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why the databases cannot be restored as things are, apart from the backup files: values in, sentences out."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import RestoreSet
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import Key, Situation


def lasting_problems(
    situation: Situation, chosen: RestoreSet, *, further: t.Sequence[str], accept_uncovered_sso: bool
) -> list[str]:
    """What no stopping of services puts right."""
    return [
        *_wrong_databases(situation, chosen, further, accept_uncovered_sso),
        *_not_sysadmin(situation),
        *_replicas(situation, chosen),
        *_single_users(situation, chosen),
    ]


def running_agents(situation: Situation) -> list[str]:
    return [
        f"SQL Server Agent runs on {place.name}: stop the service, its jobs use the databases"
        for place in situation.each()
        if place.agent_running is not False
    ]


def _wrong_databases(
    situation: Situation, chosen: RestoreSet, further: t.Sequence[str], accept_uncovered_sso: bool
) -> t.Iterator[str]:
    held: dict[Key, str] = {}
    for file in chosen.files:
        key = situation.key(file.server, file.database)
        place = situation.place(file.server)
        if key in held:
            yield f"{chosen} holds {file.database} on {place.name} twice: {held[key]} and {file.path}"
        held[key] = file.path
        if place.state_of(file.database) is None:
            yield f"{file.database}, which is in {chosen}, is no longer on {place.name}: {_GONE}"
    if situation.group is None:
        if situation.management not in held:
            yield f"{chosen} lacks the management database {situation.management[1]}"
        return
    yield from _differences(situation, situation.group, chosen, held, further, accept_uncovered_sso)


_GONE: t.Final = "bring it back there first, if only from the same backup WITH NORECOVERY"


def _differences(
    situation: Situation,
    group: Group,
    chosen: RestoreSet,
    held: t.Container[Key],
    further: t.Sequence[str],
    accept_uncovered_sso: bool,
) -> t.Iterator[str]:
    """The set against today's databases. KB 2003907: all of them are restored."""
    today = {situation.key(one.server, one.name): one for one in group.databases}
    for key, one in today.items():
        if key not in held and not (one.role == "sso" and accept_uncovered_sso):
            yield (
                f"{one.name} on {one.instance} belongs to the group and is not in {chosen}: it is new since, or was"
                " not backed up. All databases are restored, or none"
            )
    wanted = {name.casefold() for name in further}
    for file in chosen.files:
        if situation.key(file.server, file.database) not in today and file.database.casefold() not in wanted:
            yield (
                f"{file.database} on {situation.place(file.server).name} is in {chosen} and does not belong to the"
                " group any more: name it in the option databases (biztalk_backup_databases of the playbooks) to"
                " restore it too"
            )


def _not_sysadmin(situation: Situation) -> t.Iterator[str]:
    for place in situation.each():
        if not place.sysadmin:
            yield (
                f"{place.login} is not sysadmin on {place.name}, which KB 2003907 demands: grant it, or connect as"
                " somebody who is"
            )


def _replicas(situation: Situation, chosen: RestoreSet) -> t.Iterator[str]:
    for file in chosen.files:
        place = situation.place(file.server)
        replica = place.replicas.get(file.database.casefold())
        if replica:
            group = replica.availability_group
            yield (
                f"{file.database} on {place.name} is in Availability Group {group}, and no member can be restored. On"
                f" the primary replica run ALTER AVAILABILITY GROUP [{group}] REMOVE DATABASE [{file.database}], on"
                " each secondary drop what is left of the database; restore; then ADD DATABASE it again and seed the"
                " secondaries anew"
            )


def _single_users(situation: Situation, chosen: RestoreSet) -> t.Iterator[str]:
    """Error 5064: whoever has the one place of a database can keep it from going offline."""
    for file in chosen.files:
        place = situation.place(file.server)
        state = place.state_of(file.database)
        if state and (state.state, state.access) == ("ONLINE", "SINGLE_USER"):
            yield (
                f"{state.name} on {place.name} is in single-user mode, as after a restore by hand that somebody got in"
                f" the way of: end the session in it (KILL), then ALTER DATABASE [{state.name}] SET MULTI_USER"
            )


def state_warnings(situation: Situation, chosen: RestoreSet) -> list[str]:
    """What the operator ought to know though nothing is wrong."""
    warnings = []
    if situation.group is None:
        warnings.append(
            f"The management database {situation.management[1]} cannot be opened, as after a restore that failed: that"
            f" {chosen} holds exactly the group's databases was not checked again"
        )
    if any(file.database.casefold().startswith("bamprimaryimport") for file in chosen.files):
        warnings.append(
            "BAMArchive, BAMStarSchema and BAMAnalysis are backed up apart: restore them too where they are newer than"
            " the backup of BAMPrimaryImport"
        )
    return warnings
