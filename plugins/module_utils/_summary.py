# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary information of a Windows Installer file, or of a transform in one.

Source: Windows Installer's "Summary Information Stream Property Set".
"""

from __future__ import annotations

import io
import typing as t

STREAM = "\x05SummaryInformation"
TITLE, SUBJECT, TEMPLATE, REVISION = 2, 3, 7, 9
_TEXTS = (TITLE, SUBJECT, TEMPLATE, REVISION)


def read_summary(content: bytes) -> dict[int, str]:
    """Its texts by the numbers above, empty where there is none. Raises ValueError or EOFError where it is damaged."""
    # Not at the top: the module reports a missing library by itself.
    from pymsi.summary import Summary

    parse: t.Callable[[t.BinaryIO], t.Any] = Summary
    stated = parse(io.BytesIO(content)).properties
    return {number: value if isinstance(value := stated.get(number), str) else "" for number in _TEXTS}
