# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Windows Installer database of a package, made by wixl (msitools)."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import typing as t
from xml.sax.saxutils import quoteattr

import olefile

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .spec import PackageSpec

_SUMMARY = "\x05SummaryInformation"
_FILETIME = 64
_GUID = re.compile(rb"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")
# 2020-01-01 as Unix time and as Windows FILETIME: a build must not depend on the day it is made.
_UNIX_TIME = 1577836800
_WINDOWS_TIME = (_UNIX_TIME + 11644473600) * 10_000_000


def build_msi(spec: PackageSpec, payloads: Mapping[str, bytes], folder: Path) -> bytes:
    """An .msi of the architecture of `spec` with `payloads` (file name -> content) in its cabinet."""
    for name, content in payloads.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (_UNIX_TIME, _UNIX_TIME))
    source, target = folder / "installer.wxs", folder / "installer.msi"
    source.write_text(_wix_source(spec, list(payloads)), encoding="utf-8")
    wixl = shutil.which("wixl") or "wixl"
    subprocess.run(
        [wixl, "--arch", spec.architecture, "--output", target.name, source.name],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    _fix_summary(target, str(spec.guid("package")))
    return target.read_bytes()


def _wix_source(spec: PackageSpec, names: list[str]) -> str:
    win64 = ' Win64="yes"' if spec.architecture == "x64" else ""
    components = "".join(
        f'<Component Id="C{number}" Guid="{spec.guid(name)}"{win64}>'
        f'<File Id="F{number}" Name={quoteattr(name)} Source={quoteattr(name)} KeyPath="yes"/></Component>'
        for number, name in enumerate(names)
    )
    references = "".join(f'<ComponentRef Id="C{number}"/>' for number in range(len(names)))
    major, minor, build, _revision = spec.version.split(".")
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{spec.product_code}" Name={quoteattr(spec.title)} Language="1033" Version="{major}.{minor}.{build}"
      Manufacturer="biztalk.patching lab" UpgradeCode="{spec.guid("upgrade")}">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine" Description={quoteattr(spec.title)}/>
    <Media Id="1" Cabinet="payload.cab" EmbedCab="yes"/>
    <Property Id="KB" Value="KB{spec.kb}"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="INSTALLDIR" Name="Microsoft BizTalk Server">{components}</Directory>
    </Directory>
    <Feature Id="Update" Level="1">{references}</Feature>
  </Product>
</Wix>
"""


def _fix_summary(path: Path, package_code: str) -> None:
    """Replace what wixl draws anew in every run: the package code and the two times of the summary."""
    with olefile.OleFileIO(str(path), write_mode=True) as compound:
        summary = compound.openstream(_SUMMARY).read()
        summary = _GUID.sub(f"{{{package_code.upper()}}}".encode(), summary)
        summary = re.sub(
            re.escape(struct.pack("<I", _FILETIME)) + b".{8}",
            struct.pack("<IQ", _FILETIME, _WINDOWS_TIME).replace(b"\\", b"\\\\"),
            summary,
            flags=re.DOTALL,
        )
        compound.write_stream(_SUMMARY, summary)
