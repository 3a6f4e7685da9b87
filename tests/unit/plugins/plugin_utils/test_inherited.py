# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible import constants, context
from ansible.utils.context_objects import CLIArgs

from ansible_collections.biztalk.patching.plugins.plugin_utils._inherited import (
    CALLBACK,
    PrivateFiles,
    Secrets,
    command,
    environment,
    public_words,
    vault_environment,
)

GIVEN: dict[str, t.Any] = {
    "inventory": ("/inventory.yml", "more,"),
    "extra_vars": ("@/vars.yml", "password=Secret-1! user='a b'", '{"token": "Secret-2!"}'),
    "tags": ("stage", "preflight"),
    "skip_tags": (),
    "verbosity": 2,
    "forks": 12,
    "remote_user": None,
    "become": True,
    "timeout": 30,
    "ask_pass": True,
    "become_password_file": "/password",
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[dict[str, t.Any]], None]:
    return lambda options: monkeypatch.setattr(context, "CLIARGS", CLIArgs(options))


def words_of(tmp_path: Path, secrets: Secrets, *, check: bool = False) -> list[str]:
    return command("biztalk.patching.patch", PrivateFiles(tmp_path), secrets, check=check, diff=check)


def test_the_options_are_those_of_the_own_run(given: t.Callable[..., None], tmp_path: Path) -> None:
    given(GIVEN)
    text = " ".join(words_of(tmp_path, Secrets(), check=True))
    for part in (
        "-m ansible playbook biztalk.patching.patch",
        "--inventory /inventory.yml --inventory more,",
        "--extra-vars @/vars.yml",
        "--tags stage,preflight",
        "--check --diff -vv",
        "--forks 12",
        "--become",
        "--timeout 30",
    ):
        assert part in text
    assert "--user" not in text
    assert "--skip-tags" not in text


def test_all_tags_are_no_tags(given: t.Callable[..., None], tmp_path: Path) -> None:
    given({"tags": ("all",)})
    words = words_of(tmp_path, Secrets())
    assert words[1:] == ["-m", "ansible", "playbook", "biztalk.patching.patch"]


def test_no_secret_is_on_the_command_line_or_in_the_environment(given: t.Callable[..., None], tmp_path: Path) -> None:
    given(GIVEN)
    vault = [("prod", b"Secret-3!"), ("default", b"Secret-4!")]
    words = words_of(tmp_path, Secrets(vault, "Secret-5!", "Secret-6!"))
    folders = vault_environment(vault, PrivateFiles(tmp_path))
    surroundings = environment(folders, log=tmp_path / "x.log", told=tmp_path / "x.json")

    assert "Secret" not in " ".join([*words, *public_words(), *surroundings.values()])
    files = list(tmp_path.iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    content = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [number for number in range(1, 7) if f"Secret-{number}!" not in content] == []


def test_passwords_of_the_inventory_stay_there(given: t.Callable[..., None], tmp_path: Path) -> None:
    given({"inventory": ("/inventory.yml",)})
    assert "password" not in " ".join(words_of(tmp_path, Secrets((), "Secret-5!", "Secret-6!")))
    assert list(tmp_path.iterdir()) == []


def test_extra_variables_keep_their_form(given: t.Callable[..., None], tmp_path: Path) -> None:
    given(GIVEN)
    words = words_of(tmp_path, Secrets())
    files = [word[1:] for before, word in itertools.pairwise(words) if before == "--extra-vars"]
    assert files[0] == "/vars.yml"
    assert [json.loads(Path(path).read_text(encoding="utf-8")) for path in files[1:]] == [
        {"password": "Secret-1!", "user": "a b"},
        {"token": "Secret-2!"},
    ]


def test_only_what_is_no_secret_is_shown(given: t.Callable[..., None]) -> None:
    given(GIVEN)
    assert public_words() == ["-i", "/inventory.yml", "-i", "more,", "-e", "@/vars.yml"]


def test_the_vault_passwords_stand_in_for_what_is_configured(tmp_path: Path) -> None:
    files = PrivateFiles(tmp_path)
    assert vault_environment([], files) == {}
    found = vault_environment([("prod", b"x"), ("default", b"y")], files)
    assert found == {
        "ANSIBLE_VAULT_IDENTITY_LIST": f"prod@{tmp_path}/vault-0,default@{tmp_path}/vault-1",
        "ANSIBLE_VAULT_PASSWORD_FILE": f"{tmp_path}/vault-0",
    }


def test_a_run_of_ansible_runner_is_left_out_of_its_children(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its callback prints events of its own as soon as Ansible has looked at its folder (AWX)."""
    runner, own = tmp_path / "runner", tmp_path / "own"
    for folder in (runner, own):
        folder.mkdir()
    (runner / "awx_display.py").touch()
    monkeypatch.setattr(constants, "DEFAULT_CALLBACK_PLUGIN_PATH", [str(own), str(runner)])
    monkeypatch.setattr(constants, "CALLBACKS_ENABLED", ["ansible.posix.timer"])
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "awx_display")
    found = environment({}, log=tmp_path / "x.log", told=tmp_path / "x.json")
    assert found["ANSIBLE_STDOUT_CALLBACK"] == "ansible.builtin.default"
    assert found["ANSIBLE_CALLBACK_PLUGINS"] == str(own)
    assert found["ANSIBLE_CALLBACKS_ENABLED"] == f"ansible.posix.timer,{CALLBACK}"
    assert found["PATH"] == os.environ["PATH"]
