# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticode signatures that the real osslsigncode makes."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._signature import Signature, read_signature
from tests.lab.packages import build, default_packages

if t.TYPE_CHECKING:
    from pathlib import Path

SIGNER = shutil.which("osslsigncode")


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(default_packages()[0], tmp_path_factory.mktemp("unsigned")).path


@pytest.fixture(scope="module")
def signed(unsigned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if SIGNER is None:
        pytest.skip("osslsigncode is not installed: apt-get install osslsigncode")
    folder = tmp_path_factory.mktemp("signed")
    _write_identity(folder)
    options = [
        "-certs",
        "certificate.pem",
        "-key",
        "key.pem",
        "-h",
        "sha256",
        "-in",
        str(unsigned),
        "-out",
        "signed.exe",
    ]
    subprocess.run([SIGNER, "sign", *options], cwd=folder, check=True, timeout=30, stdout=subprocess.DEVNULL)
    return folder / "signed.exe"


def _write_identity(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "biztalk.patching lab")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def signature_of(path: Path) -> Signature:
    with path.open("rb") as file:
        return read_signature(file, read_program_file(file).certificates)


def test_a_program_without_a_signature(unsigned: Path) -> None:
    signature = signature_of(unsigned)
    assert (signature.status, signature.signer, signature.is_microsoft) == ("unsigned", "", False)


def test_a_program_that_someone_else_signed(signed: Path) -> None:
    signature = signature_of(signed)
    assert (signature.status, signature.reason, signature.is_microsoft) == ("intact", "", False)
    assert "O=biztalk.patching lab" in signature.signer


def test_a_program_that_was_changed_after_it_was_signed(signed: Path, tmp_path: Path) -> None:
    tampered = tmp_path / "tampered.exe"
    before_the_checksum, behind_it, in_the_cabinet = 0x20, 200, 3000
    for place in (before_the_checksum, behind_it, in_the_cabinet):
        content = bytearray(signed.read_bytes())
        content[place] ^= 1
        tampered.write_bytes(content)
        signature = signature_of(tampered)
        assert (signature.status, signature.reason) == ("tampered", "the file is not the one that was signed")


@pytest.mark.parametrize("place", [-1400, -900, -300, -100])
def test_a_signature_that_was_changed(signed: Path, tmp_path: Path, place: int) -> None:
    content = bytearray(signed.read_bytes())
    content[place] ^= 1
    (tmp_path / "tampered.exe").write_bytes(content)
    assert signature_of(tmp_path / "tampered.exe").status == "tampered"
