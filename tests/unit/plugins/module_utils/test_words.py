# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._words import counted, duration, listed, moment, size


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3599.7, "1 h"),
        (7380, "2 h 3 min"),
        (90000, "25 h"),
    ],
)
def test_a_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("items", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list(items: list[str], words: str) -> None:
    assert listed(items) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, ""), (0, "0 B"), (1023, "1023 B"), (67108864, "64 MiB"), (1610612736, "1.5 GiB"), (2**42, "4.0 TiB")],
)
def test_a_size(count: float | None, words: str) -> None:
    assert size(count) == words


def test_a_number_of_things_and_a_moment() -> None:
    assert (counted(1, "service"), counted(2, "service")) == ("1 service", "2 services")
    assert moment(0) == "1970-01-01T00:00:00+00:00"
