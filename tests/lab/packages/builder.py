# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a specification to a self-extracting executable: a 32-bit stub with a cabinet behind it.

The layout inside (Setup.xml beside the Windows Installer file and a folder of scripts) and the shape of Setup.xml are
the lab's own: Microsoft has published neither. The product must not depend on them.
"""

from __future__ import annotations

import datetime
import hashlib
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import cabarchive

from .installer import build_msi
from .pe import portable_executable
from .tools import require_tools
from .version_resource import VersionInfo

if t.TYPE_CHECKING:
    from .publisher import Publisher
    from .spec import PackageSpec, SqlScript

_BUILT = datetime.datetime(2020, 1, 1)


@dataclass(frozen=True)
class BuiltPackage:
    spec: PackageSpec
    path: Path
    sha256: str


def build(spec: PackageSpec, folder: Path, publisher: Publisher | None = None) -> BuiltPackage:
    """Write the package into `folder`, signed by `publisher` unless `spec` says otherwise.

    Raises PackageToolMissingError where a needed program is not installed.
    """
    require_tools()
    path = folder / spec.file_name
    path.write_bytes(_stub(spec) + _cabinet(_members(spec)))
    if publisher and spec.signed:
        publisher.sign(path)
    return BuiltPackage(spec, path, hashlib.sha256(path.read_bytes()).hexdigest())


def _members(spec: PackageSpec) -> dict[str, bytes]:
    dlls = {name: portable_executable(spec.architecture, _version(spec, name), dll=True) for name in spec.dlls}
    scripts = {f"SQL\\{script.name}": _sql(spec, script) for script in spec.sql_scripts}
    with tempfile.TemporaryDirectory(prefix="biztalk-lab-") as scratch:
        msi = build_msi(spec, dlls, Path(scratch))
    return {"Setup.xml": _setup_xml(spec), f"KB{spec.kb}.msi": msi, **scripts}


def _stub(spec: PackageSpec) -> bytes:
    """The wrapper is a 32-bit program whatever it carries, as Microsoft's are."""
    return portable_executable("x86", _version(spec, spec.file_name), dll=False)


def _version(spec: PackageSpec, name: str) -> VersionInfo:
    return VersionInfo(
        spec.version,
        (
            ("CompanyName", "biztalk.patching lab"),
            ("FileDescription", spec.title),
            ("FileVersion", spec.version),
            ("OriginalFilename", name),
            ("ProductName", spec.product),
            ("ProductVersion", spec.version),
        ),
    )


def _setup_xml(spec: PackageSpec) -> bytes:
    files = "".join(f"    <File Name={quoteattr(name)} Version={quoteattr(spec.version)}/>\n" for name in spec.dlls)
    scripts = "".join(
        f"    <Script File={quoteattr(f'SQL{chr(92)}{script.name}')} Database={quoteattr(script.database)}/>\n"
        for script in spec.sql_scripts
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Setup DisplayName={quoteattr(spec.title)} KBNumber="KB{spec.kb}" Version="{spec.version}">
  <Product Name={quoteattr(spec.product)} MinimumVersion="{spec.minimum_version}" Language="{spec.language}"/>
  <Patches>
    <Patch Guid="{{{str(spec.patch_code).upper()}}}" File="KB{spec.kb}.msi"/>
  </Patches>
  <Files>
{files}  </Files>
  <Scripts>
{scripts}  </Scripts>
</Setup>
""".encode()


def _sql(spec: PackageSpec, script: SqlScript) -> bytes:
    lines = (f"-- {script.name} of KB {spec.kb}", f"USE [{script.database}]", "GO", f"PRINT N'{script.name}'", "GO", "")
    return "\r\n".join(lines).encode()


def _cabinet(members: dict[str, bytes]) -> bytes:
    archive = cabarchive.CabArchive()
    for name, content in members.items():
        archive[name] = cabarchive.CabFile(content, mtime=_BUILT)
    saved: bytes = archive.save(compress=True)
    return saved
