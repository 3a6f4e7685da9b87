# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser without a window, which says what it made of a page."""

from __future__ import annotations

import html
import json
import struct
import subprocess
import tempfile
import typing as t
from dataclasses import dataclass

from tests.setup.system_tools import BROWSER

if t.TYPE_CHECKING:
    from pathlib import Path

# Nothing of its own may go to the network, and root has no sandbox.
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--hide-scrollbars",
)
# Chromium's own window is never narrower than 500 pixels, so the page is put into a frame as wide as a phone. The frame
# is measured from outside: the page itself, with its policy that allows no script, stays as it is.
_FRAME = """<!DOCTYPE html>
<body style="margin: 0">
<iframe id="frame" style="border: 0; width: {width}px; height: {height}px" srcdoc="{page}"></iframe>
<script>
const frame = document.getElementById("frame");
frame.addEventListener("load", () => {{
  const page = frame.contentDocument, root = page.documentElement, heading = page.getElementById("outcome");
  const next = page.getElementById("next"), style = frame.contentWindow.getComputedStyle(page.body);
  const box = (element) => element ? element.getBoundingClientRect().top : null;
  document.body.dataset.facts = JSON.stringify({{
    overflow: root.scrollWidth - frame.clientWidth,
    sentence: heading && heading.innerText,
    sentence_top: box(heading),
    next: next && next.innerText,
    next_top: box(next),
    timeline_top: box(page.querySelector("svg.timeline")),
    lanes: [...page.querySelectorAll("svg.timeline g[data-lane]")].map((lane) => lane.dataset.lane),
    bars: [...page.querySelectorAll("svg.timeline rect.bar")].filter((bar) => bar.getBoundingClientRect().width).length,
    foreign: page.querySelectorAll("script, img, iframe, object, embed, link, form").length,
    requests: frame.contentWindow.performance.getEntriesByType("resource").map((entry) => entry.name),
    paper: style.backgroundColor,
    ink: style.color,
  }});
}});
</script>
"""


@dataclass(frozen=True)
class Seen:
    """`facts` are what the script above measured, `size` is that of the screenshot, `picture` its file."""

    facts: dict[str, t.Any]
    size: tuple[int, int]
    picture: Path


def look_at(page: Path, folder: Path, *, width: int, height: int, dark: bool = False) -> Seen:
    """Open a page in a window of this size."""
    frame, picture = folder / f"{page.stem}-{width}.html", folder / f"{page.stem}-{width}.png"
    text = html.escape(page.read_text(encoding="utf-8"))
    frame.write_text(_FRAME.format(width=width, height=height, page=text), encoding="utf-8")
    colours = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    window = f"--window-size={width},{height}"
    _browse(frame, window, *colours, f"--screenshot={picture}")
    dom = _browse(frame, window, *colours, "--dump-dom")
    _before, _mark, rest = dom.partition('data-facts="')
    facts = json.loads(html.unescape(rest.partition('"')[0]))
    return Seen(facts, struct.unpack(">II", picture.read_bytes()[16:24]), picture)


def _browse(page: Path, *arguments: str) -> str:
    program = BROWSER.find()
    assert program, "make setup-test brings a browser"
    with tempfile.TemporaryDirectory(prefix="browser-") as profile:
        command = [program, *_FLAGS, f"--user-data-dir={profile}", *arguments, page.as_uri()]
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True, timeout=120
        ).stdout
