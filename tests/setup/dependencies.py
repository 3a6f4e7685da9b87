# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collections: this checkout under its collection name, and beside it those that it needs."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import typing as t
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.setup.console import SetupError, run, step
from tests.setup.paths import ANSIBLE_HOME, CACHE, COLLECTIONS, ROOT, VENV_BIN, VENV_PYTHON


@dataclass(frozen=True)
class Collection:
    """A collection from Galaxy. For those who reach PyPI but not Galaxy, the community package there carries it too."""

    namespace: str
    name: str
    version: str
    bundle: str
    # The wheel is only unpacked, so the Python that it is made for need not be ours.
    bundle_python: str

    @property
    def fqcn(self) -> str:
        """The name under which Ansible knows it."""
        return f"{self.namespace}.{self.name}"

    @property
    def folder(self) -> Path:
        """Where it belongs."""
        return COLLECTIONS / self.namespace / self.name


_WINDOWS = Collection("ansible", "windows", "3.8.0", "ansible==14.5.0", "3.12")
# The last release of the community package with awx.awx in it is 12.
_AWX = Collection("awx", "awx", "24.6.1", "ansible==12.3.0", "3.11")
NEEDED: t.Final = {"run": (_WINDOWS,), "test": (_WINDOWS, _AWX)}


def ensure_collections(kind: str) -> None:
    """Make `.cache` a collections path with biztalk.patching and what `kind` ("run" or "test") needs."""
    _link_checkout()
    for collection in NEEDED[kind]:
        _ensure_collection(collection)


def _ensure_collection(collection: Collection) -> None:
    if installed_version(collection.folder) == collection.version:
        return
    with step(f"fetching the collection {collection.fqcn} {collection.version}"):
        try:
            _install_from_galaxy(collection)
        except SetupError as galaxy_error:
            try:
                _install_from_bundle(collection)
            except SetupError as bundle_error:
                raise SetupError(f"{galaxy_error}\n\nPyPI did not help either: {bundle_error}") from bundle_error


def installed_version(collection: Path) -> str | None:
    """Return the version of the collection in a folder, or None where there is none, or only a part of one."""
    try:
        manifest = json.loads((collection / "MANIFEST.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return str(manifest["collection_info"]["version"])


def unpack_bundle(wheel: Path, namespace: str, name: str, target: Path) -> None:
    """Take one collection out of the wheel; `target` is either as before or wholly replaced."""
    inside = f"ansible_collections/{namespace}/{name}/"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(scratch, [member for member in archive.namelist() if member.startswith(inside)])
        _replace(Path(scratch, inside), target)


def _replace(source: Path, target: Path) -> None:
    if not source.is_dir():
        raise SetupError(f"{source} is missing: the download does not hold what was expected.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    source.rename(target)


def _link_checkout() -> None:
    link = COLLECTIONS / "biztalk" / "patching"
    if link.is_symlink() and link.resolve() == ROOT:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(ROOT, link.parent), target_is_directory=True)


def _install_from_galaxy(collection: Collection) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="galaxy-") as scratch:
        options = ["--no-deps", "--timeout", "10", "--collections-path", scratch]
        galaxy = str(VENV_BIN / "ansible-galaxy")
        # Where a firewall swallows packets, Galaxy's own retries would take minutes.
        command = [galaxy, "collection", "install", *options, f"{collection.fqcn}:=={collection.version}"]
        run(command, env=os.environ | {"ANSIBLE_HOME": str(ANSIBLE_HOME)}, timeout=45)
        _replace(Path(scratch, "ansible_collections", collection.namespace, collection.name), collection.folder)


def _install_from_bundle(collection: Collection) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="download-") as scratch:
        python = ["--python-version", collection.bundle_python, "--only-binary", ":all:"]
        options = ["--quiet", "--no-deps", *python, "--dest", scratch]
        run([str(VENV_PYTHON), "-m", "pip", "download", *options, collection.bundle])
        for wheel in Path(scratch).glob("ansible-*.whl"):
            unpack_bundle(wheel, collection.namespace, collection.name, collection.folder)
