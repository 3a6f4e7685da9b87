# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator has named to be stopped: whether it exists, and what follows from it."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._open_programs import is_image_name
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding
from ansible_collections.biztalk.patching.plugins.module_utils._services import SSO_SERVICE

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot


def check_services(names: t.Iterable[str], snapshots: t.Collection[Snapshot]) -> t.Iterator[Finding]:
    """A name that is misspelt would leave an adapter at work during the install."""
    there = {service.name.casefold() for snapshot in snapshots for service in snapshot.services}
    for name in names:
        if name.casefold() == SSO_SERVICE.casefold():
            yield Finding(
                "fail",
                "biztalk_stop_services",
                f"names {name}, but Enterprise SSO must run during an install: take it out of the list",
                "R14",
            )
        elif name.casefold() not in there:
            yield Finding(
                "fail",
                "biztalk_stop_services",
                f"names {name}, which is a service of no computer: give the name of a service (sc.exe query), not what "
                "it is displayed as, or take it out of the list",
                "R11",
            )


def check_programs(images: t.Iterable[str], snapshots: t.Iterable[Snapshot]) -> t.Iterator[Finding]:
    """A program without a service is ended, but only its operator knows how it is started."""
    for image in images:
        if not is_image_name(image):
            yield Finding(
                "fail",
                "biztalk_stop_processes",
                f"names {image!r}, which is no program: give the name of its file, such as Adapter.exe",
                "R11",
            )
    for snapshot in snapshots:
        for program in snapshot.custom_programs:
            yield Finding(
                "warn", snapshot.name, f"{program} will be ended and is not started again: start it afterwards", "R11"
            )


def check_app_pools(names: t.Sequence[str], snapshots: t.Collection[Snapshot]) -> t.Iterator[Finding]:
    there = {name.casefold() for snapshot in snapshots for name in snapshot.app_pools}
    if not names:
        yield Finding(
            "fail",
            "biztalk_app_pools",
            "is empty, so that nothing of IIS would be stopped: name the application pools of BizTalk Server's "
            "isolated host instances, or set biztalk_stop_iis to auto",
            "R12",
        )
    for name in names:
        if name.casefold() not in there:
            yield Finding(
                "fail",
                "biztalk_app_pools",
                f"names {name}, which is an application pool of no computer: give one that appcmd.exe list apppool "
                "shows, or take it out of the list",
                "R12",
            )
    yield Finding(
        "warn",
        "biztalk_stop_iis",
        "is app_pools: the article wants IIS stopped. It goes on to run, and refuses what comes in for these "
        "application pools, while others that use BizTalk Server keep working",
        "R12",
    )
