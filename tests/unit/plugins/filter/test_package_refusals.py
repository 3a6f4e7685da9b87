# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.filter.packages import FilterModule

package_refusals = FilterModule().filters()["package_refusals"]


def package(status: str, *, trusted: bool = False) -> dict[str, object]:
    signature = {"status": status, "trusted": trusted, "reason": "why", "signer": "O=Somebody"}
    return {"file_name": "a.exe", "signature": signature}


def test_a_trusted_package_is_welcome() -> None:
    assert package_refusals([package("intact", trusted=True)]) == []


@pytest.mark.parametrize("allow", [False, True])
def test_a_tampered_package_is_always_refused(*, allow: bool) -> None:
    (refusal,) = package_refusals([package("tampered")], allow_unsigned=allow)
    assert refusal.startswith("a.exe: it was changed after it was signed (why)")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("unsigned", "it is not signed"),
        ("not_checked", "its signature could not be checked (why)"),
        ("intact", "signed by neither Microsoft nor a trusted publisher, but by O=Somebody"),
    ],
)
def test_a_package_that_nobody_vouches_for_is_refused_unless_allowed(status: str, words: str) -> None:
    (refusal,) = package_refusals([package(status), package(status)])
    assert words in refusal
    assert "biztalk_allow_unsigned_package" in refusal
    assert package_refusals([package(status)], allow_unsigned=True) == []


def test_what_is_no_package_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="no results of biztalk"):
        package_refusals([{"file_name": "a.exe"}])
