# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the setup log of an update says about errors: an exit code of 0 is no proof (`HRESULT` of a failed script)."""

from __future__ import annotations

import base64
import codecs
import re

_FAILURE = re.compile(r"HRESULT\s*=\s*0x(?!0+\b)[0-9a-f]+|Return value 3\b|cannot be applied", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def setup_log_errors(content: str) -> list[str]:
    """The lines that tell of a failure; `content` is the log file in base64, in UTF-16 or UTF-8."""
    return failing_lines(setup_log_text(content))


def failing_lines(text: str) -> list[str]:
    """The lines of a log that tell of a failure."""
    return [line.strip() for line in text.splitlines() if _FAILURE.search(line)]


def setup_log_text(content: str) -> str:
    """The log file as text; `content` is the file in base64, in UTF-16 or UTF-8."""
    data = base64.b64decode(content)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")
