# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the SQL modules run against: SQL Server instances of the lab, or a real one."""

from __future__ import annotations

import json
import os
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyodbc

from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import installed_wheel_library
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import run_module
from tests.lab.certificates import create_certificates
from tests.lab.events import EventLog
from tests.lab.scheduler import Scheduler
from tests.lab.sqlserver.endpoints import create_endpoints
from tests.lab.sqlserver.instance import create_instances
from tests.lab.topology import Topology, merge
from tests.lab.world import World
from tests.setup.system_tools import FREETDS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.lab.certificates import Certificates
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.tds.server import TdsServer

DRIVERS = ("microsoft", "freetds")
REAL = "BIZTALK_TEST_SQL"
LOGIN = {"login_user": "patching", "login_password": "Sql-Patching-1!"}
TOPOLOGIES = Path(__file__).parents[2] / "lab/topologies"
# What an operator would call shortly.
QUICK = {"delays": {"scale": 0.02}}


def driver_named(name: str) -> str:
    """For the option driver. Both are there after the set-up of the tests."""
    library = installed_wheel_library() if name == "microsoft" else FREETDS.find()
    assert library is not None, f"there is no library of the driver {name}: run the set-up (make test)"
    return str(library)


@dataclass
class Target:
    """A group's SQL Server: `options` are the shared ones of the modules."""

    options: dict[str, t.Any]
    capsys: pytest.CaptureFixture[str]

    def run(self, module: str, **arguments: t.Any) -> dict[str, t.Any]:
        """The module's result; the password must not be in it."""
        result = run_module(module, {**self.options, **arguments}, self.capsys)
        assert self.options["login_password"] not in json.dumps(result.get("msg", ""))
        return result

    @contextmanager
    def client(self, program: str, host: str, database: str) -> Iterator[pyodbc.Connection]:
        """Somebody else's connection, over Microsoft's driver."""
        options = self.options
        address = options.get("server_addresses", {}).get(options["server"], options["server"])
        parts = {
            "DRIVER": driver_named("microsoft"),
            "SERVER": address,
            "DATABASE": database,
            "UID": options["login_user"],
            "PWD": options["login_password"],
            "APP": program,
            "WSID": host,
            "Encrypt": "yes",
            "TrustServerCertificate": "yes",
        }
        text = ";".join(f"{name}={{{value}}}" for name, value in parts.items())
        pyodbc.pooling = False
        connection = pyodbc.connect(text, autocommit=True, timeout=15)
        try:
            yield connection
        finally:
            connection.close()


@dataclass
class LabTarget(Target):
    instances: dict[str, SqlServerInstance]
    endpoints: dict[str, TdsServer]
    certificates: Certificates

    @property
    def first(self) -> SqlServerInstance:
        return next(iter(self.instances.values()))

    def events(self, kind: str) -> list[dict[str, t.Any]]:
        return [event.fields for event in self.first.world.events.events if event.kind == kind]

    def agents(self, *, running: bool) -> None:
        for instance in self.instances.values():
            (instance.agent_started if running else instance.agent_stopped)()


@contextmanager
def lab_target(
    folder: Path, capsys: pytest.CaptureFixture[str], driver: str, topology: str, overrides: dict[str, t.Any]
) -> Iterator[LabTarget]:
    loaded = Topology.load(TOPOLOGIES / topology, overrides=merge(QUICK, overrides))
    world = World(loaded, loaded.delays.scaled, EventLog(folder / "events.jsonl"), Scheduler())
    instances = create_instances(world)
    certificates = create_certificates(folder / "certificates")
    endpoints = create_endpoints(instances, certificates)
    for endpoint in endpoints.values():
        endpoint.start()
    options = {
        "server": loaded.group.management.instance,
        "driver": driver_named(driver),
        "ca_certificate": str(certificates.authority),
        "server_addresses": {name: f"localhost,{endpoint.port}" for name, endpoint in endpoints.items()},
        **LOGIN,
    }
    target = LabTarget(options, capsys, instances, endpoints, certificates)
    target.agents(running=True)
    try:
        yield target
    finally:
        for endpoint in endpoints.values():
            endpoint.stop()
        for instance in instances.values():
            instance.close()
        world.scheduler.close()
        world.events.close()


def real_options() -> dict[str, t.Any] | None:
    """The options that a connection string in BIZTALK_TEST_SQL says, if there is one."""
    text = os.environ.get(REAL)
    if not text:
        return None
    pairs = dict(part.split("=", 1) for part in text.strip(";").split(";"))
    given = {name.strip().casefold(): value.strip().strip("{}") for name, value in pairs.items()}
    return {
        "server": given["server"],
        "database": given.get("database", "BizTalkMgmtDb"),
        "login_user": given["uid"],
        "login_password": given["pwd"],
        "trust_server_certificate": given.get("trustservercertificate", "no").casefold() in ("yes", "true"),
    }


OpenLab = t.Callable[..., LabTarget]
