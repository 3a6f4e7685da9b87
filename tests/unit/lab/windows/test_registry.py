# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from tests.lab.windows.registry import Registry, Value

PATH = r"HKLM:\SOFTWARE\Microsoft\BizTalk Server\3.0"


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.set(PATH, ProductName="Microsoft BizTalk Server 2020", Build=717)
    return made


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        r"HKLM\SOFTWARE\Microsoft\BizTalk Server\3.0",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\BizTalk Server\3.0",
        r"hklm:\software\MICROSOFT\biztalk server\3.0",
        "HKLM:/SOFTWARE/Microsoft/BizTalk Server/3.0/",
    ],
)
def test_a_key_is_found_however_its_path_is_written(path: str, registry: Registry) -> None:
    key = registry.key(path)
    assert key is not None
    assert key.name == "3.0"
    assert key.values == {
        "ProductName": Value("REG_SZ", "Microsoft BizTalk Server 2020"),
        "Build": Value("REG_DWORD", 717),
    }


@pytest.mark.parametrize("path", [rf"{PATH}\Administration", r"HKLM:\SOFTWARE\Other", r"HKCU:\SOFTWARE"])
def test_a_key_that_is_missing_is_none(path: str, registry: Registry) -> None:
    assert registry.key(path) is None


@pytest.mark.parametrize("path", [r"HKXX:\SOFTWARE", r"C:\Windows", "SOFTWARE"])
def test_an_unknown_hive_is_refused(path: str, registry: Registry) -> None:
    with pytest.raises(ValueError, match="in no registry hive"):
        registry.key(path)
    with pytest.raises(ValueError, match="in no registry hive"):
        registry.set(path, a="b")


def test_writing_adds_to_a_key_and_keeps_its_name(registry: Registry) -> None:
    registry.set(PATH.lower(), ProductName="New", Edition="Enterprise")
    parent = registry.key(r"HKLM:\SOFTWARE\Microsoft\BizTalk Server")
    assert parent is not None
    assert list(parent.subkeys) == ["3.0"]
    values = {name: value.data for name, value in parent.subkeys["3.0"].values.items()}
    assert values == {"ProductName": "New", "Build": 717, "Edition": "Enterprise"}


@pytest.mark.parametrize("path", [PATH, r"hklm\software\microsoft\biztalk server\3.0", PATH.replace("\\", "/") + "/"])
def test_a_key_is_removed_with_all_below_it(path: str, registry: Registry) -> None:
    registry.set(rf"{PATH}\Administration", MgmtDBName="BizTalkMgmtDb")
    registry.remove(path)
    assert registry.key(PATH) is None
    assert registry.key(rf"{PATH}\Administration") is None
    assert registry.key(r"HKLM:\SOFTWARE\Microsoft\BizTalk Server") is not None


@pytest.mark.parametrize("path", [r"HKLM:\SOFTWARE\Microsoft\Other", r"HKLM:\Nowhere\Key"])
def test_a_key_that_is_missing_cannot_be_removed(path: str, registry: Registry) -> None:
    with pytest.raises(KeyError, match="HKLM"):
        registry.remove(path)
