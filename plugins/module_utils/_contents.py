# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies in a package, container by container: what was found of each file, and of which nothing could be."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.biztalk.patching.plugins.module_utils._formats import base_name

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture
    from ansible_collections.biztalk.patching.plugins.module_utils._installer import Installer
    from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import SetupXml


@dataclass(frozen=True)
class Payload:
    """A file that the package carries. `path` leads to it through the containers: `KB5009901.msi/BTSMsgCore.dll`."""

    path: str
    size: int
    architecture: Architecture | None = None
    version: str = ""
    version_source: str = ""

    @property
    def name(self) -> str:
        return base_name(self.path)


@dataclass
class Contents:
    payloads: list[Payload] = field(default_factory=list)
    setup_xmls: list[tuple[str, SetupXml]] = field(default_factory=list)
    installers: list[tuple[str, Installer]] = field(default_factory=list)
    sql: list[tuple[str, str]] = field(default_factory=list)
    """Payload, and how it shows SQL."""
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """Payload, and why it could not be judged."""

    def mark(self) -> tuple[int, ...]:
        """What `forget_since` goes back to."""
        return tuple(map(len, self._found()))

    def forget_since(self, mark: tuple[int, ...]) -> None:
        for found, length in zip(self._found(), mark, strict=True):
            del found[length:]

    def _found(self) -> tuple[list[t.Any], ...]:
        return self.payloads, self.setup_xmls, self.installers, self.sql, self.unreadable
