# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each


def test_all_work_at_once() -> None:
    together = threading.Barrier(3, timeout=10)

    def work(name: str) -> str:
        together.wait()
        return name.lower()

    assert on_each(["SQL1", "SQL2", "SQL3", "SQL1"], work) == {"SQL1": "sql1", "SQL2": "sql2", "SQL3": "sql3"}


def test_nobody_is_nothing() -> None:
    assert on_each([], str.lower) == {}


def test_the_first_error_is_raised_when_all_have_ended() -> None:
    ended = []

    def work(name: str) -> None:
        ended.append(name)
        if name != "SQL1":
            raise ValueError(name)

    with pytest.raises(ValueError, match="SQL2"):
        on_each(["SQL1", "SQL2", "SQL3"], work)
    assert sorted(ended) == ["SQL1", "SQL2", "SQL3"]
