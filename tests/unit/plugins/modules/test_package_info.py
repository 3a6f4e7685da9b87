# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: real arguments, real packages, the real 7-Zip."""

from __future__ import annotations

import importlib.util
import typing as t

import pytest
import yaml

from ansible_collections.biztalk.patching.plugins.doc_fragments.inspection import ModuleDocFragment
from ansible_collections.biztalk.patching.plugins.module_utils._inspection import inspection_argument_spec
from ansible_collections.biztalk.patching.plugins.modules import package_info
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import run_module, without_prose
from tests.lab.packages import BuiltPackage, build, default_packages

if t.TYPE_CHECKING:
    from pathlib import Path

Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(scope="module")
def with_sql(tmp_path_factory: pytest.TempPathFactory) -> BuiltPackage:
    return build(default_packages()[0], tmp_path_factory.mktemp("packages"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda **arguments: run_module("package_info", arguments, capsys)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_package_is_inspected(run: Run, with_sql: BuiltPackage, *, check_mode: bool) -> None:
    mode = {"_ansible_check_mode": check_mode, "_ansible_diff": True}
    result = run(path=str(with_sql.path), expected_sha256=with_sql.sha256, **mode)
    assert (result["changed"], result.get("diff")) == (False, None)
    assert result["package"]["kb"] == "5009901"
    assert result["package"]["has_sql"] == "yes"


def test_the_operators_answer_is_taken_and_shown(run: Run, with_sql: BuiltPackage) -> None:
    result = run(path=str(with_sql.path), assume_sql="no")
    package = result["package"]
    assert (package["has_sql"], package["has_sql_found"], package["assume_sql"]) == ("no", "yes", "no")
    for words in (package["consequences"], package["warnings"], result["summary"]):
        assert any("assume_sql" in line for line in words)


def test_the_result_ends_with_a_summary(run: Run, with_sql: BuiltPackage) -> None:
    """Ansible shows keys in their order: the longest part comes before what a person wants to read."""
    result = run(path=str(with_sql.path))
    assert max(result.keys() - {"invocation"}) == "summary"
    assert result["summary"][0].startswith(with_sql.spec.title)
    assert result["summary"][2].startswith("SQL: yes. Setup.xml names msgboxlogic.sql")


def test_a_missing_package_fails(run: Run, tmp_path: Path) -> None:
    result = run(path=str(tmp_path / "missing.exe"))
    assert result["failed"] is True
    assert "missing.exe cannot be read" in result["msg"]


def test_an_empty_path_fails(run: Run) -> None:
    assert "path of a package is empty" in run(path="")["msg"]


def test_another_checksum_fails(run: Run, with_sql: BuiltPackage) -> None:
    result = run(path=str(with_sql.path), expected_sha256="0" * 64)
    assert "is not the expected one" in result["msg"]


def test_limits_are_options(run: Run, with_sql: BuiltPackage) -> None:
    assert "more than 2 files" in run(path=str(with_sql.path), max_entries=2)["msg"]


def test_a_missing_library_is_named(run: Run, with_sql: BuiltPackage, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pymsi" else find_spec(name))
    assert "(pymsi)" in run(path=str(with_sql.path))["msg"]


def test_every_value_is_documented(run: Run, with_sql: BuiltPackage) -> None:
    described, result = yaml.safe_load(package_info.RETURN), run(path=str(with_sql.path))
    assert result.keys() - {"changed", "invocation"} == described.keys()
    assert list(result["package"]) == list(described["package"]["contains"])


def test_the_shared_options_are_documented_as_they_are() -> None:
    described = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert without_prose(described) == without_prose(inspection_argument_spec())
