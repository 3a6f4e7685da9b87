# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The updates that are installed on a computer: their files, their Uninstall entries, and what they replaced."""

from __future__ import annotations

import ntpath
import typing as t

from tests.lab.packages.spec import PackageSpec
from tests.lab.windows import furniture
from tests.lab.windows.files import FileError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer

FOLDER = r"C:\ProgramData\Microsoft\E-Business Servers Updates\Updates"
_ORIGIN = "installer"

Replaced = dict[str, bytes | None]


class Updates:
    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        self._installed: dict[str, tuple[PackageSpec, Replaced]] = {}

    def installed_before(self, kb: str) -> None:
        """An update from before the lab opened: one of the lab's packages, or one that nobody has any more."""
        group = self._computer.world.topology.group
        fitting = (self._computer.architecture, "x86")
        known = [
            spec for spec in self._computer.world.packages.values() if spec.kb == kb and spec.architecture in fitting
        ]
        known.sort(key=lambda spec: fitting.index(spec.architecture))
        title = f"{group.product} Update [KB {kb}]"
        self.install(known[0] if known else PackageSpec(kb, title, group.version, "x86", product=group.product))

    def install(self, package: PackageSpec) -> None:
        files, replaced = self._computer.files, Replaced()
        for name in package.dlls:
            path = f"{furniture.INSTALL_PATH}{name}"
            replaced[path] = files.read(path) if files.exists(path) else None
            files.write(path, package.version.encode(), _ORIGIN)
        self._installed.setdefault(package.kb, (package, replaced))
        uninstaller = uninstaller_of(package.kb)
        files.make_dir(ntpath.dirname(uninstaller))
        files.write(uninstaller, f"MZ uninstaller of KB{package.kb}".encode(), _ORIGIN)
        self._computer.registry.set(
            rf"{self._hive}\{package.uninstall_key}",
            DisplayName=package.title,
            DisplayVersion=package.version,
            Publisher="Microsoft Corporation",
            ID=f"KB{package.kb}",
            UninstallString=f'"{uninstaller}" /uninstall',
            QuietUninstallString=f'"{uninstaller}" /uninstall /quiet',
        )

    def uninstall(self, kb: str) -> None:
        """Put back what the update replaced; raises KeyError where it is not installed."""
        package, replaced = self._installed.pop(kb)
        files = self._computer.files
        for path, data in replaced.items():
            if data is None:
                files.remove(path, _ORIGIN)
            else:
                files.write(path, data, _ORIGIN)
        self._computer.registry.remove(rf"{self._hive}\{package.uninstall_key}")
        files.remove(uninstaller_of(kb), _ORIGIN)

    @property
    def kb_numbers(self) -> list[str]:
        """The KB articles of what is installed."""
        return list(self._installed)

    def uninstalled_by(self, path: str) -> str | None:
        """The KB number of the update that the program at this path takes away, or None."""
        wanted = path.casefold()
        return next((kb for kb in self._installed if uninstaller_of(kb).casefold() == wanted), None)

    @property
    def level(self) -> tuple[int, ...]:
        """The version of the product with its updates."""
        product = self._computer.registry.key(furniture.PRODUCT)
        if product is None:
            raise FileError(f"BizTalk Server is not installed on {self._computer.name}")
        versions = [str(product.values["ProductVersion"].data)]
        versions += [package.version for package, _replaced in self._installed.values()]
        return max(version_numbers(version) for version in versions)

    @property
    def _hive(self) -> str:
        """Updates register themselves in the 32-bit part of the registry, the product in the native one."""
        return furniture.UNINSTALL_32 if self._computer.architecture == "x64" else furniture.UNINSTALL


def uninstaller_of(kb: str) -> str:
    return rf"{FOLDER}\Uninstall{kb}\setup.exe"


def version_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
