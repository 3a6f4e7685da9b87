# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of KB 2003907 as functions over the lab's event log."""

from __future__ import annotations

import typing as t

from tests.lab.invariants.backup import native_while_stopped, r5_all_databases_backed_up, r20_forced_full_backup
from tests.lab.invariants.history import History
from tests.lab.invariants.installing import (
    r1_x86_only_is_for_all,
    r2_each_its_own_architecture,
    r3_administrator,
    r9_setup_xml_tells,
    r10_every_computer,
    r16_one_at_a_time,
)
from tests.lab.invariants.outage import (
    r4_sysadmin,
    r6_stopped_for_sql,
    r11_everything_stopped,
    r12_iis_stopped,
    r13_agent_stopped,
    r14_sso_keeps_running,
    r15_databases_idle,
)
from tests.lab.invariants.restart import (
    r7_started_after_sql,
    r8_host_instances_restarted,
    r17_runs_what_ran_before,
    rolling_keeps_serving,
)
from tests.lab.invariants.restoring import r19_uninstall_and_restore, r21_all_databases_restored, r22_no_script
from tests.lab.invariants.uninstalling import r18_uninstalled_while_down
from tests.lab.invariants.verdict import Rule, Verdict, judge

if t.TYPE_CHECKING:
    from tests.lab.events import Event

RULES: dict[str, Rule] = {
    "R1": r1_x86_only_is_for_all,
    "R2": r2_each_its_own_architecture,
    "R3": r3_administrator,
    "R4": r4_sysadmin,
    "R5": r5_all_databases_backed_up,
    "R6": r6_stopped_for_sql,
    "R7": r7_started_after_sql,
    "R8": r8_host_instances_restarted,
    "R9": r9_setup_xml_tells,
    "R10": r10_every_computer,
    "R11": r11_everything_stopped,
    "R12": r12_iis_stopped,
    "R13": r13_agent_stopped,
    "R14": r14_sso_keeps_running,
    "R15": r15_databases_idle,
    "R16": r16_one_at_a_time,
    "R17": r17_runs_what_ran_before,
    "R18": r18_uninstalled_while_down,
    "R19": r19_uninstall_and_restore,
    "R20": r20_forced_full_backup,
    "R21": r21_all_databases_restored,
    "R22": r22_no_script,
}


# Of runs in which the group stays up; the KB has no rule for them.
ROLLING_RULES: dict[str, Rule] = {"rolling": rolling_keeps_serving}
# Of runs whose backup is not the job's (KB 952555), in the place of R20.
NATIVE_RULES: dict[str, Rule] = {"native": native_while_stopped}


def judge_all(events: t.Sequence[Event], *, rolling: bool = False, native: bool = False) -> list[Verdict]:
    """A verdict for each rule.

    `rolling` is for a run that updates one computer after the other while the group is up, `native` for one that backs
    the databases up without the job.
    """
    history = History(events, rolling, native)
    rules = RULES | (ROLLING_RULES if rolling else {}) | (NATIVE_RULES if native else {})
    return [judge(name, rule, history) for name, rule in rules.items()]


def broken(events: t.Sequence[Event], *, rolling: bool = False, native: bool = False) -> dict[str, tuple[str, ...]]:
    """The rules that were broken, with where."""
    verdicts = judge_all(events, rolling=rolling, native=native)
    return {verdict.rule: verdict.broken for verdict in verdicts if not verdict.held}
