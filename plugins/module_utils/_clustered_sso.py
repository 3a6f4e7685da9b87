# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enterprise SSO where a failover cluster runs it: on one node, and not on the others.

The cluster is left alone: no role takes this resource offline or moves its group.
"""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._cluster import ONLINE, SERVICE_TYPE, Resource
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

    Rows = t.Sequence[t.Mapping[str, t.Any]]

_RULE = "R14"


def check_sso(snapshot: Snapshot, rows: Rows = ()) -> t.Iterator[Finding]:
    """Whether Enterprise SSO runs here, or as a cluster resource elsewhere; `rows` are of `Get-ClusterResource`."""
    if snapshot.sso_running:
        return
    resource = next(filter(_is_sso, map(Resource.parse, rows)), None)
    if resource is None:
        text = "Enterprise SSO (ENTSSO) is not running, but must run during an install: start it"
        yield Finding("fail", snapshot.name, text, _RULE)
    elif resource.state != ONLINE:
        yield Finding(
            "fail",
            snapshot.name,
            f"Enterprise SSO, the cluster resource {resource.name}, is {resource.state} on {resource.node}, but must "
            "run during an install: bring it online in the Failover Cluster Manager, not by its service",
            _RULE,
        )
    else:
        yield Finding(
            "warn",
            snapshot.name,
            f"Enterprise SSO is the cluster resource {resource.name}, which runs on {resource.node} and not here. It "
            "stays there: do not move its group during the update. A restart of that computer would",
            _RULE,
        )


def _is_sso(resource: Resource) -> bool:
    return resource.type == SERVICE_TYPE and resource.looks_like_sso
