# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every T-SQL statement that the collection can send: the constants and the builders of all modules called _tsql*."""

from __future__ import annotations

import importlib
import inspect
import itertools
import types
import typing as t
from collections.abc import Iterable
from pathlib import Path

from ansible_collections.biztalk.patching.plugins import module_utils

# The worst that a name or a path may hold.
TEXTS = ("D:\\o'neil\\[a].bak", "https://x.blob.core.windows.net/c/a.bak")
SIMPLE: dict[t.Any, tuple[t.Any, ...]] = {str: TEXTS, bool: (False, True), int: (61,), type(None): (None,)}
# They quote what becomes part of a statement.
QUOTING = ("identifier", "string_literal", "backup_device")


def samples(kind: t.Any) -> tuple[t.Any, ...]:
    """Values of a parameter's type: simple ones, unions, tuples, and sequences of them."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    parts = [samples(part) for part in t.get_args(kind)]
    if t.get_origin(kind) is tuple:
        return tuple(itertools.product(*parts))
    if isinstance(kind, types.UnionType):
        return tuple(itertools.chain(*parts))
    assert issubclass(t.get_origin(kind), Iterable), f"no samples for {kind}"
    return ((), *((value,) for value in parts[0]), parts[0])


def _modules() -> list[t.Any]:
    names = sorted(path.stem for path in Path(module_utils.__path__[0]).glob("_tsql*.py"))
    return [importlib.import_module(f"{module_utils.__name__}.{name}") for name in names]


def _constants() -> dict[str, str]:
    return {
        name: value
        for module in _modules()
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    }


def _builders() -> dict[str, t.Callable[..., str]]:
    return {
        name: value
        for module in _modules()
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
        if name not in QUOTING
    }


def built(builder: t.Callable[..., str]) -> list[str]:
    """What a builder makes of every combination of samples."""
    kinds = {name: kind for name, kind in t.get_type_hints(builder).items() if name != "return"}
    values = itertools.product(*map(samples, kinds.values()))
    return [builder(**dict(zip(kinds, chosen, strict=True))) for chosen in values]


CONSTANTS = _constants()
BUILT = {f"{name}-{number}": text for name, make in _builders().items() for number, text in enumerate(built(make))}
