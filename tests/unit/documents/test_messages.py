# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure of roles, playbooks and plans is told well, and found in the page for those who look it up."""

from __future__ import annotations

import re

import pytest

from tests.documents.markdown import Page
from tests.documents.messages import GAP, Message, Refusal, failing_findings, raised, refusals
from tests.setup.paths import ROOT

PAGE = Page.read(ROOT / "docs" / "troubleshooting.md")
# The first header of a table of messages; other tables tell what Ansible says.
HEADER = "message"
# What tells somebody what to do, at the beginning of a clause, or hands on a text that does.
ADVICE = re.compile(
    r"(?:^|[.:;,] |\b(?:and|or|so) )(?:add|bring|check|choose|close|configure|correct|enable|end|find out|finish|free"
    r"|get|give|have|leave|let|look|make|mend|name|put|remove|run|see|set|start|stop|take|wait|restart|restore)\b"
    r"|stays_down|\.msg\b|failures\b|refusals\b",
    re.IGNORECASE,
)


def quotations() -> list[str]:
    """What the page quotes in the first cells of its tables of messages."""
    found, wanted = [], False
    for row in PAGE.rows:
        code = re.findall(r"`([^`]+)`", row[0])
        if not code:
            wanted = row[0] == HEADER
        elif wanted:
            found += code
    return found


QUOTATIONS = quotations()


def printable(refusal: Refusal) -> Message:
    """The message as it is written or, where expressions hold all of it, the words in these."""
    text = refusal.message.text
    return refusal.message if text.replace(GAP, "").strip() else Message(refusal.literals, refusal.where)


# Those without words of their own hand on what a module, or a check, has said.
FINDINGS = [message for message in failing_findings() if message.text != GAP]
WORDED = [printable(refusal) for refusal in refusals() if len(printable(refusal).text) > 20]


@pytest.mark.parametrize("message", [*WORDED, *FINDINGS], ids=lambda message: message.text[:60])
def test_a_failure_is_in_the_page(message: Message) -> None:
    assert [quotation for quotation in QUOTATIONS if message.holds(quotation)] != []


@pytest.mark.parametrize("quotation", QUOTATIONS)
def test_what_the_page_quotes_is_said(quotation: str) -> None:
    others = [Message(refusal.literals, refusal.where) for refusal in refusals()]
    rollback = Message(" ".join((ROOT / "roles/rollback/vars/main.yml").read_text("utf-8").split()), "")
    assert any(message.holds(quotation) for message in (*WORDED, *others, *raised(), rollback))


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: f"{refusal.where}: {refusal.name}")
def test_a_task_that_ends_a_run_says_what_to_do(refusal: Refusal) -> None:
    assert refusal.name
    assert refusal.text, "it has no message"
    assert ADVICE.search(" ".join(refusal.text.split())), refusal.text


@pytest.mark.parametrize("message", FINDINGS, ids=lambda message: message.text[:60])
def test_a_finding_that_stops_a_run_says_what_to_do(message: Message) -> None:
    # One that ends with another message has that one's advice.
    assert message.text.endswith(GAP) or ADVICE.search(message.text), message.text


def test_a_quotation_may_leave_out_what_is_filled_in() -> None:
    message = Message("Services of … have not stopped within … s: … See the event log", "x.yml")
    assert message.holds("Services of … have not stopped")
    assert message.holds("stopped within … event log")
    assert not message.holds("stopped within … event logs")
    assert not message.holds("event log … Services")


def test_words_within_an_expression_are_words() -> None:
    refusal = Refusal("x", "x.yml", "{{ ('It was not stopped on ' ~ names) if names else 'Nothing is known' }}")
    assert refusal.message.text == GAP
    assert refusal.literals == "It was not stopped on Nothing is known"
