# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures that state something else than they should, each signed anew where its signer could have meant it."""

from __future__ import annotations

import hashlib
import shutil
import typing as t
from datetime import datetime, timezone

import pytest
from asn1crypto import algos, cms, core, pem, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from ansible_collections.biztalk.patching.plugins.module_utils import _signed
from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._signature import Signature, read_signature
from tests.lab.packages import build, default_packages
from tests.lab.packages.publisher import Publisher
from tests.lab.packages.rewriting import rewrite, sign

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    return Publisher.create(tmp_path_factory.mktemp("publisher"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    """Who makes timestamps."""
    return Publisher.create(tmp_path_factory.mktemp("authority"), timestamps=True)


@pytest.fixture(scope="module")
def signed(publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = build(default_packages()[0], tmp_path_factory.mktemp("signed")).path
    publisher.sign(path)
    return path


@pytest.fixture
def program(signed: Path, tmp_path: Path) -> Path:
    return shutil.copyfile(signed, tmp_path / "program.exe")


def signature_of(path: Path) -> Signature:
    with path.open("rb") as file:
        return read_signature(file, read_program_file(file).certificates)


def first_signer(data: t.Any) -> t.Any:
    return data["signer_infos"][0]


def attribute(attributes: t.Any, name: str) -> t.Any:
    return next(one for one in attributes if one["type"].native == name)


def without(attributes: t.Any, name: str) -> cms.CMSAttributes:
    return cms.CMSAttributes([one for one in attributes if one["type"].native != name])


def test_a_signature_that_is_only_written_anew(program: Path) -> None:
    rewrite(program, lambda data: None)
    assert signature_of(program).status == "intact"


def probabilistic(mask: str) -> algos.SignedDigestAlgorithm:
    """RSASSA-PSS with SHA-256."""
    generator = {"algorithm": "mgf1", "parameters": {"algorithm": mask}}
    parameters = {"hash_algorithm": {"algorithm": "sha256"}, "mask_gen_algorithm": generator, "salt_length": 32}
    return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})


@pytest.mark.parametrize(("mask", "status"), [("sha256", "intact"), ("sha512", "tampered"), ("md5", "not_checked")])
def test_a_signature_with_pss(program: Path, publisher: Publisher, mask: str, status: str) -> None:
    def change(data: t.Any) -> None:
        first_signer(data)["signature_algorithm"] = probabilistic(mask)
        sign(first_signer(data), publisher, padding.PSS(padding.MGF1(hashes.SHA256()), 32))

    rewrite(program, change)
    assert signature_of(program).status == status


@pytest.mark.parametrize(
    ("algorithm", "status"),
    [
        ("sha256_rsa", "intact"),
        ("sha512_rsa", "tampered"),
        ("md5_rsa", "not_checked"),
        ("sha256_ecdsa", "not_checked"),
        ("ed25519", "not_checked"),
        ("1.2.3.4", "not_checked"),
    ],
)
def test_the_algorithm_that_is_stated_is_the_one_that_counts(program: Path, algorithm: str, status: str) -> None:
    def change(data: t.Any) -> None:
        first_signer(data)["signature_algorithm"] = {"algorithm": algorithm}

    rewrite(program, change)
    assert signature_of(program).status == status


def test_a_key_that_is_too_short_is_not_checked(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_signed, "_LEAST_RSA_BITS", 4096)
    signature = signature_of(program)
    assert (signature.status, signature.reason) == ("not_checked", "the key of its signature is too short")


def test_windows_way_to_say_ecdsa(program: Path, publisher: Publisher, tmp_path: Path) -> None:
    publisher = Publisher.create(tmp_path / "curve", key=ec.generate_private_key(ec.SECP256R1()))
    publisher.sign(program)

    def change(data: t.Any) -> None:
        curve = core.ObjectIdentifier("1.2.840.10045.3.1.7")
        first_signer(data)["signature_algorithm"] = {"algorithm": "1.2.840.10045.2.1", "parameters": curve}

    rewrite(program, change)
    assert signature_of(program).status == "intact"


def no_signer(data: t.Any) -> None:
    data["signer_infos"] = []


def two_signers(data: t.Any) -> None:
    data["signer_infos"].append(first_signer(data).copy())


def no_certificate(data: t.Any) -> None:
    data["certificates"] = []


def other_algorithm(data: t.Any) -> None:
    data["digest_algorithms"] = [{"algorithm": "sha512"}]


def other_algorithm_of_the_signer(data: t.Any) -> None:
    first_signer(data)["digest_algorithm"] = {"algorithm": "sha512"}


def other_content(data: t.Any) -> None:
    data["encap_content_info"]["content_type"] = "data"


def other_version(data: t.Any) -> None:
    first_signer(data)["version"] = "v3"


def no_attributes(data: t.Any) -> None:
    del first_signer(data)["signed_attrs"]


UNSIGNED: dict[str, tuple[Callable[[t.Any], None], str]] = {
    "no signer": (no_signer, "the signature itself cannot be read"),
    "two signers": (two_signers, "the signature itself cannot be read"),
    "no certificate": (no_certificate, "the certificate of its signature is missing"),
    "another digest algorithm": (other_algorithm, "its digest algorithms contradict each other"),
    "another one of the signer": (other_algorithm_of_the_signer, "its digest algorithms contradict each other"),
    "another version": (other_version, "the signature itself cannot be read"),
    "another content": (other_content, "the signature itself cannot be read"),
    "no attributes": (no_attributes, "the signature itself cannot be read"),
}


@pytest.mark.parametrize(("change", "reason"), UNSIGNED.values(), ids=UNSIGNED.keys())
def test_what_contradicts_itself_was_tampered_with(program: Path, change: Callable[[t.Any], None], reason: str) -> None:
    rewrite(program, change)
    signature = signature_of(program)
    assert (signature.status, signature.reason) == ("tampered", reason)


@pytest.mark.parametrize("algorithm", ["0609608648016503040201", "06092a864886f70d010101"], ids=["digest", "scheme"])
def test_parameters_of_an_algorithm_that_takes_none(program: Path, algorithm: str) -> None:
    named = bytes.fromhex(algorithm)
    # The last one is the signer's.
    before, _found, behind = program.read_bytes().rpartition(named + b"\x05\x00")
    program.write_bytes(before + named + b"\x04\x00" + behind)
    assert signature_of(program).reason == "the signature itself cannot be read"


def test_a_content_that_was_changed_after_it_was_signed(program: Path) -> None:
    # SPC_PE_IMAGE_DATAOBJ, by which the digest is that of a program: the digest itself stays.
    kind = bytes.fromhex("060a2b06010401823702010f")
    assert program.read_bytes().count(kind) == 1
    program.write_bytes(program.read_bytes().replace(kind, kind[:-1] + b"\x10"))
    assert signature_of(program).reason == "its signature is of another content"


def no_digest(signer: t.Any) -> None:
    signer["signed_attrs"] = without(signer["signed_attrs"], "message_digest")


def two_digests(signer: t.Any) -> None:
    digest = attribute(signer["signed_attrs"], "message_digest").copy()
    digest["values"] = [bytes(32)]
    signer["signed_attrs"].append(digest)


def wrong_digest(signer: t.Any) -> None:
    attribute(signer["signed_attrs"], "message_digest")["values"] = [bytes(32)]


def no_content_type(signer: t.Any) -> None:
    signer["signed_attrs"] = without(signer["signed_attrs"], "content_type")


def wrong_content_type(signer: t.Any) -> None:
    attribute(signer["signed_attrs"], "content_type")["values"] = ["data"]


ATTRIBUTES: dict[str, tuple[Callable[[t.Any], None], str]] = {
    "no digest": (no_digest, "the signature itself cannot be read"),
    "two digests": (two_digests, "the signature itself cannot be read"),
    "another digest": (wrong_digest, "its signature is of another content"),
    "no kind of content": (no_content_type, "the signature itself cannot be read"),
    "another kind of content": (wrong_content_type, "its signature is of another kind of content"),
}


@pytest.mark.parametrize(("change", "reason"), ATTRIBUTES.values(), ids=ATTRIBUTES.keys())
def test_attributes_that_do_not_fit_although_they_are_signed(
    program: Path, publisher: Publisher, change: Callable[[t.Any], None], reason: str
) -> None:
    def change_and_sign(data: t.Any) -> None:
        change(first_signer(data))
        sign(first_signer(data), publisher)

    rewrite(program, change_and_sign)
    signature = signature_of(program)
    assert (signature.status, signature.reason) == ("tampered", reason)


def test_a_signature_of_something_else_than_a_program(program: Path, publisher: Publisher) -> None:
    def change(data: t.Any) -> None:
        data["encap_content_info"]["content_type"] = "1.2.3.4"
        attribute(first_signer(data)["signed_attrs"], "content_type")["values"] = ["1.2.3.4"]
        sign(first_signer(data), publisher)

    rewrite(program, change)
    assert signature_of(program).status == "tampered"


def test_attributes_that_were_changed_after_they_were_signed(program: Path) -> None:
    def change(data: t.Any) -> None:
        first_signer(data)["signed_attrs"].append({"type": "signing_time", "values": [stamped_at()]})

    rewrite(program, change)
    assert signature_of(program).reason == "its signature was not made with the key of its certificate"


def stamped_at() -> cms.Time:
    return cms.Time({"utc_time": datetime.now(timezone.utc).replace(microsecond=0)})


def countersigned(
    data: t.Any, authority: Publisher, signature: bytes, *, content_type: str = "data", at: cms.Time | None = None
) -> None:
    """Have the authority sign the signature (PKCS #9), as Windows' own timestamps do."""
    _type, _headers, der = pem.unarmor(authority.certificate.read_bytes())
    certificate = x509.Certificate.load(der)
    attributes = [
        {"type": "content_type", "values": [content_type]},
        {"type": "signing_time", "values": [at or stamped_at()]},
        {"type": "message_digest", "values": [hashlib.sha256(signature).digest()]},
    ]
    identifier = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    countersigner = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": identifier}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
            "signature": b"",
        }
    )
    sign(countersigner, authority)
    data["certificates"].append(cms.CertificateChoices({"certificate": certificate}))
    first_signer(data)["unsigned_attrs"] = [{"type": "counter_signature", "values": [countersigner]}]


def test_a_countersignature(program: Path, authority: Publisher) -> None:
    rewrite(program, lambda data: countersigned(data, authority, first_signer(data)["signature"].native))
    signature = signature_of(program)
    assert (signature.status, signature.reason) == ("intact", "")
    assert signature.valid_from < signature.timestamp < signature.valid_to


def test_a_countersignature_of_another_signature(program: Path, authority: Publisher) -> None:
    rewrite(program, lambda data: countersigned(data, authority, b"another one"))
    signature = signature_of(program)
    assert (signature.status, signature.timestamp) == ("tampered", "")
    assert signature.reason == "its timestamp is of another signature"


def test_a_countersignature_of_something_else(program: Path, authority: Publisher) -> None:
    def change(data: t.Any) -> None:
        countersigned(data, authority, first_signer(data)["signature"].native, content_type="signed_data")

    rewrite(program, change)
    signature = signature_of(program)
    assert (signature.status, signature.timestamp) == ("tampered", "")
    assert signature.reason == "its timestamp is of another kind of content"


def test_a_countersignature_at_a_time_of_no_zone(program: Path, authority: Publisher) -> None:
    at = cms.Time({"generalized_time": datetime(2026, 1, 1, tzinfo=timezone.utc)})
    rewrite(program, lambda data: countersigned(data, authority, first_signer(data)["signature"].native, at=at))
    program.write_bytes(program.read_bytes().replace(b"20260101000000Z", b"202601010000.00"))
    signature = signature_of(program)
    assert (signature.status, signature.timestamp) == ("tampered", "")
    assert signature.reason == "the signature itself cannot be read"
