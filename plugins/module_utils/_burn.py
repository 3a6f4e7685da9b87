# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manifest of a WiX Burn bundle, which tells the names of what its containers hold as `u0` and `a0`.

Source: the schema of WiX Toolset 3 (burn/engine/manifest.cpp, payload.cpp): `Payload` has SourcePath and FilePath.
"""

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.module_utils._installer import InstallerFile
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import read_setup_xml

# The first file of the first container, in every bundle.
MANIFEST = "0"
_ROOT = "BurnManifest"


def read_manifest(content: bytes) -> dict[str, InstallerFile]:
    """Entry of a container -> the file that it is. Empty where this is no manifest, or not one that can be read."""
    if _ROOT.encode() not in content[:1024]:
        return {}
    document = read_setup_xml(content)
    if document.problem:
        return {}
    files: dict[str, InstallerFile] = {}
    payload: dict[str, str] = {}
    for statement in document.statements:
        element, _at, attribute = statement.where.rpartition("@")
        if element.endswith("/Payload") and attribute in ("FilePath", "SourcePath"):
            payload[attribute] = statement.value
        # Each Payload has both, in whatever order.
        if len(payload) == 2:
            files[payload["SourcePath"]] = InstallerFile(payload["FilePath"].replace("\\", "/"), 0, "")
            payload = {}
    return files
