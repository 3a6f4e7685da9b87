# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of a lab's SQL Servers: one for each name under which clients know an instance or a listener."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver.availability import Listener
from tests.lab.tds.server import TdsServer

if t.TYPE_CHECKING:
    from tests.lab.certificates import Certificates
    from tests.lab.sqlserver.instance import SqlServerInstance


def create_endpoints(instances: dict[str, SqlServerInstance], certificates: Certificates) -> dict[str, TdsServer]:
    """Not yet started ones, by name; a listener's goes down with the instance that is the primary at first."""
    endpoints: dict[str, TdsServer] = {}
    for instance in instances.values():
        for name in instance.spec.names:
            endpoints[name] = TdsServer(instance, certificate=certificates.certificate, key=certificates.key)
            instance.front.endpoints.append(endpoints[name])
        for group in instance.groups:
            if group.primary is instance:
                listener = TdsServer(Listener(group), certificate=certificates.certificate, key=certificates.key)
                endpoints[group.spec.listener] = listener
                instance.front.endpoints.append(listener)
    return endpoints
