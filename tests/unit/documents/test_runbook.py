# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runbook follows the playbooks: what it says that the output shows is the name of a play or of a task."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.documents.markdown import Page
from tests.documents.messages import tasks_in
from tests.setup.paths import ROOT

PAGE = Page.read(ROOT / "docs" / "runbook.md")
HEADER = "what the output says"


def shown() -> list[str]:
    """The names in the first cells of the table of the run."""
    first = [row[0] for row in PAGE.rows]
    begin = first.index(HEADER) + 1
    end = next(place for place in range(begin, len(first)) if first[place] == "point")
    return [name for cell in first[begin:end] for name in re.findall(r"`([^`]+)`", cell)]


def names() -> set[str]:
    files = [*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/*/tasks/*.yml")]
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    return {str(task.get("name")) for document in documents for task in tasks_in(document)}


@pytest.mark.parametrize("name", shown())
def test_the_output_shows_it(name: str) -> None:
    assert name in names()


def test_the_run_is_told_from_its_plan_to_its_end() -> None:
    assert (shown()[0], shown()[-1]) == ("Plan the update and stage it", "Say what was done")
