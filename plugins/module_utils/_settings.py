# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that nothing reads, because their names are misspelt."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

PREFIX = "biztalk_"
# Less alike, it is rather the operator's own variable than a slip of the pen.
_ALIKE = 0.75


def check_settings(names: t.Iterable[str], known: t.Collection[str]) -> t.Iterator[Finding]:
    """`names` are the variables that are set, `known` those that the roles and playbooks read."""
    stems = [name.removeprefix(PREFIX) for name in known]
    for name in sorted(set(names) - set(known)):
        nearest = difflib.get_close_matches(name.removeprefix(PREFIX), stems, n=1, cutoff=_ALIKE)
        if name.startswith(PREFIX) and nearest:
            yield Finding("warn", name, f"is a variable that nothing reads: is {PREFIX}{nearest[0]} meant?")
