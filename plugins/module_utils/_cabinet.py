# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a cabinet one after the other, as they come out of 7-Zip: nothing is written that fits into the memory.

Other archives are unpacked: of none but a cabinet is it sure that its list tells every size, and that what is listed is
neither a link nor encrypted.
"""

from __future__ import annotations

import posixpath
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._member import InMemory, Member, OnDisk

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Entry, Listing, Stream
    from ansible_collections.biztalk.patching.plugins.module_utils._member import Blob

_KIND = "Cab"
_LARGEST_IN_MEMORY = 4 * 1024**2
_PIECE = 1024**2


class BrokenStreamError(Exception):
    """What came out of a cabinet is not what its list says: none of its files can be relied on."""


def is_streamed(listing: Listing) -> bool:
    """Whether it is a whole cabinet in which each file has a name of its own, which leads nowhere else."""
    names = [posixpath.normpath(entry.name) for entry in listing.entries]
    return (
        listing.kind == _KIND
        and not listing.problem
        and len(set(names)) == len(names)
        and not any(name.startswith(("/", "..")) for name in names)
    )


def streamed_members(entries: Sequence[Entry], stream: Stream, place: Path) -> Iterator[Member]:
    """What is too large for the memory lies at `place`.

    Raises BrokenStreamError after some of the members where these are not to be believed.
    """
    for entry in entries:
        yield Member(entry.name, entry.size, _take(stream, entry.size, place))
    if stream.read(1) or stream.wait() != 0:
        raise BrokenStreamError


def _take(stream: Stream, size: int, place: Path) -> Blob:
    if size <= _LARGEST_IN_MEMORY:
        content = stream.read(size)
        if len(content) < size:
            raise BrokenStreamError
        return InMemory(content, place)
    with place.open("wb") as file:
        while left := size - file.tell():
            piece = stream.read(min(left, _PIECE))
            if not piece:
                raise BrokenStreamError
            file.write(piece)
    return OnDisk(place)
