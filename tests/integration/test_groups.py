# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several BizTalk groups in one run: side by side, each by itself, whatever happens to another one."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.integration.runs import CLOSE_APPLICATIONS, SHORT_WAITS, changes
from tests.lab import inventory
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.lab import Lab
from tests.lab.paths import DEFAULT_TOPOLOGY, SINGLE_TOPOLOGY
from tests.lab.playbook import command_line, environment_of, run_playbook
from tests.lab.topology import Topology

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab.packages.library import Library

SCALE = 0.05
PLAYBOOK = "biztalk.patching.groups"
OpenGroups = t.Callable[..., t.ContextManager[tuple[dict[str, Lab], "Path"]]]


@pytest.fixture
def open_groups(tmp_path: Path, library: Library) -> OpenGroups:
    """A function that opens a lab for each group, with the changes for it, and writes one inventory for all."""

    @contextlib.contextmanager
    def opened(topology: Path, **groups: dict[str, t.Any]) -> Iterator[tuple[dict[str, Lab], Path]]:
        with contextlib.ExitStack() as stack:
            labs = {}
            for name, changes in groups.items():
                overrides = {"delays": {"scale": SCALE}, **changes}
                named = Topology.named(topology, name[:3].upper(), overrides=overrides)
                labs[name] = stack.enter_context(Lab(named, tmp_path / name, library))
            path = tmp_path / "inventory.yml"
            inventory.write_for_groups(labs, path)
            yield labs, path

    return opened


def arguments(playbook: str, groups: t.Iterable[str], **settings: t.Any) -> list[str]:
    variables = {"biztalk_playbook": playbook, "biztalk_groups": list(groups), **settings}
    return ["-e", json.dumps(SHORT_WAITS | variables)]


def updated(lab: Lab) -> set[str]:
    return {item.computer for item in History(lab.events.events).installs if item.succeeded}


def outage(lab: Lab) -> tuple[str, str]:
    """When the first service of the group was stopped and the last one started, as times of day; each lab has its own
    clock."""
    events = [json.loads(line) for line in lab.events.path.read_text(encoding="utf-8").splitlines()]
    stopped = [event["time"] for event in events if event["event"] == "service.stopped"]
    started = [event["time"] for event in events if event["event"] == "service.started"]
    return stopped[0], started[-1]


@pytest.mark.long
def test_a_group_that_fails_does_not_stop_the_other(open_groups: OpenGroups) -> None:
    console = {"image": "BTSHatApp.exe", "title": "HAT", "user": r"LAB\alice", "databases": ["BizTalkMgmtDb"]}
    failing = {"computers": [{"name": "ORDBTS1", "applications": [console]}]}
    with open_groups(SINGLE_TOPOLOGY, orders=failing, invoices={}) as (labs, path):
        result = run_playbook(PLAYBOOK, path, *arguments("patch", labs))

        assert result.returncode == 2, result.stdout
        assert changes(labs["orders"].run_events()) == []
        assert updated(labs["invoices"]) == {"INVBTS1"}, result.stdout
        assert broken(labs["invoices"].events.events) == {}
        assert "1 of 2 groups did not end well: orders." in result.stdout
        assert "biztalk.patching.patch -e biztalk_hosts=orders" in result.stdout
        assert "the update was installed on invbts1" in result.stdout
        (log,) = path.parent.glob("records/groups/*-patch/orders.log")
        assert "Nothing was touched. The update cannot be installed" in log.read_text(encoding="utf-8")
        assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--limit", "orders"], "This playbook takes no limit"),
        (["-e", '{"biztalk_groups": ["orders", "invoices"]}'], "bts2 belongs to orders and to invoices"),
    ],
)
def test_what_would_take_a_group_apart_is_refused(tmp_path: Path, options: list[str], says: str) -> None:
    path = tmp_path / "inventory.yml"
    groups: dict[str, t.Any] = {"orders": {"hosts": {"bts1": {}, "bts2": {}}}, "invoices": {"hosts": {"bts2": {}}}}
    path.write_text(yaml.safe_dump({"all": {"children": groups}}), encoding="utf-8")
    inventory.write_configuration(path)

    result = run_playbook(PLAYBOOK, path, *options)

    assert result.returncode == 2, result.stdout
    assert says in result.stdout
    assert "Nothing was touched" in result.stdout


@pytest.mark.long
def test_four_groups_of_three_are_patched_side_by_side_and_one_of_them_fails(open_groups: OpenGroups) -> None:
    failing = {"computers": [{"name": "ORDBTS2", "install": {"exit_codes": [1603]}}]}
    groups = {"orders": failing, "invoices": {}, "returns": {}, "archive": {}}
    with open_groups(DEFAULT_TOPOLOGY, **groups) as (labs, path):
        plan = run_playbook(PLAYBOOK, path, *arguments("plan", labs), *CLOSE_APPLICATIONS)
        assert plan.returncode == 2, plan.stdout
        assert "This is no error" in plan.stdout
        assert [changes(lab.run_events()) for lab in labs.values()] == [[], [], [], []]

        result = run_playbook(PLAYBOOK, path, *arguments("patch", labs), *CLOSE_APPLICATIONS)

        assert result.returncode == 2, result.stdout
        assert "1 of 4 groups did not end well: orders." in result.stdout
        for name, lab in labs.items():
            assert broken(lab.events.events) == {}, name
            prefix = name[:3].upper()
            everywhere = {f"{prefix}BTS{number}" for number in (1, 2, 3)}
            assert updated(lab) == (everywhere if name != "orders" else {"ORDBTS1"}), name
        begins, ends = zip(*(outage(labs[name]) for name in labs if name != "orders"), strict=True)
        assert max(begins) < min(ends), "there was no moment at which all groups were down"

        again = run_playbook(PLAYBOOK, path, *arguments("patch", labs), *CLOSE_APPLICATIONS)

        assert again.returncode == 0, again.stdout
        assert updated(labs["orders"]) == {"ORDBTS1", "ORDBTS2", "ORDBTS3"}
        assert broken(labs["orders"].events.events) == {}
        assert again.stdout.count("nothing was to be done") >= 3


@pytest.mark.long
def test_ctrl_c_ends_the_runs_and_the_next_one_finishes_them(open_groups: OpenGroups) -> None:
    with open_groups(SINGLE_TOPOLOGY, orders={}, invoices={"delays": {"scale": SCALE, "install": 400.0}}) as (
        labs,
        path,
    ):
        words = command_line(PLAYBOOK, path, *arguments("patch", labs), *CLOSE_APPLICATIONS)
        with (path.parent / "output.txt").open("w+", encoding="utf-8") as output:
            process = subprocess.Popen(
                words, env=environment_of(path), cwd=path.parent, stdout=output, stderr=subprocess.STDOUT
            )
            wait_until(lambda: any(event.kind == "install.started" for event in labs["invoices"].events.events))
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 99

        (summary,) = path.parent.glob("records/groups/*/summary.txt")
        assert "INTERRUPTED" in summary.read_text(encoding="utf-8")
        assert "it goes on where it stopped" in summary.read_text(encoding="utf-8")
        wait_until(lambda: any(event.kind == "install.finished" for event in labs["invoices"].events.events))

        again = run_playbook(PLAYBOOK, path, *arguments("patch", labs), *CLOSE_APPLICATIONS)

        assert again.returncode == 0, again.stdout
        assert [broken(lab.events.events) for lab in labs.values()] == [{}, {}]
        assert updated(labs["invoices"]) == {"INVBTS1"}


@pytest.mark.long
def test_passwords_reach_the_runs_and_show_nowhere(open_groups: OpenGroups) -> None:
    with open_groups(SINGLE_TOPOLOGY, orders={}) as (labs, path):
        hidden, secrets = hide_passwords(path)
        words = command_line(PLAYBOOK, path, *arguments("plan", labs), *hidden, "-vvv")
        with (path.parent / "output.txt").open("w+", encoding="utf-8") as output:
            process = subprocess.Popen(
                words, env=environment_of(path), cwd=path.parent, stdout=output, stderr=subprocess.STDOUT
            )
            seen = set()
            while process.poll() is None:
                seen |= {text for text in command_lines() if any(secret in text for secret in secrets)}
            output.seek(0)
            said = output.read()
        said += "".join(log.read_text(encoding="utf-8") for log in path.parent.glob("records/groups/*/*"))

        assert "the update is to be installed on ordbts1" in said
        assert [secret for secret in secrets if secret in said] == []
        assert seen == set()
        assert list((path.parent / "ansible" / "tmp").glob("*/biztalk-groups-*")) == []


def hide_passwords(path: Path) -> tuple[list[str], list[str]]:
    """Take the passwords out of an inventory of one group. Returns the options that bring them instead, and them."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    (site,) = document["all"]["children"].values()
    connection, installer = (site["vars"].pop(name) for name in ("ansible_password", "biztalk_installer_password"))
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    files = {name: path.with_name(name) for name in ("connection", "vault", "vars.yml")}
    files["connection"].write_text(connection, encoding="utf-8")
    files["vault"].write_text("Open-Sesame-1!", encoding="utf-8")
    vault = VaultLib([("prod", VaultSecret(b"Open-Sesame-1!"))])
    files["vars.yml"].write_bytes(vault.encrypt(json.dumps({"biztalk_installer_password": installer})))
    options = ["--connection-password-file", str(files["connection"]), "--vault-id", f"prod@{files['vault']}"]
    return [*options, "-e", f"@{files['vars.yml']}"], [connection, installer, "Open-Sesame-1!"]


def command_lines() -> set[str]:
    """Those of all processes of this computer."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.add(file.read_text(encoding="utf-8", errors="replace"))
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)
