# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the computers of the lab find beyond themselves: files on shares and on web servers.

Both are empty until somebody puts a file there; then its server, and its share, exist.
"""

from __future__ import annotations

import ntpath
import re
import typing as t
import urllib.parse

if t.TYPE_CHECKING:
    from tests.lab.topology import Account


class WebError(Exception):
    """What .NET's WebRequest says of a download that fails."""


class Network:
    def __init__(self) -> None:
        self._shared: dict[str, bytes] = {}
        self._published: dict[str, bytes] = {}

    def share(self, path: str, data: bytes) -> None:
        r"""Put a file at `\\server\share\...`, where every account of the domain may read it."""
        if not is_unc(path) or len(ntpath.normpath(path).strip("\\").split("\\")) < 3:
            raise ValueError(rf"{path!r} is not a file's path such as \\server\share\file")
        self._shared[_unc(path)] = data

    def publish(self, url: str, data: bytes) -> None:
        """Put a file on a web server."""
        self._published[_url(url)] = data

    def shared(self, path: str, account: Account, *, interactive: bool) -> bytes | None:
        """The file at a UNC path as Windows shows it to a logon, None where it shows nothing.

        A network logon has no credentials to take along (the double hop): to it every share is empty. An account that
        is not the domain's is nobody on the server.
        """
        domain = account.name.rpartition("\\")[0]
        return self._shared.get(_unc(path)) if interactive and domain else None

    def download(self, url: str) -> bytes:
        """Raises `WebError`."""
        wanted = urllib.parse.urlsplit(_url(url))
        if wanted.hostname not in [urllib.parse.urlsplit(known).hostname for known in self._published]:
            raise WebError(f"The remote name could not be resolved: '{wanted.hostname}'")
        if wanted.geturl() not in self._published:
            raise WebError("The remote server returned an error: (404) Not Found.")
        return self._published[wanted.geturl()]


def is_unc(path: str) -> bool:
    return re.match(r"[\\/]{2}[^\\/?.]", path) is not None


def _unc(path: str) -> str:
    return ntpath.normpath(path).casefold()


def _url(url: str) -> str:
    """A URL with its escapes as System.Uri writes them: a server takes `%20` and what it stands for alike."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not a URL such as https://server/file")
    return parts._replace(path=urllib.parse.unquote(parts.path)).geturl()
