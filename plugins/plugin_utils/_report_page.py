# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.biztalk.patching.plugins.module_utils import _words
from ansible_collections.biztalk.patching.plugins.module_utils._timeline import Picture, draw

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._report import Report

TEMPLATES: t.Final = Path(__file__).parents[2] / "roles" / "report" / "templates"


def page(report: Report) -> str:
    """All texts are hostile: they come from packages, setup logs and SQL Server."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(report=report.data, outcome=report.outcome, picture=picture_of(report))
    )


def timeline(report: Report) -> str:
    """The picture alone, as an SVG file of its own."""
    picture = picture_of(report)
    rows = -(-len(picture.kinds) // 4) if picture else 0
    return (
        _environment().get_template("timeline.svg.j2").render(picture=picture, alone=True, legend_height=20 * rows + 8)
    )


def picture_of(report: Report) -> Picture | None:
    return draw(report.lanes, report.outage)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": _words.duration, "size": _words.size}
    return environment
