# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""encrypt: strict (TDS 8), which SQL Server 2022 and Microsoft's driver 18 know."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.certificates import create_certificates

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.sql.targets import LabTarget, OpenLab


@pytest.fixture
def driver() -> str:
    """FreeTDS 1.3 has none of it; test_sql_connection.py has what it says."""
    return "microsoft"


@pytest.fixture
def strict(open_lab: OpenLab) -> LabTarget:
    lab = open_lab(sql_servers=[{"name": "SQL1", "version": 2022}])
    lab.options["encrypt"] = "strict"
    return lab


def test_it_connects(strict: LabTarget) -> None:
    (instance,) = strict.run("group_info")["group"]["sql_instances"]
    assert instance["version"].startswith("16.0.")


def test_the_certificate_itself_may_be_given(strict: LabTarget) -> None:
    strict.options |= {"ca_certificate": None, "server_certificate": str(strict.certificates.certificate)}
    assert "group" in strict.run("group_info")


def by_address(lab: LabTarget) -> dict[str, t.Any]:
    """By 127.0.0.1, which the driver does not look for in a certificate."""
    return {"server_addresses": {"SQL1": f"127.0.0.1,{lab.endpoints['SQL1'].port}"}}


def test_the_name_in_the_certificate_may_be_given(strict: LabTarget) -> None:
    strict.options |= {**by_address(strict), "hostname_in_certificate": "localhost"}
    assert "group" in strict.run("group_info")


@pytest.mark.parametrize("encrypt", ["yes", "no"])
def test_sql_server_2022_knows_the_classic_way_too(strict: LabTarget, encrypt: str) -> None:
    strict.options["encrypt"] = encrypt
    assert "group" in strict.run("group_info")


def other(folder: Path, name: str) -> str:
    return str(getattr(create_certificates(folder / "others"), name))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lab, folder: {"ca_certificate": other(folder, "authority")}, "does not trust the issuer"),
        # TrustServerCertificate means nothing to strict.
        (
            lambda lab, folder: {"ca_certificate": None, "trust_server_certificate": True},
            "does not trust the issuer",
        ),
        (
            lambda lab, folder: {"ca_certificate": None, "server_certificate": other(folder, "certificate")},
            "is not the one given in server_certificate",
        ),
        (
            lambda lab, folder: {"ca_certificate": None, "server_certificate": str(folder / "events.jsonl")},
            "server_certificate is unreadable",
        ),
        (lambda lab, folder: by_address(lab), "its certificate is for another name"),
        (
            lambda lab, folder: {**by_address(lab), "hostname_in_certificate": "other"},
            "its certificate is for another name",
        ),
    ],
    ids=["unknown authority", "unchecked", "another certificate", "no certificate", "address", "other name"],
)
def test_a_problem_with_the_certificate_is_told(
    strict: LabTarget, tmp_path: Path, change: t.Callable[[LabTarget, Path], dict[str, t.Any]], words: str
) -> None:
    strict.options |= change(strict, tmp_path)
    message = strict.run("group_info")["msg"]
    assert words in message
    assert "SQL1" in message
