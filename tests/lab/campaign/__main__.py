# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.lab.campaign`: run the failure campaign, or the part of it whose names contain some words."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.lab.campaign import table
from tests.lab.campaign.catalogue import all_cases, left_out, rounds
from tests.lab.campaign.runner import not_judged, run_round
from tests.lab.packages.catalogue import default_packages
from tests.lab.packages.library import Library
from tests.lab.paths import DEFAULT_TOPOLOGY
from tests.lab.topology import Topology

if t.TYPE_CHECKING:
    from tests.lab.campaign.runner import Result
    from tests.lab.campaign.steps import Case

SCALE, RESTART_SECONDS = 0.05, 2.0


def main() -> int:
    options = _options()
    chosen = [case for case in all_cases() if all(word in case.name for word in options.words)]
    if options.list:
        print("\n".join([*(case.name for case in chosen), "\nNot there:", *left_out()]))
        return 0
    folder = options.state or Path(tempfile.mkdtemp(prefix="biztalk-campaign-"))
    began = time.monotonic()
    results = list(_run(chosen, folder, options.workers))
    bad = [result for result in results if not result.good]
    print(f"\n{len(results) - len(bad)} of {len(results)} cases ended well, in {time.monotonic() - began:.0f} s")
    if bad:
        print(f"What the runs said is in {folder}")
    return 1 if bad or not results else 0


def _run(chosen: list[Case], folder: Path, workers: int) -> t.Iterator[Result]:
    """The results in the order in which they come."""
    library = Library.build(folder / "packages", default_packages())
    # A restart takes longer than the next question of the run.
    delays = {"scale": SCALE, "restart": RESTART_SECONDS / SCALE}
    topology = Topology.load(DEFAULT_TOPOLOGY, overrides={"delays": delays})
    print(table.line(*table.HEADER), flush=True)
    # ansible-playbook is what takes the time, in processes of its own.
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(run_round, cases, topology, folder, library): cases for cases in rounds(chosen)}
        for future in as_completed(running):
            error = future.exception()
            results = [not_judged(case, error) for case in running[future]] if error else future.result()
            for result in results:
                print("\n".join(table.row(result)), flush=True)
            yield from results


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.campaign", description=__doc__)
    parser.add_argument("words", nargs="*", help="only the cases whose names contain all of these")
    # Each case waits now and then, and two more than there are processors keep these busy.
    workers = (os.cpu_count() or 1) + 2
    parser.add_argument("--workers", type=int, default=workers, help="so many cases at a time (%(default)s)")
    parser.add_argument("--state", type=Path, help="folder of the labs' files, which is to be empty")
    parser.add_argument("--list", action="store_true", help="name the cases, and those that there are not")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
