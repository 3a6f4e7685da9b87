# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long one sample of wait_for_idle takes on an instance with many sessions: `python -m benchmarks.idle`.

The instance is the lab's, in a process of its own, over TLS and Microsoft's driver. Two figures come out: the time that
a sample takes as a whole, most of which the lab needs to make its answers, and the processor time of the collection's
side (driver, rows, rules), which is what the limit is for.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
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
    pipe.recv()
    endpoint.stop()


@contextmanager
def instance_with(sessions: int) -> Iterator[SqlOptions]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory(prefix="biztalk-benchmark-") as name:
        server = context.Process(target=serve, args=(Path(name), sessions, theirs), daemon=True)
        server.start()
        login = Topology.load(DEFAULT_TOPOLOGY).sql_servers[0].logins[0]
        yield SqlOptions(
            "SQL1",
            login_user=login.name,
            login_password=login.password,
            driver=str(installed_wheel_library()),
            ca_certificate=str(Path(name) / "ca.pem"),
            server_addresses={"SQL1": f"localhost,{ours.recv()}"},
        )
        ours.send("the end")
        server.join(10)


def measure(sessions: int, samples: int) -> dict[str, t.Any]:
    with instance_with(sessions) as options, OdbcServers(options) as servers:
        group = read_group(servers)
        found = sample(servers, group, IdleOptions())
        whole, own = [], []
        for _number in range(samples):
            began, used = time.perf_counter(), time.process_time()
            sample(servers, group, IdleOptions())
            own.append(time.process_time() - used)
            whole.append(time.perf_counter() - began)
    return {
        "sessions": sessions,
        "offenders": len(found),
        "seconds": round(statistics.median(whole), 3),
        "processor_seconds": round(statistics.median(own), 3),
        "limit": LIMIT,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=5)
    figures = measure(**vars(parser.parse_args()))
    sys.stdout.write(json.dumps(figures) + "\n")
    if figures["processor_seconds"] > LIMIT:
        sys.exit(f"One sample costs {figures['processor_seconds']} s instead of at most {LIMIT} s")


if __name__ == "__main__":
    main()
