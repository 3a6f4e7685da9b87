# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares what ansible-test insists on: a tree that really lies below ansible_collections, and a way to get pip."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import typing as t
from pathlib import Path

from tests.setup.console import SetupError, run
from tests.setup.gates import ANSIBLE_TEST_HOME, ANSIBLE_TEST_TREE
from tests.setup.paths import COLLECTIONS, ROOT, VENV, VENV_PYTHON

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# ansible-test brings pip into its own environments with get-pip.py, which it fetches from its makers' server unless the
# file lies in its cache. This one lets the pip that is here do the same, so that only PyPI is needed.
_GET_PIP = """\
import subprocess
import sys

wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([{python!r}, "-m", "pip", "--python", sys.executable, "install", *wanted]))
"""


def prepare_ansible_test() -> None:
    """Bring the copy of the checkout up to date, and the home folder that ansible-test gets instead of the user's."""
    mirror(checkout_files(), ROOT, ANSIBLE_TEST_TREE)
    # Without this it would ask the repository around it for the files to test, which ignores .cache.
    run(["git", "init", "--quiet", ANSIBLE_TEST_TREE])
    windows = ANSIBLE_TEST_TREE.parents[1] / "ansible" / "windows"
    windows.parent.mkdir(exist_ok=True)
    if not windows.is_symlink():
        windows.symlink_to(COLLECTIONS / "ansible" / "windows", target_is_directory=True)
    _prepare_home(ANSIBLE_TEST_HOME, Path.home(), os.environ)


def checkout_files() -> list[Path]:
    """Return the files that are, or may become, part of the repository, relative to its root."""
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def mirror(files: Iterable[Path], source: Path, target: Path) -> None:
    """Make `target` hold exactly these files, and leave those that did not change alone."""
    wanted = set(files)
    for present in [path for path in target.rglob("*") if path.is_file() and ".git" not in path.parts]:
        if present.relative_to(target) not in wanted:
            present.unlink()
    for name in wanted:
        if not (target / name).is_file() or not filecmp.cmp(source / name, target / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def _prepare_home(home: Path, users_home: Path, environ: Mapping[str, str]) -> None:
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    name = f"get_pip_{_wanted_pip_version().replace('.', '_')}.py"
    (cache / name).write_text(_GET_PIP.format(python=str(VENV_PYTHON)))
    # pip finds the user's mirror, and what it downloaded before, as it would in the user's home.
    for folder in (Path(".config", "pip"), Path(".cache", "pip")):
        if (users_home / folder).is_dir() and not (home / folder).is_symlink():
            (home / folder).parent.mkdir(parents=True, exist_ok=True)
            (home / folder).symlink_to(users_home / folder, target_is_directory=True)
    # ansible-test hands no variable of pip's on, so they become a file.
    settings = home / ".pip" / "pip.conf"
    settings.parent.mkdir(exist_ok=True)
    settings.touch(mode=0o600)
    settings.write_text(pip_settings(environ))


def pip_settings(environ: Mapping[str, str]) -> str:
    """Write the PIP_... variables as pip's configuration file, in which pip tells of nothing but errors."""
    variables = {key[4:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("PIP_")}
    options = variables | {"quiet": "2"}
    lines = [f"{name} = {value}" for name, value in sorted(options.items()) if name != "config-file"]
    return "\n".join(["[global]", *lines, ""])


def _wanted_pip_version() -> str:
    for source in VENV.glob("lib/python*/site-packages/ansible_test/_internal/python_requirements.py"):
        found = re.search(r"pip='([\d.]+)'", source.read_text(encoding="utf-8"))
        if found:
            return found[1]
    raise SetupError(f"{VENV} does not tell which pip ansible-test wants. Delete .cache/venv and run make again.")
