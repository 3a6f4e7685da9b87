# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on several SQL Server instances at once."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

Result = t.TypeVar("Result")


def on_each(names: t.Iterable[str], work: t.Callable[[str], Result]) -> dict[str, Result]:
    """Runs ``work`` for each name in a thread of its own. The first error, in the order of the names, is raised."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        return dict(zip(wanted, pool.map(work, wanted), strict=True))
