# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Markdown page taken apart: headings with GitHub's anchors, links, code, and the rows of its tables."""

from __future__ import annotations

import itertools
import re
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from tests.setup.paths import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token


@dataclass(frozen=True)
class Fence:
    """A fenced block; `line` is that of its first line of text, counted from 1."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """`links` are targets as they are written, `code` the texts between backticks."""

    path: Path
    anchors: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    fences: tuple[Fence, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, path: Path) -> Page:
        return cls.parse(path, path.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, path: Path, text: str) -> Page:
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        inline = [token for token in tokens if token.type == "inline"]
        children = [child for token in inline for child in token.children or ()]
        return cls(
            path=path,
            anchors=tuple(_anchors(_headings(tokens))),
            links=tuple(str(child.attrs["href"]) for child in children if child.type == "link_open"),
            code=tuple(child.content for child in children if child.type == "code_inline"),
            fences=tuple(
                Fence(token.info.split(" ")[0], token.content, (token.map or [0])[0] + 2)
                for token in tokens
                if token.type == "fence"
            ),
            rows=tuple(_rows(tokens)),
        )

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def everything(self) -> str:
        """All code of the page, in blocks and in backticks, as one text."""
        return "\n".join([*self.code, *(fence.text for fence in self.fences)])


def pages() -> list[Page]:
    """Every page that a reader gets."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")]
    return [Page.read(path) for path in sorted(paths) if path.exists()]


def slug(heading: str) -> str:
    """GitHub's anchor of a heading: lower case, no punctuation, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _headings(tokens: list[Token]) -> Iterator[str]:
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            yield "".join(child.content for child in inline.children or ())


def _anchors(headings: t.Iterable[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for heading in headings:
        name = slug(heading)
        yield f"{name}-{seen[name]}" if seen[name] else name
        seen[name] += 1


def _rows(tokens: list[Token]) -> Iterator[tuple[str, ...]]:
    """The cells of each row as they are written, headers too."""
    cells: list[str] = []
    for token, following in itertools.pairwise(tokens):
        if token.type == "tr_open":
            cells = []
        elif token.type in ("th_open", "td_open"):
            cells.append(following.content)
        elif token.type == "tr_close":
            yield tuple(cells)
