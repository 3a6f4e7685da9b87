# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role awx as it is written, and what it refers to."""

from __future__ import annotations

import typing as t

import yaml

from tests.setup.paths import ROOT

ROLE: t.Final = ROOT / "roles" / "awx"
PROJECT: t.Final = ROOT / "docs" / "awx" / "project"


class _Loader(yaml.SafeLoader):
    """Takes what is marked as no template for the text that it is."""


def _as_it_is(loader: yaml.SafeLoader, node: yaml.Node) -> t.Any:
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Loader.add_constructor("!unsafe", _as_it_is)


def load(*path: str) -> t.Any:
    """A YAML file below the checkout, as Ansible would read it."""
    return yaml.load(ROOT.joinpath(*path).read_text(encoding="utf-8"), _Loader)  # noqa: S506


def role_variables() -> dict[str, t.Any]:
    """All variables of the role awx, as they are written."""
    return {
        name: value
        for path in sorted((ROLE / "vars" / "main").glob("*.yml"))
        for name, value in load("roles", "awx", "vars", "main", path.name).items()
    }


def settings() -> dict[str, dict[str, t.Any]]:
    """The settings of the playbooks, from the argument specs of the role settings."""
    options: dict[str, dict[str, t.Any]] = load("roles", "settings", "meta", "argument_specs.yml")["argument_specs"][
        "main"
    ]["options"]
    return options
