# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inspects one package and prints how long that took; it imports nothing else, so that its memory is the product's."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Deadline, SevenZip, find_seven_zip
from ansible_collections.biztalk.patching.plugins.module_utils._package import inspect_package


def main() -> None:
    started = time.perf_counter()
    result = inspect_package(Path(sys.argv[1]), SevenZip(find_seven_zip() or "7z", Deadline(300))).as_result()
    seconds = time.perf_counter() - started
    answers = {"has_sql": result["has_sql"], "status": result["signature"]["status"], "files": len(result["payloads"])}
    print(json.dumps({"seconds": seconds, **answers}))


if __name__ == "__main__":
    main()
