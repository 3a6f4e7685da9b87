# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has seen of the rules for taking an update back."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._evidence import (
    Evidence,
    has_sql,
    held,
    not_applicable,
    not_seen,
    still_open,
)
from ansible_collections.biztalk.patching.plugins.module_utils._words import counted, listed

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Story

_NONE = not_applicable("Nothing was taken back in this run.")


def evidence(story: Story, *, is_up: bool) -> dict[str, Evidence]:
    computers = (story.record or {}).get("computers", ())
    gone = [one["name"] for one in computers if one["uninstalled"]]
    if story.operation != "rollback" and not story.of_phase("uninstall"):
        return dict.fromkeys(("R18", "R19", "R21", "R22"), _NONE)
    uninstalled = f"Uninstalled on {listed(gone)}." if gone else ""
    if not has_sql(story):
        done = held(uninstalled) if gone else not_seen()
        return {"R18": done} | dict.fromkeys(("R19", "R21", "R22"), not_applicable("The update contains no SQL."))
    return {"R18": not_applicable("The update contains SQL, or may contain it.")} | _restored(story, uninstalled, is_up)


def _restored(story: Story, uninstalled: str, is_up: bool) -> dict[str, Evidence]:
    restored = story.latest("restore")
    if not restored:
        left = still_open(f"{uninstalled} The databases are not restored yet.".strip()) if uninstalled else not_seen()
        return dict.fromkeys(("R19", "R21", "R22"), left)
    number = (restored.get("backup_set") or {}).get("id")
    rows = restored["databases"]
    bad = [row["name"] for row in rows if not str(row.get("after")).startswith("ONLINE")]
    names = listed(row["name"] for row in rows)
    what = f"{uninstalled} Restored {counted(len(rows), 'database')} of set {number or 'without an id'}: {names}."
    if bad:
        broken = Evidence("not_held", f"{what} Not online: {listed(bad)}.")
        return {"R19": broken, "R21": broken, "R22": not_seen("The restore did not come to its end.")}
    return {
        "R19": held(what),
        "R21": held(f"{what} What ran before runs again.") if is_up else still_open(f"{what} Nothing is started yet."),
        "R22": held(
            "full_restore issued RESTORE and ALTER DATABASE statements only; no task of the run executes a script."
        ),
    }
