# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticode signatures that the real osslsigncode makes."""

from __future__ import annotations

import os
import shutil
import typing as t

import pytest

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

if t.TYPE_CHECKING:
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
    "another field": (Signature("intact", "OU=Microsoft Corporation, CN=Somebody", MICROSOFT), False),
}


@pytest.mark.parametrize(("signature", "expected"), SIGNERS.values(), ids=SIGNERS.keys())
def test_what_microsoft_signed(signature: Signature, *, expected: bool) -> None:
    assert signature.is_microsoft is expected


@pytest.mark.parametrize("trusted", ["authority", "certificate"])
def test_a_publisher_whom_the_operator_trusts(signed: Path, publisher: Publisher, trusted: str) -> None:
    assert signature_of(signed, getattr(publisher, trusted)).trusted is True


def test_a_publisher_of_the_same_name_is_not_trusted(signed: Path, tmp_path: Path) -> None:
    assert signature_of(signed, Publisher.create(tmp_path).authority).trusted is False


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_certificate_that_cannot_be_read_is_an_error(signed: Path, tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "publisher.pem").write_bytes(content)
    with pytest.raises(SignatureError, match=r"publisher\.pem"):
        signature_of(signed, tmp_path / "publisher.pem")


def test_a_timestamp(unsigned: Path, publisher: Publisher, tmp_path: Path) -> None:
    path = tmp_path / "signed.exe"
    shutil.copyfile(unsigned, path)
    authority = Publisher.create(tmp_path / "authority", timestamps=True)
    at = 1_600_000_000
    options = ["-TSA-certs", str(authority.certificate), "-TSA-key", str(authority.key), "-TSA-time", str(at)]
    publisher.sign(path, *options)
    assert signature_of(path).timestamp == "2020-09-13T12:26:40Z"


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
def test_a_signature_that_is_none(unsigned: Path, offset: int, size: int) -> None:
    with unsigned.open("rb") as file:
        signature = read_signature(file, Certificates(offset, size, 200, 300))
    assert (signature.status, signature.reason) == ("tampered", "the signature itself cannot be read")


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
