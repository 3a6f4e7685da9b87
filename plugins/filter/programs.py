# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that make command lines which close programs and stop or start application pools."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.module_utils import _app_pools, _open_programs

Program = t.Mapping[str, t.Any]


def program_close_command(programs: t.Iterable[Program], *, seconds: int) -> str:
    try:
        return _open_programs.close_command(programs, seconds=seconds)
    except _open_programs.ImageNameError as error:
        raise AnsibleFilterError(str(error)) from error


def program_end_command(programs: t.Iterable[Program]) -> str:
    try:
        return _open_programs.end_command(programs)
    except _open_programs.ImageNameError as error:
        raise AnsibleFilterError(str(error)) from error


def app_pool_command(names: t.Iterable[str], verb: _app_pools.Verb) -> str:
    try:
        return _app_pools.app_pool_command(names, verb)
    except _app_pools.AppPoolNameError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "app_pool_command": app_pool_command,
            "app_pool_states": _app_pools.app_pool_states,
            "program_close_command": program_close_command,
            "program_end_command": program_end_command,
        }
