# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.unit.lab.winrm.conftest import Runner

CONTENT = b"an update"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
URL = "https://updates.lab.example/biztalk/Update%201.exe"
FILE = r"C:\Stage\update.exe"


@pytest.fixture(autouse=True)
def published(computer: Computer) -> None:
    computer.files.make_dir(r"C:\Stage")
    computer.world.network.publish("https://updates.lab.example/biztalk/Update 1.exe", CONTENT)


def download(run: Runner, **options: t.Any) -> dict[str, t.Any]:
    checked: dict[str, t.Any] = {"checksum": SHA256, "checksum_algorithm": "sha256", "force": False}
    return run("win_get_url", **{"url": URL, "dest": FILE, **checked, **options})


def test_a_file_is_downloaded_once(run: Runner, computer: Computer) -> None:
    first = download(run)
    assert (first["changed"], first["checksum_src"], first["checksum_dest"]) == (True, SHA256, SHA256)
    assert computer.files.read(FILE) == CONTENT
    second = download(run, url="https://nobody.lab.example/")
    assert (second["changed"], "checksum_src" in second, second["size"]) == (False, False, len(CONTENT))


def test_a_file_that_is_another_one_is_replaced(run: Runner, computer: Computer) -> None:
    computer.files.write(FILE, b"half of it", "test")
    assert download(run)["changed"]
    assert computer.files.read(FILE) == CONTENT


def test_force_asks_the_server_all_the_same(run: Runner) -> None:
    download(run)
    again = download(run, force=True)
    assert (again["changed"], again["checksum_src"]) == (False, SHA256)


def test_into_a_folder_under_the_name_of_the_url(run: Runner, computer: Computer) -> None:
    assert download(run, dest=r"C:\Stage")["dest"] == r"C:\Stage\Update 1.exe"
    assert computer.files.read(r"C:\Stage\Update 1.exe") == CONTENT


def test_check_mode_downloads_and_keeps_nothing(run: Runner, computer: Computer) -> None:
    assert download(run, check=True)["changed"]
    assert not computer.files.exists(FILE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"url": f"{URL}.bak"},
            f"Error downloading '{URL}.bak' to '{FILE}': The remote server returned an error: (404)",
        ),
        ({"url": "https://nobody.lab.example/a.exe"}, "The remote name could not be resolved: 'nobody.lab.example'"),
        ({"url": "nonsense"}, "is not a URL"),
        ({"checksum": "0" * 64}, f"did not match '{'0' * 64}', it was '{SHA256}'"),
        ({"dest": r"C:\None\a.exe"}, r"The path 'C:\None' does not exist"),
        ({"dest": "C:\\None\\"}, "does not exist"),
        ({"url_username": "me"}, "does not model the options ['url_username']"),
        ({"no_such_option": 1}, "Unsupported parameters"),
    ],
)
def test_a_download_that_fails_leaves_nothing(
    run: Runner, computer: Computer, options: dict[str, t.Any], message: str
) -> None:
    result = download(run, **options)
    assert result["failed"]
    assert message in result["msg"]
    assert not computer.files.exists(FILE)
