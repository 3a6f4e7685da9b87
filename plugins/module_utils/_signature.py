# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Authenticode signature and the version strings of the outermost program.

This is the early check, where the package is prepared. The authority on trust is Windows, where it is installed.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement

if t.TYPE_CHECKING:
    from pathlib import Path

Status = t.Literal["unsigned", "intact", "tampered", "not_checked"]

_MICROSOFT = "O=Microsoft Corporation"


@dataclass(frozen=True)
class Signature:
    """`not_checked` comes with a `reason`; `signer` is the subject of the signing certificate."""

    status: Status
    signer: str = ""
    issuer: str = ""
    timestamped: bool = False
    reason: str = ""

    @property
    def is_microsoft(self) -> bool:
        """The names only: whether the chain ends at Microsoft's root is for Windows to say."""
        return self.status == "intact" and _MICROSOFT in self.signer and _MICROSOFT in self.issuer


@dataclass(frozen=True)
class Wrapper:
    signature: Signature
    statements: tuple[Statement, ...] = ()


def read_wrapper(path: Path) -> Wrapper:
    # Not at the top: the module reports a missing library by itself, and it takes half a second to load.
    import lief

    lief.logging.disable()
    image = lief.PE.parse(str(path))
    if image is None:
        return Wrapper(Signature("not_checked", reason="it is no program with a readable PE header"))
    return Wrapper(_signature(image), tuple(_version_strings(image)))


def _signature(image: t.Any) -> Signature:
    if not image.has_signatures:
        return Signature("unsigned")
    signer = next(iter(image.signatures[0].signers), None)
    certificate = signer.cert if signer else None
    verdict = image.verify_signature()
    flags = type(verdict)
    broken = (
        flags.BAD_DIGEST
        | flags.BAD_SIGNATURE
        | flags.CORRUPTED_CONTENT_INFO
        | flags.CORRUPTED_AUTH_DATA
        | flags.MISSING_PKCS9_MESSAGE_DIGEST
        | flags.INCONSISTENT_DIGEST_ALGORITHM
        | flags.INVALID_SIGNER
    )
    status: Status = "intact" if verdict == flags.OK else "tampered" if verdict & broken else "not_checked"
    return Signature(
        status,
        signer=_name(certificate.subject) if certificate else "",
        issuer=_name(certificate.issuer) if certificate else "",
        timestamped=bool(signer and any("COUNTER" in str(a.type) for a in signer.unauthenticated_attributes)),
        reason="" if status == "intact" else str(verdict).rpartition(".")[2],
    )


def _name(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _version_strings(image: t.Any) -> t.Iterator[Statement]:
    """ProductName, FileDescription, FileVersion and so on, as statements like those of a Setup.xml."""
    import lief

    resources = image.resources_manager if image.has_resources else None
    if not isinstance(resources, lief.PE.ResourcesManager):
        return
    for version in resources.version:
        for table in version.string_file_info.children if version.string_file_info else ():
            for entry in table.entries:
                yield Statement(f"VersionInfo@{entry.key}", entry.value.strip())
