# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documented commands and inventories, made to fit a lab: its computers stand for those of the examples."""

from __future__ import annotations

import re
import subprocess
import typing as t

import yaml

from tests.lab import inventory
from tests.lab.playbook import environment_of
from tests.setup.gate_runner import environment
from tests.setup.paths import ROOT, VENV_BIN

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.documents.commands import Command
    from tests.documents.markdown import Page
    from tests.lab.lab import Lab

DOMAIN = ".example.org"
# An id as the documentation gives it, in the place of that of the run that is taken back.
RUN_ID = re.compile(r"\d{8}T\d{6}Z-KB\d+")
# The examples' download, wherever they say that it lies.
PACKAGE = re.compile(rf"[\w./-]*BTS2020-KB{inventory.DEFAULT_UPDATE}-ENU\.exe")
_FILE = re.compile(r"# inventory/(\S+)\n")


def playbook_of(command: Command) -> str:
    """The name behind `biztalk.patching.`, or nothing where the command runs no playbook of the collection."""
    if command.program != "ansible-playbook":
        return ""
    names = [word for word in command.words if word.startswith("biztalk.patching.")]
    return names[0].removeprefix("biztalk.patching.") if names else ""


def words_for(lab: Lab, command: Command, *, run_id: str = "") -> list[str]:
    """The command with the lab's inventory, computers, package and, where there is one, run."""
    package = str(next(lab.library.downloads(inventory.DEFAULT_UPDATE).glob("*x64*.exe")))
    # Nobody is there to be asked for a password.
    words = [word for word in command.words if word != "--ask-vault-pass"]
    for place, word in enumerate(words):
        if words[place - 1] == "-i":
            words[place] = str(lab.inventory_path)
        else:
            words[place] = RUN_ID.sub(run_id or word, PACKAGE.sub(package, word).replace(DOMAIN, ""))
    return words


def execute(lab: Lab, words: t.Sequence[str]) -> subprocess.CompletedProcess[str]:
    return _run(words, cwd=lab.folder, env=environment_of(lab.inventory_path))


def execute_in_checkout(words: t.Sequence[str]) -> subprocess.CompletedProcess[str]:
    return _run(words, cwd=ROOT, env=environment())


def _run(words: t.Sequence[str], *, cwd: Path, env: t.Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    program = VENV_BIN / words[0]
    return subprocess.run(
        [str(program) if program.exists() else words[0], *words[1:]],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def write_inventory(page: Page, folder: Path) -> None:
    """The files that the page gives by their names, in a folder that is an inventory."""
    for fence in page.fences:
        name = _FILE.match(fence.text)
        if name:
            path = folder / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence.text, encoding="utf-8")


def write_overrides(lab: Lab, path: Path) -> None:
    """A second inventory that leads the example's computers to the lab's, with the lab's accounts and addresses."""
    document = inventory.document(lab)["all"]["children"]["windows"]
    ports = {
        f"{name}{DOMAIN}": dict(variables)
        for group in document["children"].values()
        for name, variables in group["hosts"].items()
    }
    hosts = {name: variables | document["vars"] for name, variables in ports.items()}
    path.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
