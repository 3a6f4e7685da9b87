# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Ansible side of SqlOptions: the argument spec that belongs to the documentation fragment of the SQL modules."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.biztalk.patching.plugins.module_utils._activity import SSO_PROGRAMS
from ansible_collections.biztalk.patching.plugins.module_utils._sql import PYODBC_IMPORT_ERROR
from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import without_driver_manager


def sql_argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "server": {"type": "str", "required": True},
        "database": {"type": "str", "default": "BizTalkMgmtDb"},
        "login_user": {"type": "str"},
        "login_password": {"type": "str", "no_log": True},
        "driver": {"type": "str"},
        "encrypt": {"type": "str", "choices": ["yes", "no", "strict"], "default": "yes"},
        "trust_server_certificate": {"type": "bool", "default": False},
        "ca_certificate": {"type": "path"},
        "server_certificate": {"type": "path"},
        "hostname_in_certificate": {"type": "str"},
        "multi_subnet_failover": {"type": "bool", "default": False},
        "connect_timeout": {"type": "int", "default": 15},
        "query_timeout": {"type": "int", "default": 120},
        "application_name": {"type": "str", "default": "biztalk.patching"},
        "server_addresses": {"type": "dict", "default": {}},
    }


# Of the modules that take long; the documentation fragment progress is the other half.
PROGRESS_OPTIONS: dict[str, dict[str, t.Any]] = {
    "progress_interval": {"type": "int", "default": 20},
    "progress_file": {"type": "path"},
}


# Of the modules that see whether the databases are idle; the documentation fragment sessions is the other half.
SESSION_OPTIONS: dict[str, dict[str, t.Any]] = {
    "allowed": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {part: {"type": "str", "default": "*"} for part in ("program", "login", "host", "database")},
    },
    "sso_programs": {"type": "list", "elements": "str", "default": list(SSO_PROGRAMS)},
    "sso_hosts": {"type": "list", "elements": "str", "default": []},
}


def sql_module(own_options: t.Mapping[str, t.Any], **constraints: t.Any) -> AnsibleModule:
    """A module with the shared options and its own, which runs only where pyodbc is.

    ``constraints`` are those of AnsibleModule (``required_if`` and the like).
    """
    module = AnsibleModule(
        argument_spec=sql_argument_spec() | dict(own_options),
        required_together=[["login_user", "login_password"]],
        supports_check_mode=True,
        **constraints,
    )
    missing = missing_pyodbc()
    if missing:
        module.fail_json(msg=missing, exception=PYODBC_IMPORT_ERROR)
    return module


def missing_pyodbc() -> str | None:
    """What to install where pyodbc, or the driver manager below it, is missing; None where both are there."""
    if PYODBC_IMPORT_ERROR is None:
        return None
    return without_driver_manager(PYODBC_IMPORT_ERROR) or str(missing_required_lib("pyodbc"))
