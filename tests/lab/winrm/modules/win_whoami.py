# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_whoami: the parts of a logon that matter to an installation."""

from __future__ import annotations

import typing as t
import zlib

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session
    from tests.lab.winrm.task import Result, Task

_ATTRIBUTES = ["Mandatory", "Enabled by default", "Enabled"]


def run(task: Task) -> Result:
    session = task.session
    administrator = session.account.administrator
    rights = ["SeNetworkLogonRight", "SeInteractiveLogonRight", "SeBatchLogonRight", "SeRemoteInteractiveLogonRight"]
    level, label_sid = ("High", "S-1-16-12288") if administrator else ("Medium", "S-1-16-8192")
    return {
        "account": {
            "account_name": session.user,
            "domain_name": session.domain,
            "sid": _sid(session),
            "type": "User",
        },
        "authentication_package": "Negotiate",
        "dns_domain_name": "",
        "groups": _groups(session),
        "impersonation_level": "SecurityAnonymous" if session.interactive else "SecurityImpersonation",
        "label": {
            "account_name": f"{level} Mandatory Level",
            "domain_name": "Mandatory Label",
            "sid": label_sid,
            "type": "Label",
        },
        "login_domain": session.domain,
        "login_time": session.computer.power.boot_time.isoformat(),
        "logon_id": zlib.crc32(session.account.name.encode()),
        "logon_server": session.domain,
        "logon_type": "Interactive" if session.interactive else "Network",
        "privileges": {"SeChangeNotifyPrivilege": "enabled-by-default"}
        | ({"SeBackupPrivilege": "enabled", "SeDebugPrivilege": "enabled"} if administrator else {}),
        "rights": rights if administrator else [],
        "token_type": "TokenPrimary",
        "upn": f"{session.user}@{session.domain}",
        "user_flags": "Winlogon" if session.interactive else "",
    }


def _sid(session: Session) -> str:
    return f"S-1-5-21-1654078763-769949647-2968445802-{1000 + zlib.crc32(session.user.casefold().encode()) % 9000}"


def _groups(session: Session) -> list[Result]:
    known = [("Everyone", "", "S-1-1-0", "WellKnownGroup"), ("Users", "BUILTIN", "S-1-5-32-545", "Alias")]
    if session.account.administrator:
        known.append(("Administrators", "BUILTIN", "S-1-5-32-544", "Alias"))
    if session.interactive:
        known.append(("INTERACTIVE", "NT AUTHORITY", "S-1-5-4", "WellKnownGroup"))
    else:
        known.append(("NETWORK", "NT AUTHORITY", "S-1-5-2", "WellKnownGroup"))
    return [
        {"account_name": name, "domain_name": domain, "sid": sid, "type": kind, "attributes": _ATTRIBUTES}
        for name, domain, sid, kind in known
    ]
