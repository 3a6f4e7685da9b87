# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Authenticode signature of the outermost program.

This is the early check, where the package is prepared. The authority on trust is Windows, where it is installed.
Source: Microsoft's "Windows Authenticode Portable Executable Signature Format".
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import struct
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._apart import ApartError, apart

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ansible_collections.biztalk.patching.plugins.module_utils._pe import Certificates

Status = t.Literal["unsigned", "intact", "tampered", "not_checked"]

_MICROSOFT = re.compile(r"\bO=Microsoft Corporation(?:,|$)")
# The first time behind the identifier of a time-stamp token's content.
_TOKEN_TIME = re.compile(rb"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04.{1,300}?\x18.(\d{14})", re.DOTALL)
_ENTRY_HEADER = 8
_CHUNK = 1024 * 1024
_LARGEST_SIGNATURE = 16 * 1024 * 1024
_LONGEST = 60.0


class SignatureError(Exception):
    """A signature cannot be judged as the operator asks for it."""


@dataclass(frozen=True)
class Signature:
    """`not_checked` comes with a `reason`; `signer` is the subject of the signing certificate, times are UTC."""

    status: Status
    signer: str = ""
    issuer: str = ""
    valid_from: str = ""
    valid_to: str = ""
    timestamp: str = ""
    reason: str = ""
    trusted: bool = False
    """Intact, and of Microsoft or of a publisher whom the operator trusts."""

    @property
    def is_microsoft(self) -> bool:
        """The names only: whether the chain ends at Microsoft's root is for Windows to say."""
        names = (self.signer, self.issuer)
        return self.status == "intact" and all(_MICROSOFT.search(name) for name in names)


@contextlib.contextmanager
def judging_signature(
    path: Path, certificates: Certificates | None, publishers: Sequence[str] = ()
) -> Iterator[Callable[[], Signature]]:
    """What is yielded tells the signature; LIEF loads and reads it meanwhile in a process of its own."""
    if certificates is None:
        yield lambda: Signature("unsigned")
        return
    with apart(_LONGEST, _read, path, certificates, publishers) as read:

        def signature() -> Signature:
            try:
                return read()
            except ApartError as error:
                return Signature("not_checked", reason=str(error))

        yield signature


def _read(path: Path, certificates: Certificates, publishers: Sequence[str]) -> Signature:
    with path.open("rb") as file:
        return read_signature(file, certificates, publishers)


def read_signature(image: t.BinaryIO, certificates: Certificates | None, publishers: Sequence[str] = ()) -> Signature:
    """Reads the file in pieces: a large package takes no more memory than a small one.

    `publishers` are files with the certificates of those who are trusted beside Microsoft.
    Raises SignatureError where one of these cannot be read.
    """
    if certificates is None:
        return Signature("unsigned")
    # Not at the top: the module reports a missing library by itself, and it takes half a second to load.
    import lief

    lief.logging.disable()
    image.seek(certificates.offset + _ENTRY_HEADER)
    # The size is the file's own word: it may be less than that of the header alone.
    raw = image.read(max(0, min(certificates.size, _LARGEST_SIGNATURE) - _ENTRY_HEADER))
    signature = lief.PE.Signature.parse(list(raw))
    if not isinstance(signature, lief.PE.Signature):
        return Signature("tampered", reason="the signature itself cannot be read")
    # Not before the signature: it is by parsing one that LIEF makes its cryptography ready.
    trusted = [certificate for path in publishers for certificate in _publisher(path)]
    status, reason = _judge(image, certificates, signature)
    signer = next(iter(signature.signers), None)
    certificate = signer.cert if signer else None
    if certificate is None:
        return Signature(status, reason=reason)
    found = Signature(
        status,
        signer=_text(certificate.subject),
        issuer=_text(certificate.issuer),
        valid_from=_time(certificate.valid_from),
        valid_to=_time(certificate.valid_to),
        timestamp=_timestamp(signer, raw),
        reason=reason,
    )
    known = status == "intact" and bool(trusted) and _is_trusted(certificate, trusted)
    return replace(found, trusted=known or found.is_microsoft)


def _publisher(path: str) -> list[t.Any]:
    import lief

    certificates = lief.PE.x509.parse(path) if Path(path).is_file() else None
    if not certificates:
        raise SignatureError(f"the certificate of a trusted publisher cannot be read from {path}")
    return list(certificates)


def _is_trusted(certificate: t.Any, publishers: list[t.Any]) -> bool:
    """Whether it is one of them, or one of them has issued it."""
    if any(certificate.raw == publisher.raw for publisher in publishers):
        return True
    verdict = certificate.is_trusted_by(publishers)
    flags = type(verdict)
    return not verdict & ~(flags.OK | flags.BADCERT_EXPIRED | flags.BADCERT_FUTURE)


def _timestamp(signer: t.Any, raw: bytes) -> str:
    """PKCS #9 states the time as an attribute of the countersignature, RFC 3161 (2.4.2) in a token of its own."""
    for attribute in signer.unauthenticated_attributes:
        if "PKCS9_COUNTER_SIGNATURE" in str(attribute.type):
            for stated in attribute.signer.authenticated_attributes:
                if "SIGNING_TIME" in str(stated.type):
                    return _time(stated.time)
    token = _TOKEN_TIME.search(raw)
    return _time(struct.unpack("4s2s2s2s2s2s", token.group(1))) if token else ""


def _time(parts: Sequence[t.Any]) -> str:
    year, month, day, hour, minute, second = map(int, parts)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


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
