# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the signature of a program states: which digest the program has, who says so, and when they said it.

Sources: Microsoft's "Windows Authenticode Portable Executable Signature Format" and "PE Format" (the attribute
certificate table), RFC 5652 (signed data), RFC 3161 (timestamps).
"""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass
from datetime import timezone

from ansible_collections.biztalk.patching.plugins.module_utils._signed import Digest, NotIntactError, Scheme, Signed

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cryptography.x509 import Certificate

_PKCS_SIGNED_DATA = 2
_INDIRECT_DATA = "1.3.6.1.4.1.311.2.1.4"
# The name of a key on an elliptic curve, which Windows writes where ECDSA is meant; its curve is a parameter.
_CURVE = "1.2.840.10045.2.1"
# These name no digest: it is the signer's.
_WITHOUT_DIGEST = {"rsassa_pkcs1v15": "rsa", "ecdsa": "ecdsa"}


@dataclass(frozen=True)
class Timestamp:
    """`of` is the digest of the signature that was there at that time."""

    time: datetime
    of: Digest
    signed: Signed

    def verify(self, signature: bytes) -> None:
        """Raises NotIntactError."""
        self.of.check([signature], "its timestamp is of another signature")
        self.signed.verify()


@dataclass(frozen=True)
class Authenticode:
    """`digest` is that of the program."""

    digest: Digest
    signed: Signed
    timestamps: tuple[Timestamp, ...]
    alone: bool
    """Whether nothing but zeros lies behind it in the table."""


def read_authenticode(table: bytes) -> Authenticode:
    """Takes the first signature in a program's table of certificates apart.

    Raises NotIntactError where that cannot be done, or where it contradicts itself.
    """
    try:
        # WIN_CERTIFICATE: length, revision and type, then the signature.
        length, kind = struct.unpack_from("<I2xH", table)
        if kind != _PKCS_SIGNED_DATA:
            raise ValueError("it is no signed data")
        return _authenticode(table[8:length], alone=not table[length:].strip(b"\0"))
    except NotIntactError:
        raise
    except Exception as error:  # Of what strangers write, asn1crypto raises nearly everything there is.
        raise NotIntactError("tampered", "the signature itself cannot be read") from error


def _authenticode(entry: bytes, *, alone: bool) -> Authenticode:
    from asn1crypto import algos, cms, core, parser

    size = parser.peek(entry)
    if entry[size:].strip(b"\0"):
        raise ValueError("what fills up the entry are zeros")
    data = cms.ContentInfo.load(entry[:size])["content"]
    content_type = data["encap_content_info"]["content_type"].native
    if content_type != _INDIRECT_DATA:
        raise ValueError("it is no signature of a program")
    # SpcIndirectDataContent: what kind of thing is signed, then its digest.
    content = data["encap_content_info"]["content"].parse(core.Sequence)
    stated = algos.DigestInfo.load(content[1].dump())
    digest = Digest(_plain(stated["digest_algorithm"]), stated["digest"].native)
    (signer,) = data["signer_infos"]
    certificates = data["certificates"]
    signed = _signed("signature", content_type, content.contents, signer, certificates)
    if [*map(_plain, data["digest_algorithms"])] != [digest.algorithm] or signed.digest.algorithm != digest.algorithm:
        raise NotIntactError("tampered", "its digest algorithms contradict each other")
    return Authenticode(digest, signed, tuple(_timestamps(signer, certificates)), alone)


def _signed(
    what: t.Literal["signature", "timestamp"], content_type: str, content: bytes, signer: t.Any, certificates: t.Any
) -> Signed:
    if signer["version"].native != "v1":
        raise ValueError("it names its certificate otherwise than by issuer and serial number")
    attributes = signer["signed_attrs"]
    algorithm = _plain(signer["digest_algorithm"])
    certificate, issuers = _issued(what, signer["sid"].chosen, certificates)
    return Signed(
        what=what,
        content_type=content_type,
        content=content,
        stated_type=_only(attributes, "content_type").native,
        digest=Digest(algorithm, _only(attributes, "message_digest").native),
        # Signed with the tag of a set, in place of the one by which they are told apart here (RFC 5652, 5.4).
        attributes=b"\x31" + attributes.dump()[1:],
        scheme=_scheme(signer["signature_algorithm"], algorithm),
        signature=signer["signature"].native,
        certificate=certificate,
        issuers=issuers,
    )


def _only(attributes: t.Any, name: str) -> t.Any:
    """The value of an attribute that must be there once, with one value (RFC 5652, 11.1 and 11.2)."""
    ((value,),) = (attribute["values"] for attribute in attributes if attribute["type"].native == name)
    return value


def _scheme(algorithm: t.Any, digest: str) -> Scheme:
    name = algorithm["algorithm"].native
    if name == _CURVE:
        return Scheme("ecdsa", digest)
    if name == "rsassa_pss":
        parameters = algorithm["parameters"]
        return Scheme(
            "pss", _plain(parameters["hash_algorithm"]), _plain(parameters["mask_gen_algorithm"]["parameters"])
        )
    name = _plain(algorithm)
    if name in _WITHOUT_DIGEST:
        return Scheme(_WITHOUT_DIGEST[name], digest)
    # Such as sha256_rsa; of what asn1crypto does not know there is only a number, which is no scheme.
    stated, _underscore, scheme = name.partition("_")
    return Scheme(scheme, stated)


def _plain(algorithm: t.Any) -> str:
    """The name of an algorithm that takes no parameters: they are NULL, or not there."""
    if algorithm["parameters"].native is not None:
        raise ValueError("it has parameters")
    name: str = algorithm["algorithm"].native
    return name


def _issued(what: str, identifier: t.Any, certificates: t.Any) -> tuple[Certificate, tuple[Certificate, ...]]:
    """The certificate that is named by issuer and serial number, and those of its issuer."""
    from cryptography.x509 import load_der_x509_certificate

    issuer, serial = identifier["issuer"].dump(), identifier["serial_number"].native
    sent = [choice.chosen for choice in certificates if choice.name == "certificate"]
    named = [one for one in sent if (one.issuer.dump(), one.serial_number) == (issuer, serial)]
    if not named:
        raise NotIntactError("tampered", f"the certificate of its {what} is missing")
    issuers = [one for one in sent if one.subject.dump() == issuer]
    certificate, *issuers = (load_der_x509_certificate(one.dump()) for one in (named[0], *issuers))
    return certificate, tuple(issuers)


def _timestamps(signer: t.Any, certificates: t.Any) -> Iterator[Timestamp]:
    """Both kinds that Windows knows: of PKCS #9, and the token of RFC 3161."""
    for attribute in signer["unsigned_attrs"]:
        if attribute["type"].native == "counter_signature":
            (countersigner,) = attribute["values"]
            signed = _signed("timestamp", "data", signer["signature"].native, countersigner, certificates)
            stated = _only(countersigner["signed_attrs"], "signing_time").native
            yield Timestamp(_utc(stated), signed.digest, signed)
        elif attribute["type"].native == "microsoft_time_stamp_token":
            (info,) = attribute["values"]
            yield _token(info["content"])


def _token(data: t.Any) -> Timestamp:
    from asn1crypto import tsp

    octets = data["encap_content_info"]["content"].contents
    token = tsp.TSTInfo.load(octets, strict=True)
    imprint = token["message_imprint"]
    of = Digest(_plain(imprint["hash_algorithm"]), imprint["hashed_message"].native)
    (signer,) = data["signer_infos"]
    signed = _signed("timestamp", "tst_info", octets, signer, data["certificates"])
    return Timestamp(_utc(token["gen_time"].native), of, signed)


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("a time of nowhere")
    return time.astimezone(timezone.utc)
