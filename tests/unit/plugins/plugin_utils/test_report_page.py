# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page holds whatever a package, a setup log or SQL Server says, and asks nobody for anything."""

from __future__ import annotations

import re
import typing as t
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._report_parts import SetupLog
from ansible_collections.biztalk.patching.plugins.plugin_utils._report_page import page, timeline
from ansible_collections.biztalk.patching.tests.unit.plugins.journals import (
    PACKAGE,
    begun,
    ended,
    fact,
    failed_patch,
    good_patch,
    report,
    rollback,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._journal import Entry

HOSTILE = "</title></style></svg></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{ 7 * 7 }}{% raw %}"
RUNS = {
    "good": good_patch(),
    "failed": failed_patch(),
    "rollback": rollback(),
    "refused": [*begun(), ended(1, succeeded=False)],
    "killed": begun(),
}


class Elements(HTMLParser):
    """The names of a page's elements and of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _value in attrs}


def poisoned(value: t.Any) -> t.Any:
    """The same with hostile words in every text that no logic depends on."""
    if isinstance(value, dict):
        return {key: item if key in _MEANINGS else poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return value + HOSTILE if isinstance(value, str) else value


_MEANINGS = {
    "event",
    "name",
    "lane",
    "host",
    "phase",
    "step",
    "operation",
    "outcome",
    "level",
    "rule",
    "service",
    "born",
    "started",
    "updated",
    "role",
    "kb",
    "has_sql",
}


def poisoned_journal(entries: list[Entry]) -> list[Entry]:
    poisoned_entries: list[Entry] = poisoned(entries)
    return poisoned_entries


@pytest.mark.parametrize("entries", RUNS.values(), ids=RUNS)
def test_every_run_has_a_page_with_its_sentence(entries: list[Entry]) -> None:
    made = report(entries)
    html = page(made)

    assert html.lstrip().startswith("<!DOCTYPE html>")
    assert made.outcome.sentence in html
    assert (made.outcome.command in html) if made.outcome.command else ('id="next"' not in html)


@pytest.mark.parametrize("entries", RUNS.values(), ids=RUNS)
def test_hostile_words_stay_words(entries: list[Entry]) -> None:
    made = report(
        poisoned_journal(entries), logs=[SetupLog(f"{HOSTILE}.log", f"HRESULT=0x80040e14 {HOSTILE}\n{HOSTILE}")]
    )
    html = page(made)

    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 7 * 7 }}" in html
    harmless, seen = Elements(page(report(entries, logs=[SetupLog("a.log", "HRESULT=0x80040e14")]))), Elements(html)
    assert seen.names == harmless.names
    assert seen.attributes == harmless.attributes


@pytest.mark.parametrize("entries", RUNS.values(), ids=RUNS)
def test_the_page_asks_nobody(entries: list[Entry]) -> None:
    html = page(report(entries))

    assert "default-src 'none'" in html
    assert not re.search(r"(?:src|href|action|poster|data)\s*=\s*\"", html)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)


@pytest.mark.parametrize("entries", [good_patch(), failed_patch(), rollback()], ids=["good", "failed", "rollback"])
def test_the_picture_alone_is_xml_with_a_lane_for_each(entries: list[Entry]) -> None:
    root = ElementTree.fromstring(timeline(report(entries)))  # noqa: S314  # it is our own

    lanes = [group.get("data-lane") for group in root.iter("{http://www.w3.org/2000/svg}g")]
    assert lanes == ["BTS1", "BTS2", "SQL1"]
    assert "down for" in "".join(root.itertext())


def test_the_tables_tell_what_was_installed_where_with_versions() -> None:
    files = [{"Name": r"c:\biztalk\btsmsgcore.dll", "Version": "3.13.844.0"}]
    html = page(report([*good_patch()[:-1], fact("files", 92, files, "bts1")]))

    for text in (
        "CU3",
        "Cumulative Update 4",
        PACKAGE["version"],
        r"c:\biztalk\btsmsgcore.dll",
        "D:\\Backup\\Mgmt.bak",
    ):
        assert text in html


def test_who_was_connected_is_told_with_what_came_of_it() -> None:
    gone = {
        "host": "MON1",
        "program": "Monitor",
        "sessions": 2,
        "logins": ["LAB\\alice"],
        "databases": ["SSODB"],
        "remedy": "stop it",
    }
    idle = {"idle": True, "waited": 9.0, "samples": 5, "seen": [gone], "culprits": [], "killed": []}
    html = page(report([*good_patch(), fact("idle", 57, idle)]))

    assert "MON1" in html
    assert "gone by itself" in html
