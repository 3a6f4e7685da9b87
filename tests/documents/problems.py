# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a page: links that lead nowhere, and names of things that the collection does not have."""

from __future__ import annotations

import re
import typing as t
from functools import cache
from importlib.util import find_spec

import yaml

from tests.documents import offered
from tests.documents.markdown import Page
from tests.setup.paths import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SETTING = re.compile(r"(?<![\w.])biztalk_[a-z_]*[a-z]\b(?![*(])")
_CONTENT = re.compile(r"\bbiztalk\.patching\.([a-z_]+)\b(?!\.)")
_TARGET = re.compile(r"\bmake ([a-z][a-z-]*)\b")
_PYTHON_MODULE = re.compile(r"\bpython -m ([a-z][\w.]*)")
_OWN_PATH = re.compile(r"^(?:tests|plugins|roles|playbooks|docs|benchmarks|meta)/[\w/.-]+$")


def broken_links(page: Page) -> Iterator[str]:
    for link in page.links:
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (page.path.parent / path).resolve() if path else page.path
        if not target.exists():
            yield f"{page.name} links to {link}: there is no such file"
        elif anchor and anchor not in _anchors(target):
            yield f"{page.name} links to {link}: there is no such heading"


@cache
def _anchors(path: Path) -> tuple[str, ...]:
    return Page.read(path).anchors


def unknown_names(page: Page) -> Iterator[str]:
    """Settings, playbooks, modules, roles, make targets and files that the page names and nobody has."""
    text = page.everything()
    kinds = (
        ("variable", _SETTING, offered.known_variables()),
        ("biztalk.patching.", _CONTENT, offered.content()),
        ("make target", _TARGET, offered.make_targets()),
    )
    for kind, pattern, known in kinds:
        for name in sorted({match[match.lastindex or 0] for match in pattern.finditer(text)} - known):
            yield f"{page.name} names {name}, which is no {kind}"
    for name in sorted(set(_PYTHON_MODULE.findall(text))):
        if find_spec(name) is None:
            yield f"{page.name} names python -m {name}, which is not there"
    for name in page.code:
        if _OWN_PATH.match(name) and not (ROOT / name).exists():
            yield f"{page.name} names the file {name}, which is not there"


def yaml_problems(page: Page) -> Iterator[str]:
    """Blocks of YAML that are none, and tasks with modules or options that there are not."""
    for fence in page.fences:
        if fence.language in ("yaml", "yml"):
            try:
                documents = list(yaml.safe_load_all(fence.text))
            except yaml.YAMLError as error:
                yield f"{page.name}, line {fence.line}: {error}"
            else:
                for name, options in _module_calls(documents):
                    for option in sorted(options - offered.module_options(name)):
                        yield f"{page.name}, line {fence.line}: {name} has no option {option}"


def _module_calls(item: t.Any) -> Iterator[tuple[str, set[str]]]:
    """Each call of a module of the collection within a document, with the options that it gives."""
    if isinstance(item, list):
        for part in item:
            yield from _module_calls(part)
    if isinstance(item, dict):
        for key, value in item.items():
            name = str(key).removeprefix("biztalk.patching.")
            if name != key and name in offered.modules():
                yield name, set(value or {})
            yield from _module_calls(value)
