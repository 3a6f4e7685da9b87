# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie: everything that set-up makes is below `.cache/` in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
# What Ansible keeps in the user's home elsewhere.
ANSIBLE_HOME = CACHE / "ansible-home"
COLLECTIONS = CACHE / "ansible_collections"
LOGS = CACHE / "logs"
SAMPLES = CACHE / "samples"
TOOLS = CACHE / "tools"
VENV = CACHE / "venv"
VENV_BIN = VENV / "bin"
VENV_PYTHON = VENV_BIN / "python"


def tool_path() -> str:
    """The PATH under which everything that set-up brings is found first."""
    return os.pathsep.join([str(VENV_BIN), str(TOOLS / "bin"), os.environ.get("PATH", os.defpath)])


def library_path() -> str:
    """The LD_LIBRARY_PATH under which libraries that only root could install are found below `.cache/tools`."""
    return os.pathsep.join([str(TOOLS / "lib"), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
