# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import time

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import (
    Found,
    script_names,
    scripts_called,
    search_text,
)

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.sql", ["x.sql"]),
        ('osql -i "c:\\t\\x.SQL",y.sql', ["x.SQL", "y.sql"]),
        ("Microsoft.Adapters.Sql.dll", []),
        ("x.sqlproj", []),
        (".sql", []),
        ("x.sql.bak", ["x.sql"]),
    ],
)
def test_names_of_scripts(text: str, expected: list[str]) -> None:
    assert script_names(text) == expected


def test_a_namespace_is_not_called() -> None:
    assert scripts_called("using Microsoft.BizTalk.Adapter.Sql; run x.Sql a.b.sql") == ["x.Sql", "a.b.sql"]


def test_one_long_word_takes_no_time() -> None:
    started = time.monotonic()
    assert script_names("x" * MEGABYTE + ".sql" + "y" * MEGABYTE) == []
    assert len(script_names("x.sql" * 20_000 + " ")) == 1
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize("place", [0, MEGABYTE - 5, MEGABYTE // 2 - 6, 3 * MEGABYTE])
def test_the_whole_file_is_searched(encoding: str, place: int) -> None:
    file = io.BytesIO((" " * place + "DROP\nVIEW x").encode(encoding))
    assert search_text(file) == Found("DROP VIEW", is_statement=True)


def test_a_statement_counts_more_than_a_call() -> None:
    both = io.BytesIO(b"sqlcmd -i x.sql\nDROP TABLE y")
    assert search_text(both) == Found("DROP TABLE", is_statement=True)
    assert search_text(io.BytesIO(b"sqlcmd -i x.sql\n")) == Found("x.sql", is_statement=False)
