# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the archives that lie within a file, wherever: in a program's resources, its sections, or behind it.

7-Zip finds an archive behind a program, but none within it, where IExpress puts its cabinet. Sources: [MS-CAB]
(CFHEADER), 7-Zip's 7zFormat.txt (SignatureHeader), APPNOTE.TXT of zip (4.3.7, 4.3.16), [MS-CFB] 2.2.
"""

from __future__ import annotations

import functools
import struct
import typing as t
import zlib
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_CHUNK = 1024 * 1024
_HEADER = 80
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22
# With more than 65535 files two further records come before the last one (4.3.14, 4.3.15).
_ZIP64_RECORDS = 56 + 20
_LARGEST_NAME = 4096
_ZIP_METHODS = frozenset({0, 8, 9, 12, 14, 93, 95, 98, 99})


@dataclass(frozen=True)
class Span:
    """A part of a file, from `start` up to but not including `end`; `kind` is 7-Zip's name of an archive's format."""

    start: int
    end: int
    kind: str = ""

    @property
    def size(self) -> int:
        return self.end - self.start


class Image:
    """A file that is searched in pieces: a large one takes no more memory than a small one."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)

    @functools.cached_property
    def zip_ends(self) -> dict[int, int]:
        """Where each zip file begins after the records at its end, and where it ends.

        Found once for the whole file: there may be 100,000 beginnings, each of which would be searched for its end.
        """
        ends: dict[int, int] = {}
        for found in self.find(_ZIP_END, 0):
            record = self.read(found, _ZIP_END_SIZE)
            if len(record) == _ZIP_END_SIZE:
                size, offset, comment = struct.unpack("<12xIIH", record)
                for records in (0, _ZIP64_RECORDS):
                    ends.setdefault(found - records - size - offset, found + _ZIP_END_SIZE + comment)
        return ends

    def read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)

    def pieces(self, span: Span) -> Iterator[bytes]:
        for start in range(span.start, span.end, _CHUNK):
            yield self.read(start, min(_CHUNK, span.end - start))

    def find(self, word: bytes, start: int, table: bytes | None = None) -> Iterator[int]:
        """Where `word` begins after `start`, in order, in what `bytes.translate` makes of the file by `table`.

        The pieces overlap, so that none is cut in two.
        """
        for at in range(start, self.size, _CHUNK):
            piece = self.read(at, min(_CHUNK + len(word) - 1, self.size - at)).translate(table)
            yield from (at + place for place in _places(piece, word) if place < _CHUNK)

    def signatures(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Where archives may begin, in order, and with which signature; one pass for all of them, as it is by far the
        most of the work.
        """
        for place in self.find(_ALIKE, start, _MADE_ALIKE):
            head = self.read(place, _LONGEST_SIGNATURE)
            yield from ((place, signature) for signature in _KINDS if head.startswith(signature))


def embedded_archives(image: Image) -> Iterator[Span]:
    """Each archive once, in order; one that is cut off reaches to the end of the file."""
    place = 0
    while found := _next_archive(image, place):
        yield found
        place = found.end


def _next_archive(image: Image, start: int) -> Span | None:
    candidates = (_KINDS[signature](image, place) for place, signature in image.signatures(start))
    return next(filter(None, candidates), None)


def unexplained(image: Image, explained: Iterable[Span]) -> Iterator[Span]:
    """What of the file lies in none of these spans, but for padding and signatures."""
    place = 0
    for span in (*sorted(explained, key=lambda span: span.start), Span(image.size, image.size)):
        rest = Span(place, span.start)
        if rest.size > 0 and not _is_padding(image, rest) and not _is_signature(image, rest):
            yield rest
        place = max(place, span.end)


def _is_padding(image: Image, span: Span) -> bool:
    return not any(piece.strip(b"\0") for piece in image.pieces(span))


def _is_signature(image: Image, span: Span) -> bool:
    """A signed cabinet has its signature behind it: one DER sequence, padded to a multiple of eight."""
    head = image.read(span.start, 6)
    if len(head) < 6 or head[0] != 0x30 or head[1] not in (0x82, 0x83, 0x84):
        return False
    count = head[1] & 0x7F
    size = 2 + count + int.from_bytes(head[2 : 2 + count], "big")
    return 0 <= span.size - size < 8


def _places(piece: bytes, word: bytes) -> Iterator[int]:
    place = piece.find(word)
    while place >= 0:
        yield place
        place = piece.find(word, place + 1)


def _cabinet(image: Image, start: int) -> Span | None:
    header = image.read(start, 28)
    if len(header) < 28:
        return None
    size, files, minor, major = struct.unpack("<8xI4xI4xBBxx", header)
    return _span(image, start, size, "cab") if (major, minor) == (1, 3) and files < size else None


def _seven_zip(image: Image, start: int) -> Span | None:
    header = image.read(start, 32)
    if len(header) < 32 or struct.unpack_from("<I", header, 8)[0] != zlib.crc32(header[12:]):
        return None
    offset, size = struct.unpack_from("<QQ", header, 12)
    return _span(image, start, 32 + offset + size, "7z")


def _zip(image: Image, start: int) -> Span | None:
    header = image.read(start, 30)
    if len(header) < 30:
        return None
    needed, method, name_size = struct.unpack("<4xBx2xH16xH2x", header)
    if needed > 63 or method not in _ZIP_METHODS or not 0 < name_size <= _LARGEST_NAME:
        return None
    # Its offsets count from its own beginning, or from that of the program before it.
    for origin in (start, 0):
        end = image.zip_ends.get(origin, 0)
        if end > start:
            return _span(image, origin, end - origin, "zip")
    return None


def _rar(image: Image, start: int) -> Span | None:
    # Its size is the sum of its blocks: what lies behind it is taken for a part of it.
    kind = {b"\x00\xcf": "rar", b"\x01\x00": "rar5"}.get(image.read(start + 6, 2))
    return Span(start, image.size, kind) if kind else None


def _compound(image: Image, start: int) -> Span | None:
    header = image.read(start, _HEADER)
    if len(header) < _HEADER:
        return None
    order, sector, mini, tables = struct.unpack_from("<2sHH10xI", header, 28)
    if order != b"\xfe\xff" or sector not in (9, 12) or mini != 6:
        return None
    # It does not state its size: this is the most that its allocation tables can describe.
    return _span(image, start, (tables << sector - 2) + 1 << sector, "Compound")


def _span(image: Image, start: int, size: int, kind: str) -> Span:
    return Span(start, min(image.size, start + size), kind)


_KINDS: dict[bytes, Callable[[Image, int], Span | None]] = {
    b"MSCF": _cabinet,
    b"7z\xbc\xaf\x27\x1c": _seven_zip,
    b"PK\x03\x04": _zip,
    b"Rar!\x1a\x07": _rar,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _compound,
}
_LONGEST_SIGNATURE = max(map(len, _KINDS))
# No letter stands at two places in the first four of the signatures: with each replaced by its place they are one word.
_ALIKE = bytes((1, 2, 3, 4))
_MADE_ALIKE = bytes(
    next((at for at in _ALIKE if letter in {signature[at - 1] for signature in _KINDS}), 0) for letter in range(256)
)
