# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_get_url, from the web servers of the lab's network."""

from __future__ import annotations

import hashlib
import ntpath
import typing as t
import urllib.parse

from tests.lab.windows.network import WebError
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_MODELLED = ("url", "dest", "force", "checksum", "checksum_algorithm", "url_timeout")
# What the module gives to its web request where nobody says otherwise.
_DEFAULTS: dict[str, t.Any] = {
    "follow_redirects": "safe",
    "force_basic_auth": False,
    "http_agent": "ansible-httpget",
    "maximum_redirection": 50,
    "proxy_use_default_credential": False,
    "use_default_credential": False,
    "use_proxy": True,
    "validate_certs": True,
}


def run(task: Task) -> Result:
    given = [
        name
        for name, value in task.options.items()
        if name not in _MODELLED and value is not None and value != _DEFAULTS.get(name)
    ]
    if given:
        raise RefusedError(f"the lab does not model the options {given} of win_get_url")
    destination = _destination(task)
    result: Result = {"elapsed": 0.0, "url": task["url"], "dest": destination}
    wanted = (task["checksum"] or "").strip().lower()
    present = _checksum(task, task.files.read(destination)) if task.files.exists(destination) else None
    if present and not task["force"] and not wanted:
        raise RefusedError("the lab does not model how win_get_url compares the times of two files")
    if not present or task["force"] or present != wanted:
        result |= _download(task, destination, wanted, present)
    if task.files.exists(destination):
        content = task.files.read(destination)
        result |= {"checksum_dest": _checksum(task, content), "size": len(content)}
    return result


def _destination(task: Task) -> str:
    path: str = task["dest"]
    if task.files.is_dir(path):
        parts = urllib.parse.urlsplit(task["url"])
        return ntpath.join(path, urllib.parse.unquote(parts.path).rpartition("/")[2] or parts.hostname or "")
    if path.endswith(("\\", "/")):
        raise ModuleError(
            f"The destination path '{path}' does not exist, or is not visible to the current user. Ensure download "
            "destination folder exists (perhaps using win_file state=directory) before win_get_url runs."
        )
    return path


def _download(task: Task, destination: str, wanted: str, present: str | None) -> Result:
    """The module reads the whole file, in check mode too, and puts it in its place only where it is the wanted one."""
    parent = ntpath.dirname(destination)
    if not task.files.is_dir(parent):
        raise ModuleError(
            f"The path '{parent}' does not exist for destination '{destination}', or is not visible to the current "
            "user. Ensure download destination folder exists (perhaps using win_file state=directory) before "
            "win_get_url runs."
        )
    try:
        content = task.computer.world.network.download(task["url"])
    except (WebError, ValueError) as error:
        raise ModuleError(f"Error downloading '{task['url']}' to '{destination}': {error}") from error
    found = _checksum(task, content)
    if wanted and found != wanted:
        raise ModuleError(f"The checksum for {task['url']} did not match '{wanted}', it was '{found}'")
    if present == found:
        return {"checksum_src": found, "status_code": 200, "msg": "OK"}
    if not task.check_mode:
        task.files.write(destination, content, task.origin)
    return {"changed": True, "checksum_src": found, "status_code": 200, "msg": "OK"}


def _checksum(task: Task, content: bytes) -> str:
    return hashlib.new(task["checksum_algorithm"], content, usedforsecurity=False).hexdigest()
