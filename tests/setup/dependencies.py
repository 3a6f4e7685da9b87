# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collections: this checkout under its collection name, and ansible.windows beside it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from tests.setup.console import SetupError, run, step
from tests.setup.paths import ANSIBLE_HOME, CACHE, COLLECTIONS, ROOT, VENV_BIN, VENV_PYTHON

WINDOWS_VERSION = "3.8.0"
# The community package on PyPI carries ansible.windows of that version, for those who reach PyPI but not Galaxy.
BUNDLE = "ansible==14.5.0"
_IN_BUNDLE = "ansible_collections/ansible/windows/"


def ensure_collections() -> None:
    """Make `.cache` a collections path on which biztalk.patching and ansible.windows are found."""
    _link_checkout()
    if installed_version(COLLECTIONS / "ansible" / "windows") == WINDOWS_VERSION:
        return
    with step(f"fetching the collection ansible.windows {WINDOWS_VERSION}"):
        try:
            _install_from_galaxy()
        except SetupError as galaxy_error:
            try:
                _install_from_bundle()
            except SetupError as bundle_error:
                raise SetupError(f"{galaxy_error}\n\nPyPI did not help either: {bundle_error}") from bundle_error


def installed_version(collection: Path) -> str | None:
    """Return the version of the collection in a folder, or None where there is none, or only a part of one."""
    try:
        manifest = json.loads((collection / "MANIFEST.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return str(manifest["collection_info"]["version"])


def unpack_bundle(wheel: Path, target: Path) -> None:
    """Take ansible.windows out of the wheel; `target` is either as before or wholly replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(scratch, [name for name in archive.namelist() if name.startswith(_IN_BUNDLE)])
        _replace(Path(scratch, _IN_BUNDLE), target)


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


def _install_from_galaxy() -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="galaxy-") as scratch:
        options = ["--no-deps", "--timeout", "10", "--collections-path", scratch]
        galaxy = str(VENV_BIN / "ansible-galaxy")
        # Where a firewall swallows packets, Galaxy's own retries would take minutes.
        command = [galaxy, "collection", "install", *options, f"ansible.windows:=={WINDOWS_VERSION}"]
        run(command, env=os.environ | {"ANSIBLE_HOME": str(ANSIBLE_HOME)}, timeout=45)
        _replace(Path(scratch, "ansible_collections", "ansible", "windows"), COLLECTIONS / "ansible" / "windows")


def _install_from_bundle() -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="download-") as scratch:
        # The wheel is only unpacked, so the Python that it is made for need not be ours.
        options = ["--quiet", "--no-deps", "--python-version", "3.12", "--only-binary", ":all:", "--dest", scratch]
        run([str(VENV_PYTHON), "-m", "pip", "download", *options, BUNDLE])
        for wheel in Path(scratch).glob("ansible-*.whl"):
            unpack_bundle(wheel, COLLECTIONS / "ansible" / "windows")
