# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._progress import ProgressFile

if t.TYPE_CHECKING:
    from pathlib import Path


def test_only_what_is_new_is_told_one_line_each(tmp_path: Path) -> None:
    progress = ProgressFile(tmp_path / "progress")
    for text in ("one", "one", "two\nlines", "one"):
        progress.tell(text)
    assert (tmp_path / "progress").read_text(encoding="utf-8") == "one\ntwo lines\none\n"
