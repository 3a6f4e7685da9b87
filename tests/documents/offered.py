# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection offers, by the names under which the pages speak of it."""

from __future__ import annotations

import ast
import itertools
import re
import typing as t
from functools import cache

import yaml

from tests.setup.paths import ROOT

if t.TYPE_CHECKING:
    from pathlib import Path

_SETTING: t.Final = re.compile(r"\bbiztalk_[a-z_]*[a-z]\b")
# Where a variable can be read or set.
_SOURCES = ("playbooks/**/*.yml", "roles/**/*.yml", "plugins/**/*.py", "plugins/**/*.yml")


@cache
def settings() -> dict[str, dict[str, t.Any]]:
    """The settings that all roles share, with their specification."""
    path = ROOT / "roles" / "settings" / "meta" / "argument_specs.yml"
    specification = yaml.safe_load(path.read_text(encoding="utf-8"))
    options: dict[str, dict[str, t.Any]] = specification["argument_specs"]["main"]["options"]
    return options


@cache
def known_variables() -> frozenset[str]:
    """Settings, facts and inventory groups: all names of ours that any source has."""
    texts = (path.read_text(encoding="utf-8") for pattern in _SOURCES for path in ROOT.glob(pattern))
    return frozenset(itertools.chain.from_iterable(map(_SETTING.findall, texts)))


@cache
def playbooks() -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


@cache
def modules() -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


@cache
def roles() -> frozenset[str]:
    return frozenset(path.name for path in (ROOT / "roles").iterdir())


@cache
def filters() -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "plugins" / "filter").glob("*.yml"))


@cache
def inventories() -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "plugins" / "inventory").glob("*.py"))


def content() -> frozenset[str]:
    """Every name that may follow `biztalk.patching.`; `sql` is the action group."""
    return playbooks() | modules() | roles() | filters() | inventories() | {"sql"}


@cache
def make_targets() -> frozenset[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


@cache
def module_options(name: str) -> frozenset[str]:
    """The options of a module by its documentation, with those of the fragments that it takes."""
    documentation = _documentation(ROOT / "plugins" / "modules" / f"{name}.py")
    options = set(documentation.get("options", {}))
    for fragment in documentation.get("extends_documentation_fragment", []):
        path = ROOT / "plugins" / "doc_fragments" / f"{fragment.split('.')[2]}.py"
        options |= set(_documentation(path).get("options", {}))
    return frozenset(options)


def _documentation(path: Path) -> dict[str, t.Any]:
    """The block DOCUMENTATION of a module, or of a fragment's class."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            documentation: dict[str, t.Any] = yaml.safe_load(ast.literal_eval(node.value))
            return documentation
    return {}
