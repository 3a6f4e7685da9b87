# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret may appear in what a run prints or leaves behind, however much it says."""

from __future__ import annotations

import typing as t

from tests.integration.runs import CLOSE_APPLICATIONS, report_of, run, told_by

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab


def test_no_secret_is_shown_at_the_highest_verbosity(single_lab: Lab) -> None:
    secrets = [account.password for account in single_lab.topology.accounts]
    secrets += [login.password for server in single_lab.topology.sql_servers for login in server.logins]

    result = run(told_by("patch", single_lab), single_lab, *CLOSE_APPLICATIONS, "-vvv")

    assert result.returncode == 0, result.stdout
    assert "BizTalk patch: succeeded: KB5009901" in result.stdout
    assert report_of(single_lab)["outcome"]["state"] == "succeeded"
    # The run record with its setup log among them; the computers have the same text.
    kept = [path for path in single_lab.folder.glob("records/**/*") if path.is_file()]
    assert len(kept) >= 2
    texts = [result.stdout, *(path.read_text(encoding="utf-8") for path in (single_lab.events.path, *kept))]
    assert [secret for secret in secrets for text in texts if secret in text] == []
