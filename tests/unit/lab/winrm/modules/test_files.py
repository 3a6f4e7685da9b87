# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_file, win_stat, win_copy, win_tempfile and slurp."""

from __future__ import annotations

import base64
import hashlib
import io
import typing as t
import zipfile
from dataclasses import replace

import pytest

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.unit.lab.winrm.conftest import Runner

CONTENT = b"text\0"
SHA1 = hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest()


@pytest.fixture(autouse=True)
def stage(computer: Computer) -> None:
    computer.files.make_dir(r"C:\Stage")
    computer.files.write(r"C:\Stage\a.txt", CONTENT, "test")


@pytest.mark.parametrize(
    ("path", "state", "changed"),
    [
        (r"C:\New\Deep", "directory", True),
        (r"C:\Stage", "directory", False),
        (r"C:\Stage\A.TXT", "file", False),
        (r"C:\Stage\a.txt", "absent", True),
        (r"C:\Stage", "absent", True),
        (r"C:\None", "absent", False),
        (r"C:\Stage\new", "touch", True),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_win_file(run: Runner, computer: Computer, path: str, state: str, changed: bool, check: bool) -> None:
    existed = computer.files.exists(path)
    result = run("win_file", check=check, path=path, state=state)
    assert result["changed"] is changed
    assert "failed" not in result
    assert computer.files.exists(path) is (existed if check else state != "absent")


@pytest.mark.parametrize(
    ("path", "state", "message"),
    [
        (r"C:\Stage\a.txt", "directory", "is not a directory"),
        (r"C:\Stage", "file", "is not a file"),
        (r"C:\None", "file", "will not be created"),
        (r"C:\None", None, "will not be created"),
    ],
)
def test_win_file_refuses(run: Runner, path: str, state: str | None, message: str) -> None:
    result = run("win_file", path=path, state=state)
    assert result["failed"]
    assert message in result["msg"]


def test_win_stat_of_a_file(run: Runner) -> None:
    stat = run("win_stat", path=r"c:\stage\A.txt")["stat"]
    assert (stat["exists"], stat["isreg"], stat["isdir"], stat["size"]) == (True, True, False, 5)
    assert (stat["path"], stat["filename"], stat["extension"]) == (r"C:\Stage\a.txt", "a.txt", ".txt")
    assert stat["checksum"] == SHA1


def test_win_stat_of_a_folder_and_of_nothing(run: Runner) -> None:
    stat = run("win_stat", path=r"C:\Stage")["stat"]
    assert (stat["isdir"], stat["size"], "checksum" in stat) == (True, 5, False)
    assert run("win_stat", path=r"C:\None")["stat"] == {"exists": False}


def test_win_stat_with_another_algorithm(run: Runner) -> None:
    stat = run("win_stat", path=r"C:\Stage\a.txt", checksum_algorithm="sha256", get_size=False)["stat"]
    assert stat["checksum"] == hashlib.sha256(CONTENT).hexdigest()
    assert "size" not in stat


def query(run: Runner, dest: str, checksum: str = SHA1, **options: t.Any) -> dict[str, t.Any]:
    file = {"src": "/home/me/a.txt", "dest": "a.txt", "checksum": checksum}
    return run("win_copy", _copy_mode="query", dest=dest, files=[file], directories=[], symlinks=[], **options)


def test_win_copy_asks_which_files_differ(run: Runner) -> None:
    assert query(run, r"C:\Stage")["files"] == []
    assert len(query(run, r"C:\Stage", "0")["files"]) == 1
    assert query(run, r"C:\Stage", "0", force=False)["files"] == []
    assert len(query(run, r"C:\None")["files"]) == 1


def test_win_copy_asks_which_folders_are_missing(run: Runner) -> None:
    folders = [{"src": "/x/New", "dest": "New"}, {"src": "/x/Stage", "dest": "Stage"}]
    result = run("win_copy", _copy_mode="query", dest="C:\\", files=[], directories=folders)
    assert [folder["dest"] for folder in result["directories"]] == ["New"]
    result = run(
        "win_copy", _copy_mode="query", dest=r"C:\Stage", files=[], directories=[{"src": "/x", "dest": "a.txt"}]
    )
    assert "already a file" in result["msg"]


def test_win_copy_puts_one_file_in_its_place(run: Runner, computer: Computer) -> None:
    options: dict[str, t.Any] = {"_copy_mode": "single", "src": r"C:\Stage\a.txt", "_original_basename": "b.txt"}
    assert run("win_copy", dest="C:\\Stage\\sub\\", **options)["changed"]
    assert computer.files.read(r"C:\Stage\sub\b.txt") == CONTENT
    assert run("win_copy", dest=r"C:\Stage\c.txt", backup=True, **options)["backup_file"] is None
    copy = run("win_copy", dest=r"C:\Stage\c.txt", backup=True, **options)["backup_file"]
    assert computer.files.read(copy) == CONTENT


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"src": r"C:\Stage\a.txt", "dest": r"C:\None\b.txt"}, "Destination directory 'C:\\None' does not exist"),
        ({"src": r"C:\Stage\a.txt", "dest": r"C:\Stage\a.txt\b"}, "is currently a file"),
        ({"src": r"C:\Stage\no.txt", "dest": r"C:\Stage\b"}, "Cannot copy src file"),
        ({"src": r"C:\Stage\a.txt", "dest": r"C:\Stage\b", "_copy_mode": "other"}, "_copy_mode needs to be one of"),
        ({"src": r"C:\Stage\no.txt", "dest": r"C:\Stage\b", "_copy_mode": "remote"}, "as it does not exist"),
    ],
)
def test_win_copy_refuses(run: Runner, options: dict[str, t.Any], message: str) -> None:
    result = run("win_copy", **options)
    assert result["failed"]
    assert message in result["msg"]


def test_win_copy_unpacks_many_files(run: Runner, computer: Computer) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(base64.b64encode("sub/ä.txt".encode()).decode(), b"one")
        archive.writestr(base64.b64encode(b"empty").decode() + "/", b"")
    computer.files.write(r"C:\Stage\source.zip", data.getvalue(), "test")
    assert run("win_copy", _copy_mode="explode", src=r"C:\Stage\source.zip", dest=r"C:\Out")["changed"]
    assert computer.files.read(r"C:\Out\sub\ä.txt") == b"one"
    assert computer.files.is_dir(r"C:\Out\empty")


@pytest.mark.parametrize("check", [False, True])
def test_win_copy_on_the_computer(run: Runner, computer: Computer, check: bool) -> None:
    options: dict[str, t.Any] = {"_copy_mode": "remote", "remote_src": True, "src": r"C:\Stage\a.txt"}
    result = run("win_copy", check=check, dest=r"C:\Stage\b.txt", **options)
    assert (result["changed"], result["checksum"], result["operation"]) == (True, SHA1, "file_copy")
    assert computer.files.exists(r"C:\Stage\b.txt") is not check
    assert run("win_copy", dest=r"C:\Stage\b.txt", **options)["changed"] is check
    assert not run("win_copy", dest=r"C:\Stage\b.txt", **options)["changed"]


def test_slurp(run: Runner) -> None:
    result = run("slurp", src=r"C:\Stage\a.txt")
    assert (base64.b64decode(result["content"]), result["encoding"]) == (CONTENT, "base64")
    assert run("slurp", src=r"C:\Stage")["msg"] == r"Path C:\Stage is a directory"
    assert run("slurp", src=r"C:\None")["msg"] == r"Path C:\None is not found"


def test_win_tempfile(run: Runner, computer: Computer) -> None:
    path = run("win_tempfile", suffix=".log")["path"]
    assert path.startswith("C:\\Windows\\Temp\\ansible.")
    assert path.endswith(".log")
    assert computer.files.read(path) == b""
    assert computer.files.is_dir(run("win_tempfile", state="directory", path=r"C:\Stage")["path"])
    assert not computer.files.exists(run("win_tempfile", check=True)["path"])


UPDATES = r"\\FILES\Updates\Update 1.exe"


def copy_from_share(run: Runner, source: str = UPDATES, *, interactive: bool = True, **options: t.Any) -> t.Any:
    run.session = replace(run.session, interactive=interactive)
    run.session.computer.world.network.share(UPDATES, CONTENT)
    return run("win_copy", _copy_mode="remote", remote_src=True, src=source, dest="C:\\Stage\\new\\", **options)


def test_win_copy_from_a_share(run: Runner, computer: Computer) -> None:
    assert copy_from_share(run, r"\\files\updates\update 1.EXE")["changed"]
    assert computer.files.read(r"C:\Stage\new\update 1.EXE") == CONTENT
    assert not copy_from_share(run)["changed"]


@pytest.mark.parametrize(
    ("source", "interactive"),
    [(r"\\FILES\Updates\Update 2.exe", True), (r"\\OTHER\Updates\Update 1.exe", True), (UPDATES, False)],
    ids=["no such file", "no such server", "without credentials"],
)
def test_win_copy_sees_nothing_on_a_share(run: Runner, source: str, interactive: bool) -> None:
    result = copy_from_share(run, source, interactive=interactive)
    assert result["msg"] == f"Cannot copy src file: '{source}' as it does not exist"


def test_an_account_of_the_computer_alone_sees_nothing_on_a_share(run: Runner) -> None:
    run.session = replace(run.session, account=replace(run.session.account, name="patchadmin"))
    assert "does not exist" in copy_from_share(run)["msg"]
