# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Authenticode signature of the outermost program.

This is the early check, where the package is prepared. The authority on trust is Windows, where it is installed.
Source: Microsoft's "Windows Authenticode Portable Executable Signature Format".
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.biztalk.patching.plugins.module_utils._pe import Certificates

Status = t.Literal["unsigned", "intact", "tampered", "not_checked"]

_MICROSOFT = "O=Microsoft Corporation"
_ENTRY_HEADER = 8
_CHUNK = 1024 * 1024
_LARGEST_SIGNATURE = 16 * 1024 * 1024


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


def read_signature(image: t.BinaryIO, certificates: Certificates | None) -> Signature:
    """Reads the file in pieces: a large package takes no more memory than a small one."""
    if certificates is None:
        return Signature("unsigned")
    # Not at the top: the module reports a missing library by itself, and it takes half a second to load.
    import lief

    lief.logging.disable()
    image.seek(certificates.offset + _ENTRY_HEADER)
    signature = lief.PE.Signature.parse(list(image.read(min(certificates.size, _LARGEST_SIGNATURE) - _ENTRY_HEADER)))
    if not isinstance(signature, lief.PE.Signature):
        return Signature("tampered", reason="the signature itself cannot be read")
    signer = next(iter(signature.signers), None)
    certificate = signer.cert if signer else None
    status, reason = _judge(image, certificates, signature)
    return Signature(
        status,
        signer=_text(certificate.subject) if certificate else "",
        issuer=_text(certificate.issuer) if certificate else "",
        timestamped=bool(signer and any("COUNTER" in str(a.type) for a in signer.unauthenticated_attributes)),
        reason=reason,
    )


def _judge(image: t.BinaryIO, certificates: Certificates, signature: t.Any) -> tuple[Status, str]:
    algorithm = signature.content_info.digest_algorithm.name.replace("_", "").casefold()
    if algorithm not in hashlib.algorithms_available:
        return "not_checked", f"its digest algorithm {algorithm} is not known here"
    digest = hashlib.new(algorithm)
    for piece in _covered(image, certificates):
        digest.update(piece)
    if digest.digest() != bytes(signature.content_info.digest):
        return "tampered", "the file is not the one that was signed"
    verdict = signature.check()
    flags = type(verdict)
    if verdict == flags.OK:
        return "intact", ""
    # What the time or the algorithm of a certificate means is for Windows to judge.
    doubtful = flags.CERT_EXPIRED | flags.CERT_FUTURE | flags.UNSUPPORTED_ALGORITHM
    return ("tampered" if verdict & ~doubtful else "not_checked"), str(verdict).rpartition(".")[2]


def _covered(image: t.BinaryIO, certificates: Certificates) -> Iterator[bytes]:
    """All of the file but its checksum, the entry that points to the signature, and the signature."""
    places = (
        (0, certificates.checksum_offset),
        (certificates.checksum_offset + 4, certificates.entry_offset),
        (certificates.entry_offset + 8, certificates.offset),
    )
    for start, end in places:
        image.seek(start)
        left = end - start
        while left > 0 and (piece := image.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name
