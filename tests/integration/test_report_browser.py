# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a real browser, as wide as a desk and as a phone, by day and by night."""

from __future__ import annotations

import http.server
import threading
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.plugin_utils._report_page import page
from ansible_collections.biztalk.patching.tests.unit.plugins.journals import failed_patch, good_patch, report, rollback
from tests.integration.browser import look_at

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESK, PHONE = (1280, 2000), (390, 844)


class Visited(http.server.BaseHTTPRequestHandler):
    """Somebody whom a page may be made to call."""

    calls: t.ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.calls.append(self.path)
        self.send_response(204)
        self.end_headers()


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a web server that nobody ought to call."""
    Visited.calls.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Visited) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_good_run_is_understood_at_a_glance(tmp_path: Path, size: tuple[int, int]) -> None:
    made = report(good_patch())
    path = tmp_path / "report.html"
    path.write_text(page(made), encoding="utf-8")

    seen = look_at(path, tmp_path, width=size[0], height=size[1])

    assert seen.facts["sentence"] == made.outcome.sentence
    assert 0 <= seen.facts["sentence_top"] < 200
    assert seen.facts["next"] is None
    assert seen.facts["overflow"] <= 0
    assert seen.facts["lanes"] == ["BTS1", "BTS2", "SQL1"]
    assert seen.facts["bars"] == 15
    assert (seen.facts["requests"], seen.facts["foreign"]) == ([], 0)
    assert seen.size == size
    # A blank picture of that size would have next to nothing in it.
    assert seen.picture.stat().st_size > 20_000


def test_of_a_failed_run_the_next_command_stands_at_the_top_of_a_phone_whatever_its_messages_say(
    tmp_path: Path, stranger: str
) -> None:
    word = "x" * 500
    message = f"{word}</p><img src='{stranger}'><script src='{stranger}'></script><style>@import '{stranger}'"
    made = report(failed_patch(message))
    path = tmp_path / "report.html"
    path.write_text(page(made), encoding="utf-8")

    seen = look_at(path, tmp_path, width=PHONE[0], height=PHONE[1])

    assert made.outcome.command in seen.facts["next"]
    assert seen.facts["sentence_top"] < seen.facts["next_top"] < PHONE[1] / 2
    assert seen.facts["next_top"] < seen.facts["timeline_top"]
    assert seen.facts["overflow"] <= 0
    assert (seen.facts["requests"], seen.facts["foreign"], Visited.calls) == ([], 0, [])


def test_by_night_it_is_dark(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(report(rollback())), encoding="utf-8")

    day = look_at(path, tmp_path, width=1280, height=900).facts
    night = look_at(path, tmp_path, width=1280, height=900, dark=True).facts

    assert brightness(day["paper"]) > 200 > 60 > brightness(day["ink"])
    assert brightness(night["ink"]) > 200 > 60 > brightness(night["paper"])


def brightness(colour: str) -> float:
    """Of `rgb(29, 36, 48)`."""
    return sum(int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(",")) / 3
