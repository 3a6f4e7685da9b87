# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that Microsoft has signed (tests/setup/samples.py), and LIEF's opinion of damaged ones as a second one."""

from __future__ import annotations

import hashlib
import io
import typing as t
from pathlib import Path

import lief
import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._signature import Signature, read_signature
from tests.setup.paths import SAMPLES
from tests.setup.samples import PROGRAMS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

STATED: dict[str, tuple[str, str]] = {
    "msodbcdiag18.dll": ("Microsoft Corporation", "2026-03-27T19:08:23Z"),
    "msvcp140.dll": ("Microsoft Windows Software Compatibility Publisher", "2024-10-28T21:57:01Z"),
}


@pytest.fixture(params=[Path(program).name for program in PROGRAMS])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def content(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def signature_of(content: bytes) -> Signature:
    image = io.BytesIO(content)
    return read_signature(image, read_program_file(image).certificates)


def signature_place(content: bytes) -> int:
    certificates = read_program_file(io.BytesIO(content)).certificates
    assert certificates is not None
    return certificates.offset


def test_what_microsoft_signed_is_trusted(name: str, content: bytes) -> None:
    signature = signature_of(content)
    assert (signature.status, signature.reason) == ("intact", "")
    assert (signature.is_microsoft, signature.trusted) == (True, True)
    common_name, timestamp = STATED[name]
    assert signature.signer == f"C=US, ST=Washington, L=Redmond, O=Microsoft Corporation, CN={common_name}"
    assert signature.timestamp == timestamp
    assert signature.valid_from < signature.timestamp < signature.valid_to


def test_a_bit_that_was_changed_is_found_wherever_it_is_covered(content: bytes) -> None:
    end = signature_place(content)
    for place in range(0x400, end, end // 20):
        changed = bytearray(content)
        changed[place] ^= 1
        signature = signature_of(bytes(changed))
        assert (signature.status, signature.trusted) == ("tampered", False), place


def damaged(content: bytes) -> Iterator[bytes]:
    """The part of the signature at which LIEF looks, with bits turned over and with pieces overwritten."""
    start = signature_place(content) + 8
    for place in range(start, start + 4300, 17):
        bit, piece = bytearray(content), bytearray(content)
        bit[place] ^= 1 << place % 8
        piece[place : place + 16] = hashlib.sha256(place.to_bytes(4, "big")).digest()[:16]
        yield from (bytes(bit), bytes(piece))


def lief_finds_it_tampered_with(content: bytes) -> bool:
    lief.logging.disable()
    signature = lief.PE.Signature.parse(list(content[signature_place(content) + 8 :]))
    if not isinstance(signature, lief.PE.Signature):
        return True
    flags = lief.PE.Signature.VERIFICATION_FLAGS
    doubtful = flags.CERT_EXPIRED | flags.CERT_FUTURE | flags.UNSUPPORTED_ALGORITHM
    return bool(signature.check() & ~doubtful)


def test_where_lief_finds_a_signature_damaged_it_is_not_intact(content: bytes) -> None:
    found = [(lief_finds_it_tampered_with(each), signature_of(each).status) for each in damaged(content)]
    assert sum(tampered for tampered, _status in found) > 100
    assert (True, "intact") not in found
