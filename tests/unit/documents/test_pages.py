# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages against the collection: what they name is there, and where they lead is something."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.documents import offered
from tests.documents.commands import SHELLS, commands
from tests.documents.markdown import Page, pages
from tests.documents.problems import broken_links, unknown_names, yaml_problems
from tests.setup.paths import ROOT

PAGES = pages()
# What the tests in tests/integration/test_documented_commands.py run or look up, and what needs an operator's own
# network, computers or package sources.
RUN = {"ansible-playbook", "ansible", "ansible-inventory", "ansible-doc", "make", "python"}
NOT_RUN = {
    "pip",
    "ansible-galaxy",
    "ansible-vault",
    "ansible-builder",
    "podman",
    "kinit",
    "klist",
    "export",
    "cd",
    "cp",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Page) -> None:
    assert [*broken_links(page), *unknown_names(page), *yaml_problems(page)] == []


def test_every_guide_can_be_found_from_the_readme() -> None:
    readme = Page.read(ROOT / "README.md")
    linked = {link.partition("#")[0] for link in readme.links}
    guides = {page.name for page in PAGES if page.name.startswith("docs/")}
    assert guides - linked == set()


def test_every_playbook_module_and_role_is_in_the_readme() -> None:
    readme = Page.read(ROOT / "README.md")
    text = readme.path.read_text(encoding="utf-8")
    assert [name for name in offered.playbooks() if f"biztalk.patching.{name}" not in text] == []
    # The roles' pages are reached through it.
    assert [name for name in offered.roles() if f"roles/{name}/README.md" not in readme.links] == []


def test_programs_of_the_documented_commands_are_known() -> None:
    assert {command.program for command in commands(PAGES)} <= RUN | NOT_RUN


def test_extra_variables_of_the_documented_commands_are_settings() -> None:
    """A misspelt one would be read by nobody, which the plan would only warn of."""
    for command in commands(PAGES):
        for value in command.option_values("-e", "--extra-vars"):
            assert set(re.findall(r"\b(biztalk_\w+) ?[=:]", value)) <= {*offered.settings(), "biztalk_hosts"}, (
                command.where
            )


def test_tags_of_the_documented_commands_are_those_of_the_playbook() -> None:
    """ansible-playbook runs nothing where it does not know a tag, and ends well."""
    for command in commands(PAGES):
        for tags in command.option_values("--tags"):
            (name,) = re.findall(r"biztalk\.patching\.(\w+)", str(command))
            playbook = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text(encoding="utf-8"))
            known = {tag for play in playbook for task in play.get("tasks", []) for tag in task.get("tags", [])}
            assert set(tags.split(",")) <= known, command.where


def test_blocks_of_shells_are_marked_as_what_they_are() -> None:
    """A command in a block without a language, or of another one, would be run by no test."""
    hidden = [
        f"{page.name}:{fence.line}: {line}"
        for page in PAGES
        for fence in page.fences
        if fence.language not in SHELLS
        for line in fence.text.splitlines()
        if line.split(" ")[0] in RUN
    ]
    assert hidden == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[x](nowhere.md)", "links to nowhere.md: there is no such file"),
        ("[x](lab.md#nowhere)", "links to lab.md#nowhere: there is no such heading"),
        ("[x](#nowhere)", "links to #nowhere: there is no such heading"),
        ("`biztalk_moed: rolling`", "names biztalk_moed, which is no variable"),
        ("```sh\nansible-playbook biztalk.patching.pacth\n```", "names pacth, which is no biztalk.patching."),
        ("`make tset`", "names tset, which is no make target"),
        ("`python -m tests.nowhere`", "names python -m tests.nowhere, which is not there"),
        ("`tests/nowhere.py`", "names the file tests/nowhere.py, which is not there"),
    ],
)
def test_a_page_with_a_mistake(text: str, problem: str) -> None:
    page = Page.parse(ROOT / "docs" / "sql.md", text)
    assert [line.partition(" ")[2] for line in (*broken_links(page), *unknown_names(page))] == [problem]


def test_a_page_without_one() -> None:
    text = "[x](lab.md#the-failure-campaign) `biztalk_mode` `make test` `tests/lab` https://example.org/biztalk_x"
    page = Page.parse(ROOT / "docs" / "sql.md", text)
    assert [*broken_links(page), *unknown_names(page)] == []


def test_a_task_with_an_option_that_there_is_not() -> None:
    task = "```yaml\n- biztalk.patching.wait_for_idle:\n    server: SQL1\n    tiemout: 60\n```\n"
    assert list(yaml_problems(Page.parse(ROOT / "docs" / "sql.md", task))) == [
        "docs/sql.md, line 2: wait_for_idle has no option tiemout"
    ]


def test_yaml_that_is_none() -> None:
    page = Page.parse(ROOT / "docs" / "sql.md", "```yaml\na: b: c\n```\n")
    (problem,) = yaml_problems(page)
    assert problem.startswith("docs/sql.md, line 2: mapping values are not allowed here")
