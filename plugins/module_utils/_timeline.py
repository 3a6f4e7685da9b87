# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The geometry of the timeline picture: lanes from top to bottom, time from left to right.

All numbers are in the units of the picture's view box; the template draws them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._phases import PHASES
from ansible_collections.biztalk.patching.plugins.module_utils._story import Segment
from ansible_collections.biztalk.patching.plugins.module_utils._words import duration

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._report_outage import Lane, Outage

WIDTH: t.Final = 1000.0
LABELS: t.Final = 130.0
RIGHT: t.Final = 16.0
TOP: t.Final = 46.0
LANE: t.Final = 34.0
BAR: t.Final = 20.0
AXIS: t.Final = 30.0
# A phase that took next to nothing is still there to be seen.
NARROWEST: t.Final = 2.0
# Of a letter in the picture, for what fits into a bar.
LETTER: t.Final = 6.4
# In seconds; the first that gives at most so many marks is taken.
STEPS: t.Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MARKS: t.Final = 9


@dataclass(frozen=True)
class Bar:
    """`kind` is a phase, or `down` for the time in between; `title` is what a pointer that rests on it shows."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    text: str = ""
    open: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Mark:
    """Of the time axis; `text` is the time since the begin."""

    x: float
    text: str


@dataclass(frozen=True)
class Span:
    x: float
    width: float
    text: str
    open: bool


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    outage: Span | None
    kinds: tuple[tuple[str, str], ...]
    """The phases that are in it with their words, for the legend."""

    @property
    def bottom(self) -> float:
        return self.height - AXIS

    @property
    def failed(self) -> bool:
        """Whether a bar of it has failed."""
        return any(piece.failed for row in self.rows for piece in row.bars)


@dataclass(frozen=True)
class Scale:
    """From seconds since the epoch to places in the picture."""

    began: float
    ended: float

    @classmethod
    def of(cls, lanes: t.Sequence[Lane], outage: Outage | None) -> Scale | None:
        """None where there is nothing to show."""
        times = [time for lane in lanes for segment in lane.segments for time in (segment.began, segment.ended)]
        times += [outage.began, outage.ended] if outage else []
        return cls(min(times), max(*times, min(times) + 1.0)) if times else None

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def x(self, at: float) -> float:
        share = (at - self.began) / self.seconds
        return round(LABELS + min(max(share, 0.0), 1.0) * (WIDTH - LABELS - RIGHT), 2)


def draw(lanes: t.Sequence[Lane], outage: Outage | None) -> Picture | None:
    """None where nothing was done that could be shown."""
    scale = Scale.of(lanes, outage)
    if scale is None:
        return None
    rows = tuple(_row(lane, TOP + number * LANE, scale) for number, lane in enumerate(lanes))
    present = {piece.kind for row in rows for piece in row.bars}
    return Picture(
        width=WIDTH,
        height=TOP + len(lanes) * LANE + AXIS,
        rows=rows,
        marks=tuple(_marks(scale)),
        outage=_span(outage, scale) if outage else None,
        kinds=tuple((kind, words) for kind, words in PHASES.items() if kind in present),
    )


def _row(lane: Lane, y: float, scale: Scale) -> Row:
    top = y + (LANE - BAR) / 2
    down = [
        _bar(Segment(lane.name, "down", one.began, one.ended), top + 5, scale, _DOWN[lane.kind], height=BAR - 10)
        for one in lane.outages
    ]
    phases = [_bar(one, top, scale, PHASES[one.phase]) for one in lane.segments]
    return Row(lane.name, lane.kind, y, tuple(down + phases))


_DOWN = {"computer": "down", "sql": "SQL Server Agent down"}


def _bar(segment: Segment, y: float, scale: Scale, words: str, *, height: float = BAR) -> Bar:
    x = scale.x(segment.began)
    width = round(max(scale.x(segment.ended) - x, NARROWEST), 2)
    said = [duration(segment.seconds)]
    said += ["its end was not seen"] if segment.open else []
    said += ["it failed"] if segment.failed else []
    # Only what has its own height has room for letters.
    fits = height == BAR and width >= len(words) * LETTER + 8
    return Bar(
        x=min(x, WIDTH - RIGHT - width),
        y=y,
        width=width,
        height=height,
        kind=segment.phase,
        title=f"{words}: {', '.join(said)}",
        text=words if fits else "",
        open=segment.open,
        failed=segment.failed,
    )


def _span(outage: Outage, scale: Scale) -> Span:
    x = scale.x(outage.began)
    text = f"down for {duration(outage.seconds)}{' so far' if outage.open else ''}"
    return Span(x, round(max(scale.x(outage.ended) - x, NARROWEST), 2), text, outage.open)


def _marks(scale: Scale) -> t.Iterator[Mark]:
    step = next((step for step in STEPS if scale.seconds / step <= MARKS), STEPS[-1])
    for number in range(int(scale.seconds // step) + 1):
        yield Mark(scale.x(scale.began + number * step), duration(number * step) if number else "0")
