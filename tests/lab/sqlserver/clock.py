# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's clock, and moments as the store keeps them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


def utc_now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def stamp(moment: datetime) -> str:
    """A datetime as the store keeps it: sortable text, to the millisecond."""
    return moment.strftime(TIME_FORMAT)[:-3]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days_ago(days: int) -> datetime:
    return utc_now() - timedelta(days=days)
