# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup files: real ones, below a folder that stands for the SQL Server's drives, to be lost or broken."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import typing as t
from dataclasses import asdict, dataclass

from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.sqlserver.contents import Data

MAGIC = b"LABTAPE1"
CONTENT_SIZE = 65536
FULL, LOG = 1, 2


@dataclass(frozen=True)
class Header:
    """What RESTORE HEADERONLY tells, as far as it means something here. Times are text.

    `size` is what the database has in bytes when it is restored, `folder` where its files lay, `version` the major one
    of the SQL Server.
    """

    database: str
    server: str
    user: str
    kind: int
    name: str | None
    started: str
    finished: str
    first_lsn: int
    set_guid: str
    size: int
    folder: str
    version: int
    compressed: bool = False
    checksums: bool = False
    copy_only: bool = False
    damaged: bool = False


class Media:
    """Maps `D:\\Backup\\x.bak` to files. Raises `SqlServerError` as BACKUP and RESTORE do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def local(self, path: str) -> Path:
        """Where a file of the SQL Server lies on this machine."""
        drive = re.match(r"([A-Za-z]):\\(.+)|\\\\(.+)", path)
        if not drive or re.search(r'[<>"|?*]', path):
            raise cannot_open(path, 123, "The filename, directory name, or volume label syntax is incorrect.")
        parts = (drive[2] or drive[3]).split("\\")
        # A share is the same one for every instance.
        start = self._folder / drive[1].upper() if drive[1] else self._folder.parent / "unc"
        return start.joinpath(*(part for part in parts if part))

    def make_folder(self, path: str) -> None:
        self.local(path).mkdir(parents=True, exist_ok=True)

    def exists(self, path: str) -> bool:
        return self.local(path).exists()

    def check_writable(self, path: str) -> None:
        if not self.local(path).parent.is_dir():
            raise cannot_open(path, 3, "The system cannot find the path specified.")

    def write(self, path: str, header: Header, data: Data | None = None) -> None:
        """`data` is what the database holds."""
        self.check_writable(path)
        file = self.local(path)
        document = json.dumps({"header": asdict(header), "data": data}, default=bytes.hex).encode()
        content = hashlib.sha256(document).digest() * (CONTENT_SIZE // 32)
        with self._lock:
            file.write_bytes(
                MAGIC + len(document).to_bytes(4, "little") + document + content + _digest(document, content)
            )

    def read(self, path: str) -> Header:
        """The header. Raises for a file that is missing or no backup."""
        return self._parts(path)[0]

    def verify(self, path: str) -> Header:
        """Read all of the file. Raises for a broken one too."""
        header, document, content, digest = self._parts(path)
        if _digest(document, content) != digest:
            raise SqlServerError(3189, f"Damage to the backup set was detected. The media family is on '{path}'.")
        return header

    def verified(self, path: str) -> t.Any:
        """What the database held. Raises for a broken file."""
        self.verify(path)
        return json.loads(self._parts(path)[1])["data"]

    def remove(self, path: str) -> None:
        self.local(path).unlink()

    def damage(self, path: str) -> None:
        """Turn over a bit in the middle of the data, which only reading all of the file shows."""
        file = self.local(path)
        data = bytearray(file.read_bytes())
        data[-CONTENT_SIZE // 2] ^= 1
        file.write_bytes(data)

    def _parts(self, path: str) -> tuple[Header, bytes, bytes, bytes]:
        try:
            data = self.local(path).read_bytes()
        except OSError as error:
            raise cannot_open(path, 2, "The system cannot find the file specified.") from error
        if not data.startswith(MAGIC):
            text = (
                f"The media family on device '{path}' is incorrectly formed."
                " SQL Server cannot process this media family."
            )
            raise SqlServerError(3241, text)
        length = int.from_bytes(data[8:12], "little")
        document, content, digest = data[12 : 12 + length], data[12 + length : -32], data[-32:]
        return Header(**json.loads(document)["header"]), document, content, digest


def _digest(document: bytes, content: bytes) -> bytes:
    return hashlib.sha256(document + content).digest()


def cannot_open(path: str, code: int, reason: str) -> SqlServerError:
    return SqlServerError(3201, f"Cannot open backup device '{path}'. Operating system error {code}({reason}).")
