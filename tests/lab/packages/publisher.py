# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who signs the lab's packages: an authority of the lab's own and its signing certificate, used by osslsigncode."""

from __future__ import annotations

import shutil
import subprocess
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if t.TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric import ec

    PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

ORGANIZATION = "biztalk.patching lab"
_LIFETIME = timedelta(days=30)
_KEY_SIZE = 2048


@dataclass(frozen=True)
class Publisher:
    """PEM files: the authority that a verifier has to trust, and what a package is signed with."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        timestamps: bool = False,
        authority: bool = True,
        key: PrivateKey | None = None,
        at: datetime | None = None,
    ) -> Publisher:
        """Make a new authority and a certificate of it, for programs or for timestamps; its own key is not kept.

        `authority` is whether it may issue any, `at` is when it does: now, unless told otherwise.
        """
        folder.mkdir(parents=True, exist_ok=True)
        publisher = cls(folder / "authority.pem", folder / "publisher.pem", folder / "publisher-key.pem")
        authority_key, key = _new_key(), key or _new_key()
        name, issuer = _name("package publisher"), _name("package authority")
        usage = ExtendedKeyUsageOID.TIME_STAMPING if timestamps else ExtendedKeyUsageOID.CODE_SIGNING
        at = at or datetime.now(timezone.utc)
        certificates = {
            publisher.authority: _builder(issuer, issuer, authority_key, at).add_extension(
                x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True
            ),
            publisher.certificate: _builder(name, issuer, key, at).add_extension(
                x509.ExtendedKeyUsage([usage]), critical=True
            ),
        }
        for path, builder in certificates.items():
            certificate = builder.sign(authority_key, hashes.SHA256())
            path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        publisher.key.touch(mode=0o600)
        publisher.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return publisher

    def sign(self, program: Path, *options: str) -> None:
        """Put the signature into `program`."""
        signed = program.with_name(f"{program.name}.signed")
        signer = shutil.which("osslsigncode") or "osslsigncode"
        files = ["-certs", str(self.certificate), "-key", str(self.key), "-in", str(program), "-out", str(signed)]
        subprocess.run([signer, "sign", "-h", "sha256", *options, *files], check=True, capture_output=True, timeout=60)
        signed.replace(program)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_SIZE)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey, at: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A day back, for computers whose clock is behind.
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _LIFETIME)
    )
