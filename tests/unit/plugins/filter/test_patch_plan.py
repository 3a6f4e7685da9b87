# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.filter.plan import FilterModule
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CONSOLE,
    CU4,
    installer,
    package,
    raw_snapshot,
    sql_instance,
    uninstall_key,
)

patch_plan = FilterModule().filters()["patch_plan"]

PACKAGES = {"64-bit": [package()]}
GROUP = {
    "servers": [{"name": "BTS1", "master_secret_server": True, "runtime": True}],
    "hosts": [{"name": "Web", "clustered": False}],
    "versions": {"databases": [], "cumulative_updates": []},
    "databases": [],
    "host_instances": [{"server": "BTS1", "type": "isolated"}],
    "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
    "sql_instances": [sql_instance()],
}
SERVICES = ["BTSSvc$Receive", "BTSSvc$Send"]


class PlaybookDictionary(dict[str, t.Any]):
    """A dictionary as a playbook hands it over: code may read it, but not make another of its type."""

    @classmethod
    def of(cls, values: dict[str, t.Any]) -> PlaybookDictionary:
        made = cls.__new__(cls)
        made.update(values)
        return made

    def __init__(self, *_arguments: object) -> None:
        raise TypeError("Direct construction of lazy containers is not supported.")


def plan_of(raw: t.Any, **options: t.Any) -> dict[str, t.Any]:
    arguments = {"group": GROUP, "packages": PACKAGES, "sql_hosts": {"sql1.lab": ""}}
    arguments |= {"installer": installer(), **options}
    result: dict[str, t.Any] = patch_plan({"one.lab": raw}, **arguments)
    return result


@pytest.mark.parametrize(
    ("options", "services", "levels"),
    [
        ({}, [*SERVICES, "W3SVC"], ["fail"]),
        ({"close_applications": True}, [*SERVICES, "W3SVC"], ["warn"]),
        ({"stop_iis": "never"}, SERVICES, ["fail"]),
        ({"stop_services": ["Spooler"]}, [*SERVICES, "Spooler", "W3SVC"], ["fail"]),
    ],
)
def test_the_operators_choices_reach_the_plan(
    options: dict[str, t.Any], services: list[str], levels: list[str]
) -> None:
    result = plan_of(raw_snapshot(processes=[CONSOLE]), **options)
    assert result["computers"]["one.lab"]["services"] == services
    assert [finding["level"] for finding in result["findings"] if finding["level"] != "pass"] == levels


def test_the_choices_of_preflight_reach_the_plan() -> None:
    room = [{"Name": f"{letter}:\\", "FreeSpace": 2000 * 1024**2} for letter in "CD"]
    options = {"settings": ["biztalk_pakages"], "known_settings": ["biztalk_packages"], "stage_folder": r"E:\Stage"}
    result = plan_of(raw_snapshot(volumes=room), minimum_free_space=2001, **options)
    assert [(finding["level"], finding["where"]) for finding in result["findings"]][:4] == [
        ("fail", "BTS1"),
        ("fail", "BTS1"),
        ("warn", "biztalk_pakages"),
        ("pass", "group"),
    ]
    assert result["lines"][2].startswith("WARN biztalk_pakages: ")


def test_nothing_to_do() -> None:
    result = plan_of(raw_snapshot(uninstall=[uninstall_key(CU4)]))
    assert (result["outcome"], result["install_order"]) == ("nothing_to_do", [])


def test_the_dictionaries_of_a_playbook_are_passed_on_as_they_are() -> None:
    package = PlaybookDictionary.of(PACKAGES["64-bit"][0])
    result = plan_of(PlaybookDictionary.of(raw_snapshot(processes=[CONSOLE])), packages={"64-bit": [package]})
    assert result["computers"]["one.lab"]["updates"][0] is package


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        ({key: value for key, value in raw_snapshot().items() if key != "registry"}, "registry"),
        (raw_snapshot(services=None), "not iterable"),
        (raw_snapshot(facts={"ansible_hostname": None}), "upper"),
        (None, "NoneType"),
    ],
    ids=["a key is missing", "a value of another kind", "no name", "no snapshot"],
)
def test_a_broken_snapshot_is_an_error_that_names_the_host(raw: t.Any, cause: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"snapshot of one\.lab .* biztalk\.patching\.preflight") as caught:
        plan_of(raw)
    assert cause in str(caught.value)


def test_a_computer_that_has_no_package_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match=r"no package is given for one\.lab, which is 64-bit"):
        plan_of(raw_snapshot(), packages={"32-bit": PACKAGES["64-bit"]})


def test_a_string_is_no_list_of_services() -> None:
    with pytest.raises(AnsibleFilterError, match="must be a list of names, but are the string 'Spooler'"):
        plan_of(raw_snapshot(), stop_services="Spooler")
