# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t

import pytest

from tests.integration.sql.targets import DRIVERS, LabTarget, OpenLab, Target, driver_named, lab_target, real_options

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules run in this process, and the variable that they set for OpenSSL must not outlive a test."""
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.delenv("SSL_CERT_FILE")


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_lab(tmp_path: Path, capsys: pytest.CaptureFixture[str], driver: str) -> Iterator[OpenLab]:
    """A function that opens the SQL Servers of a topology with changes laid over it."""
    with contextlib.ExitStack() as stack:
        yield lambda topology="default.yml", **overrides: stack.enter_context(
            lab_target(tmp_path, capsys, driver, topology, overrides)
        )


@pytest.fixture
def lab(open_lab: OpenLab) -> LabTarget:
    return open_lab()


@pytest.fixture
def target(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], driver: str) -> Target:
    """The real SQL Server that BIZTALK_TEST_SQL names, else the lab's."""
    real = real_options()
    if real is None:
        return t.cast("Target", request.getfixturevalue("lab"))
    return Target({**real, "driver": driver_named(driver)}, capsys)
