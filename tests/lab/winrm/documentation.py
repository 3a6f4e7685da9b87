# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules, as the installed ansible.windows documents them and as its sources restrict them."""

from __future__ import annotations

import ast
import functools
import re
import typing as t
from dataclasses import dataclass

import yaml

from tests.setup.paths import COLLECTIONS

if t.TYPE_CHECKING:
    from pathlib import Path

_GROUPS = ("mutually_exclusive", "required_one_of", "required_together")
_COPIED = ("type", "elements", "required", "default", "choices", "aliases")

Option = dict[str, t.Any]


class UnknownModuleError(LookupError):
    """The installed ansible.windows has no such module."""


@dataclass(frozen=True)
class ModuleSpec:
    """An argument spec in AnsibleModule's form. `constraints` are the keyword arguments beside it."""

    name: str
    options: dict[str, Option]
    constraints: dict[str, t.Any]
    supports_check_mode: bool

    @classmethod
    @functools.cache
    def load(cls, name: str) -> ModuleSpec:
        """Raises `UnknownModuleError`."""
        folder = collection_path() / "plugins" / "modules"
        source, sidecar = folder / f"{name}.ps1", folder / f"{name}.yml"
        if not source.exists():
            raise UnknownModuleError(f"the installed ansible.windows has no module {name}")
        script = source.read_text(encoding="utf-8")
        text = sidecar.read_text(encoding="utf-8") if sidecar.exists() else _constant(folder / f"{name}.py")
        document = yaml.safe_load(text)
        document = document.get("DOCUMENTATION", document)
        options = dict(document.get("options") or {})
        for fragment in _listed(document.get("extends_documentation_fragment")):
            options = {**_fragment_options(fragment), **options}
        secret = set(re.findall(r"(\w+) = @\{[^}]*no_log = \$true", script))
        private = {
            option: {"type": "raw"} for option in re.findall(r'Get-AnsibleParam .*?[\'"](_(?!ansible_)\w+)', script)
        }
        return cls(
            name,
            {**private, **{key: _option(key, value, secret) for key, value in options.items()}},
            _constraints(script),
            re.search(r"supports_check_mode\s*=?\s*\$true", script) is not None,
        )


def collection_path() -> Path:
    """Where set-up has installed ansible.windows, for ansible-playbook and for the lab."""
    path = COLLECTIONS / "ansible" / "windows"
    if not path.is_dir():
        raise FileNotFoundError(
            f"the collection ansible.windows is not installed in {path}: run make demo or make test"
        )
    return path


def _option(name: str, documented: Option, secret: set[str]) -> Option:
    option = {key: documented[key] for key in _COPIED if key in documented}
    option.setdefault("type", "str")
    if isinstance(option.get("choices"), dict):
        option["choices"] = list(option["choices"])
    if "suboptions" in documented:
        option["options"] = {key: _option(key, value, secret) for key, value in documented["suboptions"].items()}
    option["no_log"] = name in secret
    return option


def _constraints(script: str) -> dict[str, t.Any]:
    """The rules among options, from the part of a module's source that hands them to its AnsibleModule."""
    found: dict[str, t.Any] = {}
    for rule, body in re.findall(r"^    (\w+) = @[({](.*?)^    [)}]", script, re.MULTILINE | re.DOTALL):
        if rule in _GROUPS:
            found[rule] = [_names(group) for group in re.findall(r"@\(([^()]*)\)", body)]
        elif rule == "required_if":
            found[rule] = [
                (name, value, _names(names), bool(any_of))
                for name, value, names, any_of in re.findall(
                    r"@\(['\"](\w+)['\"], ['\"](\w+)['\"], @\(([^()]*)\)(, \$true)?\)", body
                )
            ]
        elif rule == "required_by":
            found[rule] = {name: _names(names) for name, names in re.findall(r"(\w+) = (.*)", body)}
    return found


def _names(text: str) -> list[str]:
    return re.findall(r"['\"](\w+)['\"]", text)


def _listed(value: t.Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _fragment_options(name: str) -> dict[str, Option]:
    collection, _, fragment = name.rpartition(".")
    if collection != "ansible.windows":
        # Those of ansible-core that modules extend describe attributes, not options.
        return {}
    file = collection_path() / "plugins" / "doc_fragments" / f"{fragment}.py"
    return dict(yaml.safe_load(_constant(file)).get("options") or {})


def _constant(file: Path) -> str:
    """The text of a Python file's DOCUMENTATION, read without running the file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id == "DOCUMENTATION":
                return str(node.value.value)
    raise UnknownModuleError(f"{file} documents nothing")
