# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SQL scripts of an update, as its installer runs them against the group's databases."""

from __future__ import annotations

import typing as t

from tests.lab.windows.app_pools import BIZTALK_POOL
from tests.lab.world import SqlPermissionError

if t.TYPE_CHECKING:
    from tests.lab.packages.spec import PackageSpec, SqlScript
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.service import Service
    from tests.lab.world import World

DOWN = ("host_instance", "rule_engine", "biztalk", "adapter", "iis", "agent")
SUCCEEDED, REFUSED = "0x00000000", "0x80040e14"


def run_scripts(computer: Computer, package: PackageSpec, login: str, hresult: str | None) -> list[str]:
    """Run all scripts; returns their lines of the setup log, in the form seen in the field.

    With `hresult` the first one fails with it: setup goes on, as it has done in the field.
    """
    lines: list[str] = []
    for script in package.sql_scripts:
        lines += _run(computer, package, script, login, hresult)
        hresult = None
    return lines


def _run(computer: Computer, package: PackageSpec, script: SqlScript, login: str, hresult: str | None) -> list[str]:
    world = computer.world
    instance = world.instance_of(script.database)
    world.events.emit(
        "install.script",
        computer=computer.name,
        kb=package.kb,
        instance=instance.name,
        database=script.database,
        script=script.name,
        account=login,
        sysadmin=instance.is_sysadmin(login),
    )
    for reason in _disturbances(world, script.database):
        instance.damage(script.database, f"{script.name} ran while {reason}")
    line = f"Apply patch: Server={instance.name} Database={script.database} Script={script.name}"
    if hresult:
        instance.damage(script.database, f"{script.name} failed with {hresult}")
        return [line, f"ExecuteCommand HRESULT={hresult}"]
    try:
        instance.run_update_script(database=script.database, script=script.name, login=login, kb=package.kb)
    except SqlPermissionError:
        instance.damage(script.database, f"{script.name} was refused for {login}")
        return [line, f"ExecuteCommand HRESULT={REFUSED}"]
    return [line, f"ExecuteCommand HRESULT={SUCCEEDED}"]


def _disturbances(world: World, database: str) -> list[str]:
    """Who could work on the databases while a script changes them: KB 2003907, steps 1 to 4."""
    running = [
        f"{service.name} ran on {computer.name}"
        for computer in world.computers.values()
        for service in computer.services.all()
        if service.definition.role in DOWN and service.state != "stopped" and not _idle_iis(computer, service)
    ]
    return running + [f"{user} used it" for user in world.instance_of(database).sessions_of(database)]


def _idle_iis(computer: Computer, service: Service) -> bool:
    """IIS does nothing for BizTalk Server while the application pool of the isolated hosts is stopped."""
    return service.definition.role == "iis" and computer.app_pools.states()[BIZTALK_POOL] == "Stopped"
