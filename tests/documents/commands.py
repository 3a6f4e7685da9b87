# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that the pages tell a reader to type."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.documents.markdown import Fence, Page

SHELLS = ("console", "sh", "shell", "bash")


@dataclass(frozen=True)
class Command:
    """`words` are as a shell takes them apart; `where` is the page with the line of the block."""

    words: tuple[str, ...]
    where: str

    @property
    def program(self) -> str:
        return self.words[0]

    def __str__(self) -> str:
        return shlex.join(self.words)

    @property
    def essence(self) -> tuple[str, ...]:
        """What is the same wherever the inventory lies."""
        words = list(self.words)
        while "-i" in words:
            del words[words.index("-i") : words.index("-i") + 2]
        return tuple(words)

    def option_values(self, *names: str) -> list[str]:
        """The words after each of these options, such as `-e`."""
        return [value for name, value in zip(self.words, self.words[1:], strict=False) if name in names]


def commands(pages: Iterable[Page]) -> list[Command]:
    """Every command of every page, each once, where it stands first. Raises ValueError for one that no shell takes."""
    found = {command.essence: command for page in reversed(list(pages)) for command in reversed(list(of_page(page)))}
    return sorted(found.values(), key=lambda command: command.where)


def of_page(page: Page) -> Iterator[Command]:
    for fence in page.fences:
        if fence.language in SHELLS:
            yield from _of_fence(fence, page.name)


def _of_fence(fence: Fence, name: str) -> Iterator[Command]:
    """A command may go on on the next line after a backslash, may have a prompt before it and a comment behind it."""
    for line in fence.text.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line.removeprefix("$ "), comments=True)
        except ValueError as error:
            raise ValueError(f"{name}, line {fence.line}: {error}: {line}") from error
        if words:
            yield Command(tuple(words), f"{name}:{fence.line}")
