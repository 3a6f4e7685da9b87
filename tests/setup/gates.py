# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that must hold before a change lands, by name; `gate_runner` runs it."""

from __future__ import annotations

import sys
import typing as t
from dataclasses import dataclass, field

from tests.setup.interpreter import without_shims
from tests.setup.paths import CACHE, ROOT, VENV_BIN, VENV_PYTHON, tool_path

if t.TYPE_CHECKING:
    from pathlib import Path

ANSIBLE_TEST_TREE = CACHE / "ansible-test" / "ansible_collections" / "biztalk" / "patching"
# ansible-test writes into the home folder, and looks for pip's installer there.
ANSIBLE_TEST_HOME = CACHE / "home"
# The one that holds what the plugins import; ansible-test would run the units on every other that it finds.
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Gate:
    """One command that must end with 0."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    env: dict[str, str] = field(default_factory=dict)
    timeout: float = 900.0
    # Its last line is a result of its own worth showing ("12 passed").
    closing_line: bool = False


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(VENV_BIN / name), *arguments)


def _python(*arguments: str) -> tuple[str, ...]:
    return (str(VENV_PYTHON), *arguments)


def _ansible_test(name: str, *arguments: str) -> Gate:
    return Gate(
        f"ansible-test-{name}",
        _tool("ansible-test", name, "--local", "--color", "no", *arguments),
        cwd=ANSIBLE_TEST_TREE,
        env={"HOME": str(ANSIBLE_TEST_HOME), "PATH": without_shims(tool_path())},
    )


# Longest first: the runner hands them to its workers in this order.
TESTS = (
    # Two files at a time: much of a run is waiting for simulated computers.
    Gate(
        "integration",
        _python("-m", "pytest", "tests/integration", "-m", "not long", "-n", "2", "--dist", "loadfile"),
        timeout=1800.0,
        closing_line=True,
    ),
    Gate("molecule", _tool("molecule", "test", "--scenario-name", "default"), cwd=ROOT / "extensions"),
    _ansible_test("units", "--python", THIS_PYTHON, "tests/unit/plugins/"),
    # Those of the plugins are run by ansible-test.
    Gate("unit", _python("-m", "pytest", "tests/unit", "--ignore=tests/unit/plugins"), closing_line=True),
)
STATIC = (
    # Not the lab, which is no part of the collection: ruff and mypy judge it.
    _ansible_test("sanity", "changelogs/", "meta/", "playbooks/", "plugins/", "roles/", "tests/unit/plugins/"),
    Gate("ansible-lint", _tool("ansible-lint", "--profile", "production", "--offline")),
    Gate(
        "antsibull-docs",
        _tool(
            "antsibull-docs",
            "lint-collection-docs",
            "--plugin-docs",
            "--skip-rstcheck",
            "--validate-collection-refs=all",
            ".",
        ),
    ),
    Gate("docsite", _python("-m", "tests.setup.docsite")),
    Gate("mypy", _tool("mypy", "plugins", "tests")),
    Gate("build", _python("-m", "tests.setup.artefact")),
    Gate("reuse", _tool("reuse", "lint", "--lines")),
    Gate("antsibull-changelog", _tool("antsibull-changelog", "lint")),
    Gate("yamllint", _tool("yamllint", "--strict", ".")),
    Gate("ruff", _tool("ruff", "check", ".")),
    Gate("ruff-format", _tool("ruff", "format", "--check", ".")),
)
GROUPS = {"tests": TESTS, "lint": STATIC, "all": TESTS[:1] + STATIC[:1] + TESTS[1:] + STATIC[1:]}


def select(names: list[str]) -> list[Gate]:
    """Return the gates of these names and groups, each once."""
    by_name = {gate.name: (gate,) for gate in GROUPS["all"]} | GROUPS
    unknown = [name for name in names if name not in by_name]
    if unknown:
        sys.exit(f"No gate or group named {', '.join(unknown)}. There are: {', '.join(sorted(by_name))}")
    return list({gate.name: gate for name in names for gate in by_name[name]}.values())
