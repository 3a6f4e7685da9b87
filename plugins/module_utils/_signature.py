# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Authenticode signature of the outermost program.

This is the early check, where the package is prepared. The authority on trust is Windows, where it is installed.
Source: Microsoft's "Windows Authenticode Portable Executable Signature Format".
"""

from __future__ import annotations

import contextlib
import io
import re
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._apart import ApartError, apart
from ansible_collections.biztalk.patching.plugins.module_utils._authenticode import read_authenticode
from ansible_collections.biztalk.patching.plugins.module_utils._signed import NotIntactError, has_issued

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cryptography.x509 import Certificate, Name

    from ansible_collections.biztalk.patching.plugins.module_utils._authenticode import Authenticode
    from ansible_collections.biztalk.patching.plugins.module_utils._pe import Certificates

Status = t.Literal["unsigned", "intact", "tampered", "not_checked"]

# A comma within a name bears a backslash.
_MICROSOFT = re.compile(r"(?:^|(?<!\\), )O=Microsoft Corporation(?:, |$)")
_CHUNK = 1024 * 1024
# One of Microsoft's takes 10 to 20 KB. What is much larger could keep the reader busy for long.
_LARGEST_TABLE = 64 * 1024
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
    """What is yielded tells the signature, which is read meanwhile in a process of its own."""
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
    trusted = [certificate for path in publishers for certificate in _publisher(path)]
    try:
        stated = read_authenticode(_table(image, certificates))
    except NotIntactError as error:
        return Signature(error.status, reason=error.reason)
    found = _judge(image, certificates, stated, _named(stated.signed.certificate))
    known = found.status == "intact" and any(_vouches(one, stated.signed.certificate) for one in trusted)
    return replace(found, trusted=known or found.is_microsoft)


def _table(image: t.BinaryIO, certificates: Certificates) -> bytes:
    """Where it lies and how large it is, is the file's own word."""
    if certificates.offset + certificates.size != image.seek(0, io.SEEK_END):
        # Behind it there could be anything. Windows refuses that too, since security bulletin MS12-024.
        raise NotIntactError("tampered", "the signature does not lie at the end of the file")
    if certificates.size > _LARGEST_TABLE:
        raise NotIntactError("not_checked", f"the signature is larger than {_LARGEST_TABLE} bytes")
    image.seek(certificates.offset)
    return image.read(certificates.size)


def _named(certificate: Certificate) -> Signature:
    """Who signs, which is not judged yet. Empty where names or dates cannot be read."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        # cryptography tells the zone of the dates from release 42 on only.
        validity = x509.Certificate.load(certificate.public_bytes(Encoding.DER))["tbs_certificate"]["validity"]
        return Signature(
            "not_checked",
            signer=_text(certificate.subject),
            issuer=_text(certificate.issuer),
            valid_from=_time(validity["not_before"].native),
            valid_to=_time(validity["not_after"].native),
        )
    except (KeyError, ValueError):
        return Signature("not_checked")


def _judge(image: t.BinaryIO, certificates: Certificates, stated: Authenticode, named: Signature) -> Signature:
    timestamp = ""
    try:
        stated.digest.check(_covered(image, certificates), "the file is not the one that was signed")
        stated.signed.verify()
        for each in stated.timestamps:
            each.verify(stated.signed.signature)
            timestamp = timestamp or _time(each.time)
        if not named.signer:
            raise NotIntactError("not_checked", "names or dates in its certificate cannot be read")
        # Times of one form, in UTC. What the dates of a certificate mean is for Windows to judge.
        if not named.valid_from <= (timestamp or _time(datetime.now(timezone.utc))) <= named.valid_to:
            when = "was not valid when" if timestamp else "is not valid now, and no timestamp says when"
            raise NotIntactError("not_checked", f"its certificate {when} it was signed")
        if not stated.alone:
            raise NotIntactError("not_checked", "there is more than one signature, or something else behind the first")
    except NotIntactError as error:
        return replace(named, status=error.status, timestamp=timestamp, reason=error.reason)
    return replace(named, status="intact", timestamp=timestamp)


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


def _publisher(path: str) -> list[Certificate]:
    from cryptography import x509

    try:
        content = Path(path).read_bytes() if Path(path).is_file() else b""
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except (OSError, ValueError) as error:
        raise SignatureError(f"the certificate of a trusted publisher cannot be read from {path}") from error


def _vouches(publisher: Certificate, certificate: Certificate) -> bool:
    """Whether it is the publisher's own certificate, or the publisher is an authority that has issued it."""
    return publisher == certificate or (_is_authority(publisher) and has_issued(publisher, certificate))


def _is_authority(certificate: Certificate) -> bool:
    """Whether it may issue certificates (RFC 5280, 4.2.1.3 and 4.2.1.9)."""
    from cryptography import x509

    try:
        stated = [extension.value for extension in certificate.extensions]
    except (ValueError, x509.DuplicateExtension):
        return False
    return any(isinstance(value, x509.BasicConstraints) and value.ca for value in stated) and all(
        value.key_cert_sign for value in stated if isinstance(value, x509.KeyUsage)
    )


def _text(name: Name) -> str:
    return ", ".join(part.rfc4514_string() for part in name.rdns)


def _time(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
