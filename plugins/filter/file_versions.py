# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that compare the files of an update with those on a computer."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._file_versions import file_query, older_files


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"file_query": file_query, "older_files": older_files}
