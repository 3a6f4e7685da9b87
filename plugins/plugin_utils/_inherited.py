# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the ansible-playbook that runs this task was called, so that another one can be called in the same way.

No secret comes into the new one's command line or environment: passwords and extra variables go through files that only
the own user may read.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

from ansible import constants, context
from ansible.parsing.splitter import parse_kv

CALLBACK: t.Final = "biztalk.patching.told"

# Options of ansible-playbook by their names in context.CLIARGS.
_FLAGS: t.Final = {"become": "--become", "force_handlers": "--force-handlers", "flush_cache": "--flush-cache"}
_VALUES: t.Final = {
    "forks": "--forks",
    "remote_user": "--user",
    "connection": "--connection",
    "timeout": "--timeout",
    "private_key_file": "--private-key",
    "become_method": "--become-method",
    "become_user": "--become-user",
    "ssh_common_args": "--ssh-common-args",
    "ssh_extra_args": "--ssh-extra-args",
    "sftp_extra_args": "--sftp-extra-args",
    "scp_extra_args": "--scp-extra-args",
}
_LISTS: t.Final = {"inventory": "--inventory", "skip_tags": "--skip-tags", "module_path": "--module-path"}
_ALL_TAGS: t.Final = ("all",)


class Secrets(t.NamedTuple):
    """What the operator was asked for or what came from files; `vault` are the passwords with their vault ids."""

    vault: t.Sequence[tuple[str, bytes]] = ()
    connection: str = ""
    become: str = ""


class PrivateFiles:
    """Files in a folder, which only the own user may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        return str(path)


def command(playbook: str, files: PrivateFiles, secrets: Secrets, *, check: bool, diff: bool) -> list[str]:
    """The command line for another playbook, with the same inventory, variables, tags, vault and connection."""
    given = context.CLIARGS
    words = [sys.executable, "-m", "ansible", "playbook", playbook]
    words += [option for name, option in _FLAGS.items() if given.get(name)]
    words += ["--check"] if check else []
    words += ["--diff"] if diff else []
    words += [f"-{'v' * given['verbosity']}"] if given.get("verbosity") else []
    for name, option in _VALUES.items():
        if given.get(name):
            words += [option, str(given[name])]
    for name, option in _LISTS.items():
        for value in given.get(name) or ():
            words += [option, str(value)]
    tags = tuple(given.get("tags") or _ALL_TAGS)
    words += ["--tags", ",".join(tags)] if tags != _ALL_TAGS else []
    return words + _extra_vars(given.get("extra_vars") or (), files) + _passwords(secrets, files)


def public_words() -> list[str]:
    """The part of the command line that can be shown to anybody."""
    given = context.CLIARGS
    words = [word for source in given.get("inventory") or () for word in ("-i", str(source))]
    return words + [word for text in given.get("extra_vars") or () if text.startswith("@") for word in ("-e", text)]


def vault_environment(vault: t.Iterable[tuple[str, bytes]], files: PrivateFiles) -> dict[str, str]:
    """Where the passwords are, instead of what the configuration says, by which somebody may be asked for them."""
    paths = {files.write(f"vault-{number}", password): name for number, (name, password) in enumerate(vault)}
    if not paths:
        return {}
    identities = ",".join(f"{name}@{path}" for path, name in paths.items())
    return {"ANSIBLE_VAULT_IDENTITY_LIST": identities, "ANSIBLE_VAULT_PASSWORD_FILE": next(iter(paths))}


def environment(vault: t.Mapping[str, str], *, log: Path, told: Path) -> dict[str, str]:
    """The own environment, with what an ansible-playbook beside others has to do differently."""
    return {
        **os.environ,
        **vault,
        # One that Ansible Runner has set would take the output for its own events (AWX).
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "ANSIBLE_CALLBACK_PLUGINS": os.pathsep.join(_callback_folders()),
        "ANSIBLE_CALLBACKS_ENABLED": ",".join([*constants.CALLBACKS_ENABLED, CALLBACK]),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        "BIZTALK_PATCHING_TOLD": str(told),
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_FORCE_COLOR": "false",
        "ANSIBLE_NOCOLOR": "true",
        # Nobody is there to answer.
        "ANSIBLE_ASK_PASS": "false",
        "ANSIBLE_BECOME_ASK_PASS": "false",
        "ANSIBLE_ASK_VAULT_PASS": "false",
        # Its lines are shown when it writes them; and no file of the current folder stands in for a library.
        "PYTHONUNBUFFERED": "1",
        "PYTHONSAFEPATH": "1",
    }


def _callback_folders() -> list[str]:
    """Without those of Ansible Runner, whose plugin changes Ansible's output as soon as it is looked at."""
    return [
        str(folder)
        for folder in constants.DEFAULT_CALLBACK_PLUGIN_PATH
        if not (Path(folder) / "awx_display.py").exists()
    ]


def _extra_vars(given: t.Iterable[str], files: PrivateFiles) -> list[str]:
    words = []
    for number, text in enumerate(given):
        if not text.startswith("@"):
            # ansible-playbook tells the forms apart in the same way.
            content = text if text[:1] in "{[" else json.dumps(parse_kv(text))
            text = f"@{files.write(f'extra-vars-{number}', content)}"
        words += ["--extra-vars", text]
    return words


def _passwords(secrets: Secrets, files: PrivateFiles) -> list[str]:
    given = context.CLIARGS
    words = []
    # Without these options they come from the inventory, where those of another host may be different.
    if secrets.connection and (given.get("ask_pass") or given.get("connection_password_file")):
        words += ["--connection-password-file", files.write("connection", secrets.connection)]
    if secrets.become and (given.get("become_ask_pass") or given.get("become_password_file")):
        words += ["--become-password-file", files.write("become", secrets.become)]
    return words
