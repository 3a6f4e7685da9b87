# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inspected package: everything that the procedure needs to know about an update."""

from __future__ import annotations

import hashlib
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Verdict, judge_package
from ansible_collections.biztalk.patching.plugins.module_utils._archive import ArchiveError, LimitError
from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents, read_contents
from ansible_collections.biztalk.patching.plugins.module_utils._identity import Identity, Source, identify
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits
from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement
from ansible_collections.biztalk.patching.plugins.module_utils._signature import (
    Signature,
    SignatureError,
    read_signature,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import SqlAnswer, answer_sql

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Archiver

_CHUNK = 1024 * 1024
_GROUP_OUTAGE = (
    "The update contains SQL, or that cannot be ruled out: stop BizTalk, IIS and SQL Server Agent on the whole group.",
    "Back up all BizTalk databases before the first install.",
    "Uninstalling does not take it back: that is uninstall plus a restore of all BizTalk databases from that backup.",
)
_ROLLING = (
    "The update contains no SQL: restart the host instances after the install; the group may stay up, one computer at a"
    " time.",
    "It is taken back by uninstalling it.",
)


class PackageError(Exception):
    """There is no package to speak of; the text names the file and what to do."""


@dataclass(frozen=True)
class Package:
    path: Path
    size: int
    sha256: str
    identity: Identity
    verdict: Verdict
    sql: SqlAnswer
    signature: Signature
    contents: Contents

    @property
    def requires_group_outage(self) -> bool:
        """KB 2003907, with "unknown" treated as "yes"."""
        return self.sql.has_sql != "no"

    @property
    def warnings(self) -> list[str]:
        named = self.identity.named_architecture
        mismatch = (
            f"The file's name says {named}, but the package is for {self.verdict.architecture}: {self.verdict.why}."
        )
        misnamed = named and named != self.verdict.architecture
        return [
            *self.sql.warnings,
            *self.identity.warnings,
            *([mismatch] if misnamed else []),
            *(f"{shown or self.path.name} could not be examined: {why}." for shown, why in self.contents.unreadable),
        ]

    def expect_checksum(self, expected: str | None) -> None:
        if expected and expected.strip().casefold() != self.sha256:
            found = f"its SHA-256 is {self.sha256}" if self.sha256 else "it is a folder, which has no checksum"
            raise PackageError(f"The package {self.path} is not the expected one: {found}, not {expected}.")

    def as_result(self) -> dict[str, t.Any]:
        installers = [installer for _shown, installer in self.contents.installers]
        return {
            "path": str(self.path),
            "file_name": self.path.name,
            "size": self.size,
            "sha256": self.sha256,
            "kb": self.identity.kb,
            "title": self.identity.title,
            "product": self.identity.product,
            "companion": self.identity.companion,
            "kind": self.identity.kind,
            "branch": self.identity.branch,
            "version": self.identity.version,
            "minimum_version": self.identity.minimum_version,
            "languages": list(self.identity.languages),
            "architecture": self.verdict.architecture,
            "architecture_reason": self.verdict.why,
            "setup_xml": [shown for shown, _setup_xml in self.contents.setup_xmls],
            "files": _files(self.contents),
            "payloads": [asdict(payload) for payload in self.contents.payloads],
            "sql_scripts": list(self.sql.scripts),
            "has_sql": self.sql.has_sql,
            "has_sql_found": self.sql.found,
            "has_sql_evidence": list(self.sql.evidence),
            "assume_sql": self.sql.assumed,
            "patch_codes": _patch_codes(self.contents),
            "product_codes": sorted({code for installer in installers for code in installer.product_codes}),
            "signature": {**asdict(self.signature), "is_microsoft": self.signature.is_microsoft},
            "requires_group_outage": self.requires_group_outage,
            "requires_backup": self.requires_group_outage,
            "rollback_method": "uninstall_and_restore" if self.requires_group_outage else "uninstall",
            "consequences": list(_GROUP_OUTAGE if self.requires_group_outage else _ROLLING),
            "warnings": self.warnings,
        }


def inspect_package(
    path: Path,
    archiver: Archiver,
    *,
    limits: Limits | None = None,
    assume_sql: t.Literal["yes", "no"] | None = None,
    publishers: Sequence[str] = (),
    scratch: str | None = None,
) -> Package:
    """Raises PackageError where the file is missing, cannot be read, is damaged or is no package."""
    try:
        # Side by side: while 7-Zip unpacks, the file is hashed and its signature checked.
        with ThreadPoolExecutor(max_workers=2) as threads:
            digest = threads.submit(_checksum, path)
            outermost = threads.submit(_outermost, path, publishers)
            contents = read_contents(path, archiver, limits or Limits(), scratch)
            (signature, strings), (size, sha256) = outermost.result(), digest.result()
    except OSError as error:
        raise PackageError(f"The package {path} cannot be read: {error.strerror or error}.") from error
    except SignatureError as error:
        raise PackageError(f"The signature of the package {path} cannot be judged: {error}.") from error
    except (ArchiveError, LimitError) as error:
        raise PackageError(
            f"The package {path} cannot be inspected: {error}. Compare its checksum with the download's"
            " page, and download it again if they differ."
        ) from error
    identity = identify(path.name, _sources(contents, strings))
    verdict = judge_package(
        [(shown, installer.architecture) for shown, installer in contents.installers],
        [(payload.path, payload.architecture) for payload in contents.payloads if payload.architecture],
        identity.named_architecture,
    )
    return Package(path, size, sha256, identity, verdict, answer_sql(contents, assume_sql), signature, contents)


def _checksum(path: Path) -> tuple[int, str]:
    """Size and SHA-256; a folder has neither."""
    if path.is_dir():
        return 0, ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        return file.tell(), digest.hexdigest()


def _outermost(path: Path, publishers: Sequence[str]) -> tuple[Signature, tuple[Statement, ...]]:
    """Of the program that wraps the package: its signature, and what its version resource states."""
    not_checked = Signature("not_checked", reason="it is no program: only programs are checked here"), ()
    if path.is_dir():
        return not_checked
    with path.open("rb") as file:
        try:
            program = read_program_file(file)
        except ValueError:
            return not_checked
        signature = read_signature(file, program.certificates, publishers)
    return signature, tuple(Statement(f"VersionInfo@{name}", value) for name, value in program.strings.items())


def _sources(contents: Contents, strings: tuple[Statement, ...]) -> list[Source]:
    setup_xmls = [Source(shown, setup_xml.statements) for shown, setup_xml in contents.setup_xmls]
    installers = [
        Source(
            shown,
            (
                Statement("Summary@Subject", installer.subject),
                *(Statement(f"Property@{name}", value) for name, value in installer.properties.items()),
            ),
        )
        for shown, installer in contents.installers
    ]
    return [*setup_xmls, Source("the program's version resource", strings), *installers]


def _files(contents: Contents) -> list[dict[str, t.Any]]:
    """The files to be updated: programs and scripts inside, and what only Setup.xml names."""
    held = {
        payload.name.casefold(): {
            "name": payload.name,
            "architecture": payload.architecture,
            "size": payload.size,
            "version": payload.version,
            "source": payload.version_source or "package",
        }
        for payload in contents.payloads
        if payload.architecture or payload.version or payload.name.casefold().endswith(".sql")
    }
    named = {
        name.casefold(): {"name": name, "architecture": None, "size": None, "version": "", "source": shown}
        for shown, setup_xml in contents.setup_xmls
        for name in setup_xml.files
    }
    known = {payload.name.casefold() for payload in contents.payloads}
    return [*held.values(), *(file for key, file in named.items() if key not in known)]


def _patch_codes(contents: Contents) -> list[str]:
    """From the patches themselves, and from what Setup.xml calls a patch's GUID."""
    installed = {code.upper() for _shown, installer in contents.installers for code in installer.patch_codes}
    named = {code.upper() for _shown, setup_xml in contents.setup_xmls for code in setup_xml.patch_codes}
    return sorted(installed | named)
