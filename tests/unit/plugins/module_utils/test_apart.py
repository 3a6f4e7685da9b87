# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._apart import ApartError, apart


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> t.Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    """Longer than a test may wait, but not for ever: a test that fails must end as well."""
    threading.Event().wait(20)


def refuse() -> None:
    raise ValueError("no")


def test_the_answer_comes_from_another_process() -> None:
    with apart(20, os.getpid) as answer:
        assert answer() != os.getpid()


def test_arguments_are_passed_on() -> None:
    with apart(20, divmod, 7, 3) as answer:
        assert answer() == (2, 1)


def test_an_exception_is_raised_where_the_answer_is_wanted() -> None:
    with apart(20, refuse) as answer, pytest.raises(ValueError, match="no"):
        answer()


def test_a_crash_ends_the_other_process_only() -> None:
    with apart(20, crash) as answer, pytest.raises(ApartError, match="crashed"):
        answer()


def test_an_endless_loop_is_ended() -> None:
    with apart(0.1, hang) as answer, pytest.raises(ApartError, match=r"longer than 0\.1 s"):
        answer()


def test_who_does_not_want_the_answer_any_more_need_not_wait() -> None:
    started = time.monotonic()
    with pytest.raises(KeyError), apart(20, hang):
        raise KeyError
    assert time.monotonic() - started < 10
