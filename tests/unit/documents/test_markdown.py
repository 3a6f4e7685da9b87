# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.commands import Command, commands, of_page
from tests.documents.markdown import Fence, Page, slug

PAGE = """\
# One & two: *three*

See [there](other.md#one) and `biztalk_mode`.

## Again
## Again

```console
$ ansible-playbook biztalk.patching.plan \\
    -e 'a b'   # says what would happen
make test
```

| x | y |
|---|---|
| `1` | [2](z.md) |
"""


def parsed(text: str = PAGE) -> Page:
    return Page.parse(Path(__file__), text)


def test_a_page_taken_apart() -> None:
    page = parsed()
    assert page.anchors == ("one--two-three", "again", "again-1")
    assert page.links == ("other.md#one", "z.md")
    assert page.code == ("biztalk_mode", "1")
    assert page.rows == (("x", "y"), ("`1`", "[2](z.md)"))
    (fence,) = page.fences
    assert (fence.language, fence.line) == ("console", 9)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The failure campaign", "the-failure-campaign"),
        ("Without the job: `method: native`", "without-the-job-method-native"),
        ("KB 2003907, rule by rule", "kb-2003907-rule-by-rule"),
        ("R-rules & co", "r-rules--co"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert slug(heading.replace("`", "")) == anchor


def test_commands_have_no_prompt_no_comment_and_no_line_break() -> None:
    first, second = of_page(parsed())
    assert first.words == ("ansible-playbook", "biztalk.patching.plan", "-e", "a b")
    assert first.option_values("-e") == ["a b"]
    assert second.words == ("make", "test")
    assert first.where.endswith(":9")


def test_a_command_counts_once() -> None:
    (command,) = commands([parsed("```sh\nmake test\n```\n"), parsed("```console\nmake test   # again\n```\n")])
    assert isinstance(command, Command)


def test_other_blocks_hold_no_commands() -> None:
    assert list(of_page(parsed("```yaml\nmake: test\n```\n\n```\nmake test\n```\n"))) == []
    assert parsed("```\nx\n```\n").fences == (Fence("", "x\n", 2),)


def test_an_unclosed_quote_is_told_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"test_markdown\.py, line 2: No closing quotation: make 'x"):
        list(of_page(parsed("```sh\nmake 'x\n```\n")))


def test_a_command_is_the_same_with_another_inventory() -> None:
    (command,) = commands([parsed("```sh\nansible -i a all\nansible all\nansible -i b -i c all\n```\n")])
    assert command.essence == ("ansible", "all")
