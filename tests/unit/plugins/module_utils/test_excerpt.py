# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._excerpt import Excerpt

RECAP = (
    "bts1                       : ok=3    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0"
)
OUTPUT = f"""
PLAY [Stop the group and back it up] *******************************************

TASK [biztalk.patching.stop : Stop the services] *******************************
changed: [bts1]
ok: [bts2 -> localhost]
skipping: [bts3]

TASK [biztalk.patching.backup : Back up the databases] *************************
  00:20 BizTalkMgmtDb 40 %
  00:40 BizTalkMgmtDb 90 %
changed: [bts1 -> localhost] => (item=x)

TASK [Say what was done] *******************************************************
ok: [bts1] => {{
    "msg": [
        "BTS1: installed",
        "changed: nothing else"
    ]
}}

TASK [biztalk.patching.install : Install] **************************************
[ERROR]: Task failed: 1603
fatal: [bts1]: FAILED! => {{"changed": false, "msg": "1603"}}

PLAY RECAP *********************************************************************
{RECAP}
"""
SHOWN = """PLAY [Stop the group and back it up]
TASK [biztalk.patching.backup : Back up the databases]
  00:20 BizTalkMgmtDb 40 %
  00:40 BizTalkMgmtDb 90 %
TASK [Say what was done]
ok: [bts1] => {
    "msg": [
        "BTS1: installed",
        "changed: nothing else"
    ]
}
TASK [biztalk.patching.install : Install]
[ERROR]: Task failed: 1603
fatal: [bts1]: FAILED! => {"changed": false, "msg": "1603"}
"""


def test_what_an_operator_needs_is_shown_with_the_heading_of_its_task() -> None:
    excerpt = Excerpt()
    shown = [line for given in OUTPUT.splitlines() for line in excerpt.of(given)]
    assert shown == SHOWN.splitlines()
    assert excerpt.at == "biztalk.patching.install : Install"


@pytest.mark.parametrize(
    "line", ["[WARNING]: something", "Traceback (most recent call last):", "usage: ansible-playbook"]
)
def test_what_comes_before_any_task_is_shown(line: str) -> None:
    assert Excerpt().of(line) == [line]
