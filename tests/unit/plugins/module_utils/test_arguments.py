# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.biztalk.patching.plugins.doc_fragments import progress, sessions, sql
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import (
    PROGRESS_OPTIONS,
    SESSION_OPTIONS,
    sql_argument_spec,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import without_prose


@pytest.mark.parametrize(
    ("fragment", "spec"), [(sql, sql_argument_spec()), (progress, PROGRESS_OPTIONS), (sessions, SESSION_OPTIONS)]
)
def test_the_shared_options_are_documented_as_they_are(fragment: t.Any, spec: dict[str, t.Any]) -> None:
    documented = yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    assert without_prose(documented) == without_prose(spec)
