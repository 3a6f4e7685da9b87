# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._file_versions import MOST_FILES, file_query, older_files

FOLDER = "C:\\Program Files\\O'BizTalk\\"
FILES: list[dict[str, t.Any]] = [
    {"name": "BTSMsgCore.dll", "version": "3.13.844.0"},
    {"name": r"sub/Pipeline.dll", "version": "3.13.844.0"},
    {"name": "msgboxlogic.sql", "version": None},
    {"name": "readme.txt", "version": ""},
]


def row(name: str, version: str | None) -> dict[str, t.Any]:
    return {"Name": f"c:\\program files\\o'biztalk\\{name}", "Version": version}


def test_the_files_that_tell_a_version_are_asked_for() -> None:
    assert file_query(FILES, FOLDER) == (
        "Name = 'C:\\\\Program Files\\\\O\\'BizTalk\\\\btsmsgcore.dll' OR "
        "Name = 'C:\\\\Program Files\\\\O\\'BizTalk\\\\pipeline.dll'"
    )
    assert file_query(FILES[2:], FOLDER) == ""


def test_wmi_is_not_asked_too_much() -> None:
    many = [{"name": f"{number}.dll", "version": "1.0"} for number in range(300)]
    assert file_query(many, FOLDER).count("Name = ") == MOST_FILES


@pytest.mark.parametrize(
    ("version", "old"),
    [
        ("3.13.844.0", False),
        ("3.13.844.1", False),
        ("3.13.1000.0", False),
        ("3.13.843.9", True),
        ("3.9.900.0", True),
        (None, False),
        ("", False),
    ],
)
def test_what_is_older_than_the_update_is_found(version: str | None, old: bool) -> None:
    words = older_files([row("btsmsgcore.dll", version), row("other.dll", "1.0")], FILES)
    assert len(words) == old
    assert all(str(version) in text and "3.13.844.0" in text for text in words)


def test_of_two_architectures_the_older_one_counts() -> None:
    both = [{"name": "a.dll", "version": "2.0"}, {"name": "A.dll", "version": "1.9"}]
    assert older_files([row("a.dll", "1.9")], both) == []
    assert len(older_files([row("a.dll", "1.8")], both)) == 1
