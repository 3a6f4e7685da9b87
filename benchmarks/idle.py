# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long one sample of wait_for_idle takes on an instance with many sessions: `python -m benchmarks.idle`.

The instance is the lab's, in a process of its own, over TLS and Microsoft's driver. Four figures come out, in seconds
for a sample: how long it takes as a whole; the processor time that the lab needs to make its answers, which a SQL
Server does in its own way; the processor time of the collection's side (driver, rows, rules); and what the collection
costs. That is what is left of the whole without the lab's share, and at least its own processor time, for both sides
work at once. The limit is for that one. All are of the best sample, for whatever else the computer does only adds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
import typing as t
from contextlib import contextmanager
from pathlib import Path

# The checkout for `tests`, .cache for `ansible_collections`; python -m finds the first one only.
sys.path.insert(0, str(Path(__file__).parents[1] / ".cache"))

from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._idle import IdleOptions, sample
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import installed_wheel_library
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions
from tests.lab.certificates import create_certificates
from tests.lab.events import EventLog
from tests.lab.paths import DEFAULT_TOPOLOGY
from tests.lab.scheduler import Scheduler
from tests.lab.sqlserver.endpoints import create_endpoints
from tests.lab.sqlserver.instance import create_instances
from tests.lab.topology import Topology
from tests.lab.world import World

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

LIMIT = 0.3
# Of a hundred sessions one is somebody who must go.
OFFENDERS = 100
# How the lab's process is asked for its processor time.
USED = "used"


def serve(folder: Path, sessions: int, pipe: Connection) -> None:
    """The lab's SQL Server, until the pipe is closed."""
    topology = Topology.load(DEFAULT_TOPOLOGY)
    world = World(topology, topology.delays.scaled, EventLog(folder / "events.jsonl"), Scheduler())
    instances = create_instances(world)
    for number in range(sessions):
        offends = number % OFFENDERS == 0
        instances["SQL1"].open_session(
            host=f"BTS{number % 9}",
            program="BTSNTSvc64" if offends else "Other application",
            login=r"LAB\svc",
            database="BizTalkMsgBoxDb" if offends else "tempdb",
        )
    endpoint = create_endpoints(instances, create_certificates(folder))["SQL1"]
    endpoint.start()
    pipe.send(endpoint.port)
    while pipe.recv() == USED:
        pipe.send(time.process_time())
    endpoint.stop()


@contextmanager
def instance_with(sessions: int) -> Iterator[tuple[SqlOptions, t.Callable[[], float]]]:
    """How to connect to it, and a function that asks for the processor time that it has used."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory(prefix="biztalk-benchmark-") as name:
        server = context.Process(target=serve, args=(Path(name), sessions, theirs), daemon=True)
        server.start()
        login = Topology.load(DEFAULT_TOPOLOGY).sql_servers[0].logins[0]
        options = SqlOptions(
            "SQL1",
            login_user=login.name,
            login_password=login.password,
            driver=str(installed_wheel_library()),
            ca_certificate=str(Path(name) / "ca.pem"),
            server_addresses={"SQL1": f"localhost,{ours.recv()}"},
        )

        def used() -> float:
            ours.send(USED)
            return float(ours.recv())

        yield options, used
        ours.send("the end")
        server.join(10)


def measure(sessions: int, samples: int) -> dict[str, t.Any]:
    with instance_with(sessions) as (options, used_by_server), OdbcServers(options) as servers:
        group = read_group(servers)
        found = sample(servers, group, IdleOptions())
        taken = []
        for _number in range(samples):
            of_server, own, began = used_by_server(), time.process_time(), time.perf_counter()
            sample(servers, group, IdleOptions())
            whole, own = time.perf_counter() - began, time.process_time() - own
            of_server = used_by_server() - of_server
            cost = max(own, whole - of_server)
            taken.append({"seconds": whole, "server_processor": of_server, "own_processor": own, "cost": cost})
    best = {name: round(value, 3) for name, value in min(taken, key=lambda one: one["cost"]).items()}
    return {"sessions": sessions, "offenders": len(found), **best, "limit": LIMIT}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=5)
    figures = measure(**vars(parser.parse_args()))
    sys.stdout.write(json.dumps(figures) + "\n")
    if figures["cost"] > LIMIT:
        sys.exit(f"One sample costs {figures['cost']} s instead of at most {LIMIT} s")


if __name__ == "__main__":
    main()
