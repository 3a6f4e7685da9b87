# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A content that somebody has signed, and whether they have.

Sources: RFC 5652, section 5.4 (which bytes are signed), RFC 8017 (RSA), RFC 5753 (ECDSA).
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
    from cryptography.x509 import Certificate

# Not MD5 and what is older: they are forged. Whether SHA-1 still counts is for Windows to judge.
_DIGESTS = frozenset({"sha1", "sha256", "sha384", "sha512"})
# Shorter keys have been broken, and Windows refuses them: Microsoft's security advisory 2661254.
_LEAST_RSA_BITS = 1024


class NotIntactError(Exception):
    """The signature does not hold, or it cannot be told here."""

    def __init__(self, status: t.Literal["tampered", "not_checked"], reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Digest:
    algorithm: str
    value: bytes

    def check(self, pieces: Iterable[bytes], otherwise: str) -> None:
        """Raises NotIntactError; `otherwise` is the reason where the digest of the pieces is another one."""
        digest = hashlib.new(_known(self.algorithm))
        for piece in pieces:
            digest.update(piece)
        if digest.digest() != self.value:
            raise NotIntactError("tampered", otherwise)


@dataclass(frozen=True)
class Scheme:
    """How a signature is made."""

    name: str
    """`rsa` (PKCS #1 v1.5), `pss`, `ecdsa`, or what is not known here."""
    digest: str
    mask: str = ""
    """The digest of the mask of `pss`."""


@dataclass(frozen=True)
class Signed:
    """A content as octets without tag and length, and what its signer states of it.

    `stated_type` and `digest` are two of the `attributes`, and these are what is signed.
    """

    what: t.Literal["signature", "timestamp"]
    content_type: str
    content: bytes
    stated_type: str
    digest: Digest
    attributes: bytes
    scheme: Scheme
    signature: bytes
    certificate: Certificate
    issuers: tuple[Certificate, ...]
    """Those that have the name of the certificate's issuer, as far as they were sent along."""

    def verify(self) -> None:
        """Raises NotIntactError. Whether the certificate deserves trust is another question."""
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

        self.digest.check([self.content], f"its {self.what} is of another content")
        if self.stated_type != self.content_type:
            raise NotIntactError("tampered", f"its {self.what} is of another kind of content")
        try:
            self._verify_attributes(self.certificate.public_key())
        except (InvalidSignature, ValueError):
            reason = f"its {self.what} was not made with the key of its certificate"
            raise NotIntactError("tampered", reason) from None
        except UnsupportedAlgorithm:
            raise NotIntactError("not_checked", f"the key of its {self.what} is not known here") from None
        if self.issuers and not any(has_issued(issuer, self.certificate) for issuer in self.issuers):
            raise NotIntactError("tampered", f"the certificate of its {self.what} is not what its issuer has signed")

    def _verify_attributes(self, key: CertificatePublicKeyTypes) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

        name, digest = self.scheme.name, _hash(self.scheme.digest)
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
            raise NotIntactError("not_checked", f"the key of its {self.what} is too short")
        if isinstance(key, rsa.RSAPublicKey) and name == "rsa":
            key.verify(self.signature, self.attributes, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and name == "pss":
            pss = padding.PSS(padding.MGF1(_hash(self.scheme.mask)), padding.PSS.AUTO)
            key.verify(self.signature, self.attributes, pss, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and name == "ecdsa":
            key.verify(self.signature, self.attributes, ec.ECDSA(digest))
        else:
            raise NotIntactError("not_checked", f"how its {self.what} is made is not known here")


def has_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether it bears the issuer's name and signature; cryptography takes none that is made with MD5."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _hash(algorithm: str) -> hashes.HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    found: hashes.HashAlgorithm = getattr(hashes, _known(algorithm).upper())()
    return found


def _known(algorithm: str) -> str:
    if algorithm not in _DIGESTS:
        raise NotIntactError("not_checked", f"its digest algorithm {algorithm} is not known here, or too weak")
    return algorithm
