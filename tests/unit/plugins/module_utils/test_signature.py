# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticode signatures that the real osslsigncode makes, and what becomes of them when they are changed."""

from __future__ import annotations

import os
import shutil
import struct
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.biztalk.patching.plugins.module_utils import _signature
from ansible_collections.biztalk.patching.plugins.module_utils._pe import Certificates, read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._signature import (
    Signature,
    SignatureError,
    judging_signature,
    read_signature,
)
from tests.lab.packages import build, default_packages
from tests.lab.packages.publisher import ORGANIZATION, Publisher
from tests.lab.packages.rewriting import certificates_of, put

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(default_packages()[0], tmp_path_factory.mktemp("unsigned")).path


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    return Publisher.create(tmp_path_factory.mktemp("publisher"))


@pytest.fixture(scope="module")
def signed(unsigned: Path, publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("signed") / "signed.exe"
    shutil.copyfile(unsigned, path)
    publisher.sign(path)
    return path


@pytest.fixture
def sign(unsigned: Path, publisher: Publisher, tmp_path: Path) -> Callable[..., Path]:
    """Signs with the options of osslsigncode that are given."""

    def sign(*options: str, publisher: Publisher = publisher) -> Path:
        path = tmp_path / "program.exe"
        shutil.copyfile(unsigned, path)
        publisher.sign(path, *options)
        return path

    return sign


def stamping(authority: Publisher, at: datetime) -> list[str]:
    """Options of osslsigncode for a timestamp (RFC 3161)."""
    seconds = str(int(at.timestamp()))
    return ["-TSA-certs", str(authority.certificate), "-TSA-key", str(authority.key), "-TSA-time", seconds]


def signature_of(path: Path, *publishers: Path) -> Signature:
    with path.open("rb") as file:
        return read_signature(file, read_program_file(file).certificates, [str(trusted) for trusted in publishers])


def test_a_program_without_a_signature(unsigned: Path) -> None:
    assert signature_of(unsigned) == Signature("unsigned")


def test_a_program_that_someone_else_signed(signed: Path) -> None:
    signature = signature_of(signed)
    assert (signature.status, signature.reason, signature.is_microsoft) == ("intact", "", False)
    assert f"O={ORGANIZATION}" in signature.signer
    assert (signature.trusted, signature.timestamp) == (False, "")
    assert signature.valid_from < signature.valid_to


MICROSOFT = "C=US, ST=Washington, L=Redmond, O=Microsoft Corporation, CN=Microsoft Corporation"
SIGNERS: dict[str, tuple[Signature, bool]] = {
    "Microsoft": (Signature("intact", MICROSOFT, MICROSOFT), True),
    "a name that ends with it": (Signature("intact", "O=Microsoft Corporation", "O=Microsoft Corporation"), True),
    "tampered": (Signature("tampered", MICROSOFT, MICROSOFT), False),
    "another issuer": (Signature("intact", MICROSOFT, "O=Somebody"), False),
    "a longer name": (Signature("intact", MICROSOFT.replace("Corporation,", "Corporation Ltd,"), MICROSOFT), False),
    "a comma within a name": (Signature("intact", r"CN=Somebody\, O=Microsoft Corporation", MICROSOFT), False),
    "another field": (Signature("intact", "OU=Microsoft Corporation, CN=Somebody", MICROSOFT), False),
}


@pytest.mark.parametrize(("signature", "expected"), SIGNERS.values(), ids=SIGNERS.keys())
def test_what_microsoft_signed(signature: Signature, *, expected: bool) -> None:
    assert signature.is_microsoft is expected


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_each_digest_that_windows_knows(sign: Callable[..., Path], digest: str) -> None:
    assert signature_of(sign("-h", digest)).status == "intact"


def test_a_digest_that_can_be_forged_is_not_checked(sign: Callable[..., Path], publisher: Publisher) -> None:
    signature = signature_of(sign("-h", "md5"), publisher.authority)
    assert (signature.status, signature.trusted) == ("not_checked", False)
    assert signature.reason == "its digest algorithm md5 is not known here, or too weak"
    assert f"O={ORGANIZATION}" in signature.signer


def test_a_key_on_an_elliptic_curve(sign: Callable[..., Path], tmp_path: Path) -> None:
    publisher = Publisher.create(tmp_path / "curve", key=ec.generate_private_key(ec.SECP256R1()))
    path = sign(publisher=publisher)
    assert signature_of(path, publisher.authority).trusted is True
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    assert signature_of(path, publisher.authority).status == "tampered"


def test_a_second_signature_within_the_first_is_not_looked_at(sign: Callable[..., Path], publisher: Publisher) -> None:
    path = sign()
    publisher.sign(path, "-nest", "-h", "sha512")
    assert signature_of(path, publisher.authority).trusted is True


@pytest.mark.parametrize("trusted", ["authority", "certificate"])
def test_a_publisher_whom_the_operator_trusts(signed: Path, publisher: Publisher, trusted: str) -> None:
    assert signature_of(signed, getattr(publisher, trusted)).trusted is True


def test_a_publisher_in_der_or_among_others(signed: Path, publisher: Publisher, tmp_path: Path) -> None:
    der, pem = tmp_path / "publisher.cer", tmp_path / "publishers.pem"
    certificate = x509.load_pem_x509_certificate(publisher.authority.read_bytes())
    der.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    pem.write_bytes(Publisher.create(tmp_path / "other").authority.read_bytes() + publisher.authority.read_bytes())
    assert [signature_of(signed, path).trusted for path in (der, pem)] == [True, True]


def test_a_publisher_of_the_same_name_is_not_trusted(signed: Path, tmp_path: Path) -> None:
    assert signature_of(signed, Publisher.create(tmp_path).authority).trusted is False


def test_who_may_not_issue_certificates_vouches_for_none(sign: Callable[..., Path], tmp_path: Path) -> None:
    publisher = Publisher.create(tmp_path / "publisher", authority=False)
    signature = signature_of(sign(publisher=publisher), publisher.authority)
    assert (signature.status, signature.trusted) == ("intact", False)


@pytest.mark.parametrize("content", [None, b"no certificate", b"-----BEGIN CERTIFICATE-----"])
def test_a_certificate_that_cannot_be_read_is_an_error(signed: Path, tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "publisher.pem").write_bytes(content)
    with pytest.raises(SignatureError, match=r"publisher\.pem"):
        signature_of(signed, tmp_path / "publisher.pem")


def test_a_timestamp(sign: Callable[..., Path], tmp_path: Path) -> None:
    authority = Publisher.create(tmp_path / "authority", timestamps=True)
    at = datetime(2020, 9, 13, 12, 26, 40, tzinfo=timezone.utc)
    # The certificate has long expired, but was valid then.
    path = sign(*stamping(authority, at), publisher=Publisher.create(tmp_path / "publisher", at=at))
    signature = signature_of(path)
    assert (signature.status, signature.reason, signature.timestamp) == ("intact", "", "2020-09-13T12:26:40Z")


def test_a_timestamp_from_before_the_certificate(sign: Callable[..., Path], tmp_path: Path) -> None:
    authority = Publisher.create(tmp_path / "authority", timestamps=True)
    signature = signature_of(sign(*stamping(authority, datetime(2020, 9, 13, tzinfo=timezone.utc))))
    assert (signature.status, signature.timestamp) == ("not_checked", "2020-09-13T00:00:00Z")
    assert signature.reason == "its certificate was not valid when it was signed"


@pytest.mark.parametrize("days", [-60, 60])
def test_a_certificate_of_another_time_without_a_timestamp(
    sign: Callable[..., Path], tmp_path: Path, days: int
) -> None:
    publisher = Publisher.create(tmp_path / "publisher", at=datetime.now(timezone.utc) + timedelta(days=days))
    signature = signature_of(sign(publisher=publisher), publisher.authority)
    assert (signature.status, signature.trusted) == ("not_checked", False)
    assert signature.reason == "its certificate is not valid now, and no timestamp says when it was signed"


def test_a_timestamp_that_was_changed_is_not_reported(sign: Callable[..., Path], tmp_path: Path) -> None:
    authority = Publisher.create(tmp_path / "authority", timestamps=True)
    path = sign(*stamping(authority, datetime.now(timezone.utc)))
    assert signature_of(path).status == "intact"
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)
    signature = signature_of(path)
    assert (signature.status, signature.timestamp) == ("tampered", "")
    assert signature.reason == "its timestamp was not made with the key of its certificate"


def test_a_certificate_that_its_issuer_has_not_signed(sign: Callable[..., Path], publisher: Publisher) -> None:
    path = sign("-ac", str(publisher.authority))
    assert signature_of(path).status == "intact"
    path.write_bytes(path.read_bytes().replace(b"package publisher", b"package Publisher"))
    signature = signature_of(path)
    assert (signature.status, signature.trusted) == ("tampered", False)
    assert signature.reason == "the certificate of its signature is not what its issuer has signed"


def test_a_name_that_cannot_be_read(sign: Callable[..., Path], publisher: Publisher) -> None:
    path = sign()
    path.write_bytes(path.read_bytes().replace(b"package publisher", b"package \xffublisher"))
    signature = signature_of(path, publisher.certificate)
    assert (signature.status, signature.signer, signature.trusted) == ("not_checked", "", False)
    assert signature.reason == "names or dates in its certificate cannot be read"


def test_a_program_that_was_changed_after_it_was_signed(signed: Path, publisher: Publisher, tmp_path: Path) -> None:
    tampered = tmp_path / "tampered.exe"
    before_the_checksum, behind_it, in_the_cabinet = 0x20, 200, 3000
    for place in (before_the_checksum, behind_it, in_the_cabinet):
        content = bytearray(signed.read_bytes())
        content[place] ^= 1
        tampered.write_bytes(content)
        signature = signature_of(tampered, publisher.authority)
        assert (signature.status, signature.reason) == ("tampered", "the file is not the one that was signed")
        assert signature.trusted is False


@pytest.mark.parametrize("place", [-1400, -900, -300, -100])
def test_a_signature_that_was_changed(signed: Path, tmp_path: Path, place: int) -> None:
    content = bytearray(signed.read_bytes())
    content[place] ^= 1
    (tmp_path / "tampered.exe").write_bytes(content)
    assert signature_of(tmp_path / "tampered.exe").status == "tampered"


@pytest.mark.parametrize(("offset", "size"), [(2048, 1), (2048, 100), (0xFFFFFF00, 4000), (1, 0xFFFFFFFF)])
def test_a_signature_that_lies_elsewhere(unsigned: Path, offset: int, size: int) -> None:
    with unsigned.open("rb") as file:
        signature = read_signature(file, Certificates(offset, size, 200, 300))
    assert (signature.status, signature.reason) == ("tampered", "the signature does not lie at the end of the file")


def test_what_lies_behind_the_signature_is_not_covered_by_it(sign: Callable[..., Path]) -> None:
    path = sign()
    with path.open("ab") as file:
        file.write(b"MSCF and more")
    signature = signature_of(path)
    assert (signature.status, signature.reason) == ("tampered", "the signature does not lie at the end of the file")


@pytest.mark.parametrize(("filling", "status"), [(bytes(8), "intact"), (b"MSCF\0\0\0\0", "not_checked")])
def test_what_lies_behind_the_signature_in_the_table(sign: Callable[..., Path], filling: bytes, status: str) -> None:
    path = sign()
    certificates = certificates_of(path)
    content = bytearray(path.read_bytes() + filling)
    struct.pack_into("<I", content, certificates.entry_offset + 4, certificates.size + len(filling))
    path.write_bytes(content)
    assert signature_of(path).status == status


UNREADABLE = {
    "nothing": b"",
    "text": b"no signature at all",
    "endless": b"\x30\x80" * 1000,
    "cut off": b"\x30\x82\xff\xff\x06\x00",
    "a large tag": b"\x30\x82\x40\x00\x3f" + b"\xff" * 0x3FFF,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_signature_that_is_none(sign: Callable[..., Path], content: bytes) -> None:
    path = sign()
    put(path, content)
    signature = signature_of(path)
    assert (signature.status, signature.reason) == ("tampered", "the signature itself cannot be read")


def test_a_signature_with_more_behind_it(sign: Callable[..., Path]) -> None:
    path = sign()
    whole = path.read_bytes()[certificates_of(path).offset + 8 :]
    put(path, whole + b"MSCF")
    assert signature_of(path).reason == "the signature itself cannot be read"


def test_a_certificate_of_another_kind_is_no_signature(sign: Callable[..., Path]) -> None:
    path = sign()
    content = bytearray(path.read_bytes())
    x509_certificate = 1
    struct.pack_into("<H", content, certificates_of(path).offset + 6, x509_certificate)
    path.write_bytes(content)
    assert signature_of(path).reason == "the signature itself cannot be read"


def test_a_signature_that_is_too_large_is_not_read(sign: Callable[..., Path]) -> None:
    path = sign()
    put(path, bytes(64 * 1024))
    signature = signature_of(path)
    assert (signature.status, signature.reason) == ("not_checked", "the signature is larger than 65536 bytes")


def _crash(*_arguments: object) -> t.NoReturn:
    os._exit(1)


def test_a_signature_that_crashes_its_reader_is_not_checked(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_signature, "read_signature", _crash)
    with judging_signature(signed, Certificates(2048, 100, 200, 300)) as signature:
        assert signature() == Signature("not_checked", reason="the library that reads it crashed")


def test_a_signature_is_judged_beside_everything_else(signed: Path, unsigned: Path, publisher: Publisher) -> None:
    for path in (signed, unsigned):
        with path.open("rb") as file:
            certificates = read_program_file(file).certificates
        with judging_signature(path, certificates, [str(publisher.authority)]) as signature:
            assert signature() == signature_of(path, publisher.authority)


def test_a_certificate_that_cannot_be_read_is_an_error_there_too(signed: Path, tmp_path: Path) -> None:
    with signed.open("rb") as file:
        certificates = read_program_file(file).certificates
    with (
        judging_signature(signed, certificates, [str(tmp_path / "none.pem")]) as signature,
        pytest.raises(SignatureError, match=r"none\.pem"),
    ):
        signature()
