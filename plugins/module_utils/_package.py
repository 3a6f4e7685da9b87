# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inspected package: everything that the procedure needs to know about an update."""

from __future__ import annotations

import contextlib
import hashlib
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Verdict, judge_package
from ansible_collections.biztalk.patching.plugins.module_utils._archive import ArchiveError, LimitError
from ansible_collections.biztalk.patching.plugins.module_utils._identity import Identity, Source, identify
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits
from ansible_collections.biztalk.patching.plugins.module_utils._package_words import consequences, unremovable
from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import Statement
from ansible_collections.biztalk.patching.plugins.module_utils._signature import (
    Signature,
    SignatureError,
    judging_signature,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import SqlAnswer, answer_sql
from ansible_collections.biztalk.patching.plugins.module_utils._walk import read_contents

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Archiver
    from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents
    from ansible_collections.biztalk.patching.plugins.module_utils._installer import Kind
    from ansible_collections.biztalk.patching.plugins.module_utils._pe import ProgramFile

_CHUNK = 1024 * 1024


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
            *unremovable(self.contents),
            *([mismatch] if misnamed else []),
            *(f"{shown or self.path.name} could not be examined: {why}." for shown, why in self.contents.unreadable),
        ]

    def expect_checksum(self, expected: str | None) -> None:
        if expected and expected.strip().casefold() != self.sha256:
            found = f"its SHA-256 is {self.sha256}" if self.sha256 else "it is a folder, which has no checksum"
            raise PackageError(
                f"The package {self.path} is not the expected one: {found}, not {expected}. Download it again."
            )

    def as_result(self) -> dict[str, t.Any]:
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
            "number": self.identity.number,
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
            "product_codes": _product_codes(self.contents, "msi"),
            "target_product_codes": _product_codes(self.contents, "msp"),
            "signature": {**asdict(self.signature), "is_microsoft": self.signature.is_microsoft},
            "requires_group_outage": self.requires_group_outage,
            "requires_backup": self.requires_group_outage,
            "rollback_method": "uninstall_and_restore" if self.requires_group_outage else "uninstall",
            "consequences": consequences(self.sql),
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
    if path.exists() and not path.is_file() and not path.is_dir():
        # Opening a named pipe waits for somebody to write to it.
        raise PackageError(f"The package {path} is neither a file nor a folder.")
    try:
        # Side by side: while 7-Zip unpacks, the file is hashed and its signature checked.
        program = _outermost(path)
        with _judging(path, program, publishers) as judged, ThreadPoolExecutor(max_workers=1) as threads:
            digest = threads.submit(_checksum, path)
            contents = read_contents(path, archiver, limits or Limits(), scratch)
            signature, (size, sha256) = judged(), digest.result()
    except OSError as error:
        raise PackageError(f"The package {path} cannot be read: {error.strerror or error}.") from error
    except SignatureError as error:
        raise PackageError(f"The signature of the package {path} cannot be judged: {error}.") from error
    except (ArchiveError, LimitError) as error:
        raise PackageError(
            f"The package {path} cannot be inspected: {error}. Compare its checksum with the download's"
            " page, and download it again if they differ."
        ) from error
    identity = identify(path.name, _sources(contents, program))
    verdict = judge_package(
        [(shown, stated) for shown, installer in contents.installers for stated in installer.architectures],
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


def _outermost(path: Path) -> ProgramFile | None:
    """The program that wraps the package, where one does."""
    if path.is_dir():
        return None
    with path.open("rb") as file, contextlib.suppress(ValueError):
        return read_program_file(file)
    return None


def _judging(
    path: Path, program: ProgramFile | None, publishers: Sequence[str]
) -> contextlib.AbstractContextManager[Callable[[], Signature]]:
    if program is None:
        unchecked = Signature("not_checked", reason="it is no program: only programs are checked here")
        return contextlib.nullcontext(lambda: unchecked)
    return judging_signature(path, program.certificates, publishers)


def _sources(contents: Contents, program: ProgramFile | None) -> list[Source]:
    stated = program.strings if program else {}
    strings = tuple(Statement(f"VersionInfo@{name}", value) for name, value in stated.items())
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


def _product_codes(contents: Contents, kind: Kind) -> list[str]:
    """An .msi has its own; an .msp has those of the products that it is meant for."""
    installers = (installer for _shown, installer in contents.installers if installer.kind == kind)
    return sorted({code.upper() for installer in installers for code in installer.product_codes})
