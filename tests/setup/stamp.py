# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers with which inputs a step was finished: a second run is free, an interrupted one is repeated."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Iterable


class Stamp:
    """A file that holds the digest of what a finished step was made from; absent while the step is under way."""

    def __init__(self, path: Path, inputs: Iterable[str | Path]) -> None:
        """Inputs are texts, and paths of files whose content counts."""
        self._path = path
        digest = hashlib.sha256()
        for item in inputs:
            content = item.read_bytes() if isinstance(item, Path) else item.encode()
            digest.update(b"%d:" % len(content) + content)
        self._digest = digest.hexdigest()

    def is_current(self) -> bool:
        """Tell whether the step was finished with these very inputs."""
        try:
            return self._path.read_text() == self._digest
        except FileNotFoundError:
            return False

    def remove(self) -> None:
        """Call before the step begins."""
        self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """Call after the step ended well. A half written digest is no digest, so this needs no rename."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._digest)
