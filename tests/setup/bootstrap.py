# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs what the demo or the gates need below `.cache/`: `python3 -m tests.setup.bootstrap run|test`.

Runs on any Python from 3.9 on, with the standard library only, and picks a better Python for the project itself.
"""

from __future__ import annotations

import argparse
import fcntl
import sys

from tests.setup.console import SetupError
from tests.setup.dependencies import ensure_collections
from tests.setup.environment import FILES, ensure_environment
from tests.setup.paths import CACHE
from tests.setup.samples import ensure_samples
from tests.setup.system_tools import ensure_system_tools


def main() -> int:
    """Bring everything up to date and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(FILES), help="run: what the demo needs; test: that and the gates' tools")
    kind = parser.parse_args().kind
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            ensure_environment(kind)
            ensure_collections(kind)
            ensure_system_tools(kind)
            ensure_samples(kind)
        except SetupError as error:
            print(f"\nset-up failed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
