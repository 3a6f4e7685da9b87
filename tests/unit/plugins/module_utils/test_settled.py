# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._settled import died_services

HOST = "BTSSvc$ReceiveHost"


def row(state: str = "started", process: int = 40, **more: t.Any) -> dict[str, t.Any]:
    return {"name": HOST, "state": state, "process_id": process, **more}


def test_a_service_that_stays_up_is_not_told() -> None:
    assert died_services([HOST], [row()], [row(), row("stopped") | {"name": "Spooler"}]) == []


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (row(), row("stopped", 0, win32_exit_code=1067), f"{HOST} is stopped, exit code 1067"),
        (row("stopped", 0), row("start_pending", 44), f"{HOST} is start_pending, exit code unknown"),
        (
            row(),
            row(process=44),
            f"{HOST} died as process 40; its recovery action, or somebody, has started it again as process 44",
        ),
    ],
)
def test_a_service_that_is_down_or_was_started_again_is_told(
    before: dict[str, t.Any], after: dict[str, t.Any], text: str
) -> None:
    assert died_services([HOST], [before], [after]) == [text]


def test_a_service_that_came_up_late_is_up() -> None:
    assert died_services([HOST], [row("stopped", 0)], [row(process=44)]) == []


def test_a_service_that_is_gone_is_told() -> None:
    assert died_services([HOST], [row()], []) == [f"{HOST} is not there any more"]
