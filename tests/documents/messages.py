# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error messages of the collection as its sources have them; what is filled in at run time is a gap."""

from __future__ import annotations

import ast
import re
import typing as t
from dataclasses import dataclass
from functools import cache

import yaml

from tests.setup.paths import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GAP: t.Final = "…"
_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'")
_REFUSING = {"ansible.builtin.fail": "msg", "ansible.builtin.assert": "fail_msg"}


@dataclass(frozen=True)
class Message:
    """`text` is what stands in the source, gaps included; `where` the file."""

    text: str
    where: str

    def holds(self, quotation: str) -> bool:
        """Whether the quotation, which may leave out parts with a gap, is of this message."""
        parts = [re.escape(" ".join(part.split())) for part in quotation.split(GAP)]
        return re.search(".*".join(parts), self.text) is not None


@dataclass(frozen=True)
class Refusal:
    """A task that ends a run: its name, its file, and the text as it is written."""

    name: str
    where: str
    text: str

    @property
    def message(self) -> Message:
        return Message(_plain(_FILLED_IN.sub(GAP, self.text)), self.where)

    @property
    def literals(self) -> str:
        """All words that may be printed: those around and those within the expressions."""
        inner = " ".join(" ".join(_QUOTED.findall(found)) for found in _FILLED_IN.findall(self.text))
        return _plain(f"{_FILLED_IN.sub(' ', self.text)} {inner}")


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every `fail` and `assert` of the roles and playbooks."""
    files = sorted(
        [*ROOT.glob("playbooks/**/*.yml"), *ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/handlers/*.yml")]
    )
    return tuple(refusal for path in files for refusal in _refusals_of(path))


@cache
def raised() -> tuple[Message, ...]:
    """Every text of the plugins that is long enough to be a sentence, docstrings left out."""
    files = sorted(ROOT.glob("plugins/**/*.py"))
    return tuple(message for path in files for message in _texts_of(path))


@cache
def failing_findings() -> tuple[Message, ...]:
    """The texts of what the plans refuse: each `Finding` that is, or may be, a failure."""
    files = sorted(ROOT.glob("plugins/module_utils/*.py"))
    return tuple(message for path in files for message in _findings_of(path))


def _refusals_of(path: Path) -> Iterator[Refusal]:
    document = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for task in tasks_in(document):
        for module, option in _REFUSING.items():
            if module in task:
                text = str((task[module] or {}).get(option, ""))
                yield Refusal(str(task.get("name", "")), path.relative_to(ROOT).as_posix(), text)


def tasks_in(items: t.Any) -> Iterator[dict[str, t.Any]]:
    """The plays or tasks of a document, and those within them."""
    for item in items if isinstance(items, list) else []:
        yield item
        for key in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
            yield from tasks_in(item.get(key))


def _texts_of(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = path.relative_to(ROOT).as_posix()
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        # A text within a longer one is told as a part of that.
        if isinstance(node, (ast.JoinedStr, ast.BinOp)):
            inner.update(child for child in ast.walk(node) if child is not node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inner.update(ast.walk(node))
    for node in ast.walk(tree):
        if node not in inner and isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)):
            text = _text(node)
            if text.count(" ") > 1:
                yield Message(text, where)


def _findings_of(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding" and "'fail'" in ast.unparse(node.args[0]):
            yield Message(_text(node.args[2]), path.relative_to(ROOT).as_posix())


def _text(node: ast.AST) -> str:
    return _plain(_raw_text(node))


def _raw_text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else GAP
    if isinstance(node, ast.JoinedStr):
        return "".join(_raw_text(value) for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _raw_text(node.left) + _raw_text(node.right)
    if isinstance(node, ast.IfExp):
        return f"{_raw_text(node.body)}{GAP}{_raw_text(node.orelse)}"
    return GAP


def _plain(text: str) -> str:
    return re.sub(rf"{GAP}(\s*{GAP})+", GAP, " ".join(text.split()))
