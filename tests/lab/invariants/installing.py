# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on what was installed where: R1, R2, R3, R9, R10, R16."""

from __future__ import annotations

import typing as t

from tests.lab.invariants.verdict import NotApplicableError

if t.TYPE_CHECKING:
    from tests.lab.invariants.history import History, Install


def r1_x86_only_is_for_all(history: History) -> t.Iterator[str]:
    """An update with only an x86 download is for 32-bit and 64-bit computers."""
    single = [install for install in installs(history) if downloads(history, install) == {"x86"}]
    if not single:
        raise NotApplicableError("no update with only an x86 download was installed")
    for kb in sorted({install.kb for install in single}):
        updated = {install.computer for install in single if install.kb == kb} | already_updated(history, kb)
        served = {history.group_computers.get(computer) for computer in updated}
        for architecture in sorted(set(history.group_computers.values()) - served):
            if not history.unfinished:
                yield f"KB{kb} has only an x86 download, and no {architecture} computer got it"


def r2_each_its_own_architecture(history: History) -> t.Iterator[str]:
    """With separate x86 and x64 downloads each computer gets the one of its own architecture."""
    separate = [install for install in installs(history) if downloads(history, install) == {"x86", "x64"}]
    if not separate:
        raise NotApplicableError("no update with separate downloads was installed")
    for install in separate:
        architecture = history.group_computers.get(install.computer)
        if install.architecture != architecture:
            yield f"{install.computer} is {architecture}, but got the {install.architecture} download"


def r3_administrator(history: History) -> t.Iterator[str]:
    """The installing user is a Windows administrator on the computer."""
    for install in installs(history):
        if not install.administrator:
            yield f"{install.account} is no administrator of {install.computer}"


def r9_setup_xml_tells(history: History) -> t.Iterator[str]:
    """What Setup.xml says is what the installer does, and an update with SQL is treated as one."""
    sign = "backup.set" if history.native else "backup.forced"
    for install in installs(history):
        named = set(package(history, install)["sql_scripts"])
        ran = {
            event["script"]
            for _position, event in history.of_kind("install.script")
            if (event["computer"], event["kb"]) == (install.computer, install.kb)
        }
        if ran - named:
            yield f"KB{install.kb} ran {sorted(ran - named)} on {install.computer}, which Setup.xml does not name"
        if named and not any(position < install.started for position in history.positions(sign)):
            yield f"KB{install.kb} has SQL, but was installed on {install.computer} as if it had none"


def r10_every_computer(history: History) -> t.Iterator[str]:
    """Every computer of the group gets the update."""
    done = installs(history)
    if history.unfinished:
        raise NotApplicableError(history.unfinished)
    for kb in sorted({install.kb for install in done}):
        served = {install.computer for install in done if install.kb == kb} | already_updated(history, kb)
        for computer in sorted(history.group_computers.keys() - served):
            yield f"{computer} did not get KB{kb}"


def r16_one_at_a_time(history: History) -> t.Iterator[str]:
    """One computer at a time."""
    installs(history)
    running: set[str] = set()
    for _position, event in history.of_kind("install.started", "install.finished"):
        computer = event["computer"]
        if event.kind == "install.finished":
            running.discard(computer)
            continue
        for other in sorted(running - {computer}):
            yield f"the install on {computer} began before the one on {other} had ended"
        running.add(computer)


def installs(history: History) -> list[Install]:
    if not history.installs:
        raise NotApplicableError("nothing was installed")
    return history.installs


def package(history: History, install: Install) -> dict[str, t.Any]:
    found: dict[str, t.Any] = next(item for item in history.lab["packages"] if item["sha256"] == install.sha256)
    return found


def downloads(history: History, install: Install) -> set[str]:
    """The architectures for which this update can be downloaded."""
    return {item["architecture"] for item in history.lab["packages"] if item["kb"] == install.kb}


def already_updated(history: History, kb: str) -> set[str]:
    """The computers that had the update before the log began."""
    return {item["name"] for item in history.lab["computers"] if kb in item["updates"]}
