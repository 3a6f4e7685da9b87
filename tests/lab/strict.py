# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dataclasses that a topology file is read into."""

from __future__ import annotations

import functools
import typing as t

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as pydantic_dataclass

if t.TYPE_CHECKING:
    from dataclasses import dataclass
else:
    # Strict: an unknown key or a value of another type is an error, never a guess.
    dataclass = functools.partial(pydantic_dataclass, config=ConfigDict(extra="forbid"))

__all__ = ["dataclass"]
