# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures that osslsigncode does not make: one of its own is taken apart, changed, and put back into the program."""

from __future__ import annotations

import struct
import typing as t

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._pe import Certificates
    from tests.lab.packages.publisher import Publisher

_REVISION, _PKCS_SIGNED_DATA = 0x200, 2


def certificates_of(program: Path) -> Certificates:
    with program.open("rb") as file:
        certificates = read_program_file(file).certificates
    if certificates is None:
        raise ValueError(f"{program} is not signed")
    return certificates


def rewrite(program: Path, change: Callable[[t.Any], None]) -> None:
    """Have `change` change the signed data (asn1crypto.cms.SignedData)."""
    content = program.read_bytes()
    info = cms.ContentInfo.load(content[certificates_of(program).offset + 8 :])
    change(info["content"])
    put(program, info.dump(force=True))


def put(program: Path, signature: bytes) -> None:
    """Replace the signature; its bytes need not make sense."""
    certificates = certificates_of(program)
    entry = signature + bytes(-len(signature) % 8)
    content = bytearray(program.read_bytes()[: certificates.offset])
    struct.pack_into("<I", content, certificates.entry_offset + 4, len(entry) + 8)
    header = struct.pack("<IHH", len(entry) + 8, _REVISION, _PKCS_SIGNED_DATA)
    program.write_bytes(content + header + entry)


def sign(signer: t.Any, publisher: Publisher, filling: padding.AsymmetricPadding | None = None) -> None:
    """Sign the attributes of `signer` (asn1crypto.cms.SignerInfo) as they are now."""
    key = serialization.load_pem_private_key(publisher.key.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a key for RSA is wanted")
    attributes = b"\x31" + signer["signed_attrs"].dump(force=True)[1:]
    signer["signature"] = key.sign(attributes, filling or padding.PKCS1v15(), hashes.SHA256())
