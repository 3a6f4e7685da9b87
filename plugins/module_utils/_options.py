# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's choices, as far as the plan depends on them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Mode = t.Literal["outage", "rolling"]


@dataclass(frozen=True)
class Options:
    """`mode` is `outage` (the procedure of KB 2003907) or `rolling` (one computer at a time while the group is up).

    `stop_iis` is `auto`, `always`, `never` or `app_pools`, `agent` is `managed` or `external`, `minimum_free_space` is
    in megabytes, `settings` are the names of the variables that are set, and `known_settings` of those that are read.
    `install_seconds` is what an install is expected to take, `backup_seconds` what the last full backup set took.
    """

    mode: Mode = "outage"
    close_applications: bool = False
    stop_iis: str = "auto"
    stop_services: tuple[str, ...] = ()
    accept_stopped_group: bool = False
    agent: str = "managed"
    stage_folder: str = r"C:\ProgramData\BizTalkPatching"
    minimum_free_space: int = 1024
    settings: tuple[str, ...] = ()
    known_settings: tuple[str, ...] = ()
    stop_processes: tuple[str, ...] = ()
    app_pools: tuple[str, ...] = ()
    install_seconds: int = 300
    backup_seconds: float | None = None
