# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import csv
import io
import typing as t

import pytest

from tests.lab.winrm.programs import run_program

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session


def rows(session: Session, *arguments: str) -> list[dict[str, str]]:
    result = run_program(session, ["tasklist", "/fo", "csv", *arguments])
    assert result.code == 0
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_columns(session: Session) -> None:
    found = {row["Image Name"]: row for row in rows(session, "/V")}
    assert found["mmc.exe"]["User Name"] == r"LAB\alice"
    assert found["mmc.exe"]["Session Name"] == "RDP-Tcp#1"
    assert found["ENTSSO.exe"]["Session#"] == "0"
    assert {"System Idle Process", "System", "BTSNTSvc64.exe"} <= found.keys()


def test_a_window_on_a_desktop_has_no_title_for_a_remote_session(session: Session) -> None:
    assert {row["Window Title"] for row in rows(session, "/v")} == {"N/A"}


def test_services(session: Session) -> None:
    services = {row["Services"]: row["Image Name"] for row in rows(session, "/svc")}
    assert services["BTSSvc$ProcessingHost"] == "BTSNTSvc64.exe"


@pytest.mark.parametrize(
    ("filters", "images"),
    [
        (["IMAGENAME eq MMC.EXE"], {"mmc.exe"}),
        (["imagename eq BTS*"], {"BTSNTSvc64.exe"}),
        ([r"USERNAME eq LAB\alice"], {"mmc.exe"}),
        (["SESSION ne 0"], {"mmc.exe"}),
        (["PID le 4"], {"System", "System Idle Process"}),
        (["IMAGENAME eq mmc.exe", "SESSION eq 0"], set()),
    ],
)
def test_filters(session: Session, filters: list[str], images: set[str]) -> None:
    arguments = [word for text in filters for word in ("/fi", text)]
    assert {row["Image Name"] for row in rows(session, *arguments) if row.get("PID")} == images


def test_no_header_and_nothing_found(session: Session) -> None:
    text = run_program(session, ["tasklist", "/nh", "/fo", "csv", "/fi", "PID eq 4"]).stdout
    assert text.startswith('"System","4"')
    text = run_program(session, ["tasklist", "/fo", "csv", "/fi", "PID eq 5"]).stdout
    assert text.startswith("INFO: No tasks are running")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["/fo", "table"],
        ["/fo", "csv", "/m"],
        ["/fo", "csv", "/fi", "WINDOWTITLE eq x"],
        ["/fo", "csv", "/fi", "PID"],
    ],
)
def test_what_the_lab_does_not_know(session: Session, arguments: list[str]) -> None:
    result = run_program(session, ["tasklist.exe", *arguments])
    assert result.code == 1
    assert result.stderr.startswith("ERROR: ")
