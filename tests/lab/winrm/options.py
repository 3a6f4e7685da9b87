# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the options of a task as the module's own AnsibleModule does."""

from __future__ import annotations

import copy
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.documentation import ModuleSpec

# What the action plugin win_copy passes to its module and no user may; setup takes the options of every platform.
_FROM_ACTION_PLUGIN = {
    "win_copy": {name: {"type": "list"} for name in ("files", "directories", "symlinks")},
    "setup": {"filter": {"type": "raw"}},
}
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

Values = dict[str, t.Any]


def validate(spec: ModuleSpec, arguments: Values, expand: t.Callable[[str], str]) -> Values:
    """The values of all options, defaults included; raises `ModuleError` with AnsibleModule's messages."""
    options = {**_FROM_ACTION_PLUGIN.get(spec.name, {}), **spec.options}
    given = {name: value for name, value in arguments.items() if not name.startswith("_ansible_")}
    given = {name: value for name, value in given.items() if value is not None}
    validator = ArgumentSpecValidator(_without_paths(options), **spec.constraints)
    outcome = validator.validate(given)
    if outcome.errors.errors:
        error = outcome.errors.errors[0]
        unsupported = (
            f"Unsupported parameters for ({spec.name}) module: " if isinstance(error, UnsupportedError) else ""
        )
        raise ModuleError(unsupported + str(error))
    values = outcome.validated_parameters
    return {name: _expanded(value, options.get(name, {}), expand) for name, value in values.items()}


def shown(spec: ModuleSpec, values: Values) -> Values:
    """The values as a module reports them back, without its secrets."""
    return {name: _censored(value, spec.options.get(name, {})) for name, value in values.items()}


def _without_paths(options: dict[str, Values]) -> dict[str, Values]:
    """AnsibleModule for Python would expand `~` and `$NAME` of this computer in a path."""
    plain = copy.deepcopy(options)
    for option in plain.values():
        for key in ("type", "elements"):
            if option.get(key) == "path":
                option[key] = "str"
    return plain


def _expanded(value: t.Any, option: Values, expand: t.Callable[[str], str]) -> t.Any:
    return expand(value) if option.get("type") == "path" and isinstance(value, str) else value


def _censored(value: t.Any, option: Values) -> t.Any:
    if option.get("no_log") and value is not None:
        return _HIDDEN
    suboptions = option.get("options")
    if suboptions and isinstance(value, list):
        return [{key: _censored(item, suboptions.get(key, {})) for key, item in entry.items()} for entry in value]
    return value
