# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_package for executables (its provider `registry`), which is what the downloads of updates are."""

from __future__ import annotations

import hashlib
import typing as t

from tests.lab.windows.installer import NotExecutableError
from tests.lab.winrm import command_line
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
_PLACES = tuple(rf"{hive}:\SOFTWARE{part}" for hive in ("HKLM", "HKCU") for part in ("", r"\Wow6432Node"))
_UNMODELLED = ("chdir", "creates_version")
_OTHER_PROVIDERS = (".msi", ".msp", ".msix", ".appx")
_RESTART_REQUIRED = 3010


def run(task: Task) -> Result:
    path, state = task["path"], task["state"]
    _refuse_unmodelled(task)
    if path is not None and not task.files.exists(path):
        if not task.check_mode:
            raise ModuleError(f"the file at the path '{path}' cannot be reached", reboot_required=False)
        # Without the file the module cannot tell what kind of package it is.
        raise ModuleError(
            'Unhandled exception while executing module: Exception calling "IsMsi" with "1" argument(s): '
            f'"The system cannot find the file specified: {path}"'
        )
    key = _uninstall_key(task)
    changed = (state == "present") != _installed(task, key)
    result: Result = {"changed": changed, "rc": 0, "reboot_required": False}
    if changed and not task.check_mode:
        result |= _apply(task, path, key)
    return result


def _refuse_unmodelled(task: Task) -> None:
    path = task["path"] or ""
    given = [name for name in _UNMODELLED if task[name] is not None]
    if given or task["provider"] not in ("auto", "registry"):
        raise RefusedError(f"the lab does not model what win_package is asked for: {given or task['provider']}")
    if path.casefold().startswith("http") or path.casefold().endswith(_OTHER_PROVIDERS):
        raise RefusedError("the lab models win_package of executables on the computer only")


def _uninstall_key(task: Task) -> str | None:
    """The registry key of the product that the task names, where it is installed."""
    if not task["product_id"]:
        return None
    paths = (rf"{place}\{_UNINSTALL}\{task['product_id']}" for place in _PLACES)
    return next((path for path in paths if task.computer.registry.key(path)), None)


def _installed(task: Task, key: str | None) -> bool:
    installed = key is not None
    if task["creates_path"]:
        installed = task.files.exists(task["creates_path"])
    if task["creates_service"]:
        installed = task.computer.services.get(task["creates_service"]) is not None
    return installed


def _apply(task: Task, path: str | None, key: str | None) -> Result:
    result: Result = {}
    if path is not None and task["state"] == "present":
        result["checksum"] = _checked(task, path)
    command = command_line.join([path]) if path else _uninstall_command(task, key)
    arguments = task["arguments"]
    if isinstance(arguments, list):
        arguments = command_line.join([str(item) for item in arguments])
    words = command_line.split(f"{command} {arguments or ''}")
    return {**result, **_run(task, words)}


def _checked(task: Task, path: str) -> str:
    digest = hashlib.new(task["checksum_algorithm"], task.files.read(path), usedforsecurity=False).hexdigest().upper()
    if task["checksum"] and task["checksum"].upper() != digest:
        raise ModuleError(f"The checksum for {path} did not match '{task['checksum']}', it was '{digest}'", rc=0)
    status = _signature_status(task, path)
    if task["verify_signature"] and status != "Valid":
        raise ModuleError(
            f"Authenticode check failed: File '{path}': signature status is '{status}', expected 'Valid'", rc=0
        )
    return digest


def _signature_status(task: Task, path: str) -> str:
    """As Get-AuthenticodeSignature tells it; the lab's computers trust the lab's publisher."""
    digest = hashlib.sha256(task.files.read(path)).hexdigest()
    package = task.computer.world.packages.get(digest)
    if package is None:
        return "HashMismatch"
    return "Valid" if package.signed else "NotSigned"


def _uninstall_command(task: Task, key: str | None) -> str:
    found = task.computer.registry.key(key) if key else None
    values = found.values if found else {}
    for name in ("QuietUninstallString", "UninstallString"):
        if name in values:
            return task.session.expand(str(values[name].data))
    raise ModuleError(f"Failed to find registry uninstall string at registry path '{key}'", rc=0)


def _run(task: Task, words: list[str]) -> Result:
    session = task.session
    try:
        code = session.computer.installer.run(words[0], words[1:], session.account, interactive=session.interactive)
    except NotExecutableError as error:
        raise ModuleError(f"Unhandled exception while executing module: {error}", rc=0) from error
    if code not in task["expected_return_code"]:
        raise ModuleError(
            f"unexpected rc from '{command_line.join(words)}': see rc, stdout, and stderr for more details",
            rc=code,
            stdout="",
            stderr="",
            reboot_required=False,
        )
    return {"rc": code, "failed": False, "reboot_required": code == _RESTART_REQUIRED}
