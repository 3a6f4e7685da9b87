# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from tests.setup.ansible_test import mirror, pip_settings


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [Path(name) for name in files]


def test_the_copy_holds_exactly_the_files_of_the_checkout(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    write(target, {"gone.py": "", "changed.py": "old", ".git/config": "its own", "tests/output/units.xml": ""})
    files = write(source, {"changed.py": "changed", "deep/er/new.py": "new"})
    write(source, {"ignored.pyc": ""})

    mirror(files, source, target)

    found = {str(path.relative_to(target)): path.read_text() for path in target.rglob("*") if path.is_file()}
    assert found == {"changed.py": "changed", "deep/er/new.py": "new", ".git/config": "its own"}


def test_a_file_that_did_not_change_is_left_alone(tmp_path: Path) -> None:
    files = write(tmp_path / "source", {"same.py": "same"})
    mirror(files, tmp_path / "source", tmp_path / "target")
    copied = (tmp_path / "target" / "same.py").stat()

    mirror(files, tmp_path / "source", tmp_path / "target")

    assert (tmp_path / "target" / "same.py").stat().st_ctime_ns == copied.st_ctime_ns


def test_variables_of_pip_become_its_configuration() -> None:
    environ = {
        "PIP_INDEX_URL": "https://mirror.example/simple",
        "PIP_CONFIG_FILE": "/etc/x",
        "PIPX": "no",
        "HOME": "/h",
    }

    assert pip_settings(environ) == "[global]\nindex-url = https://mirror.example/simple\nquiet = 2\n"
