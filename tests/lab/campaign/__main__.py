# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.lab.campaign`: run the failure campaign, or the part of it whose names contain some words."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import traceback
import typing as t
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.lab.campaign import table
from tests.lab.campaign.patch_steps import PATCH_STEPS
from tests.lab.campaign.runner import Result, run_case
from tests.lab.campaign.steps import Case, cases
from tests.lab.campaign.verdict import Ending
from tests.lab.packages.catalogue import default_packages
from tests.lab.packages.library import Library
from tests.lab.paths import DEFAULT_TOPOLOGY
from tests.lab.topology import Topology

ALL_STEPS = {"patch": PATCH_STEPS}
SCALE = 0.05


@dataclass(frozen=True)
class Place:
    """Where a worker's labs lie."""

    folder: Path
    library: Library

    def run(self, number: int) -> Result:
        case = all_cases()[number]
        name = re.sub(r"\W+", "-", case.name)
        topology = Topology.load(DEFAULT_TOPOLOGY, overrides={"delays": {"scale": SCALE, "restart": 2.0 / SCALE}})
        began = time.monotonic()
        try:
            return run_case(case, topology, self.folder / name, self.library)
        except Exception:  # a case that cannot be judged is a bad one, and the others go on
            problem = traceback.format_exc()
            return Result(case, (case.playbook,), (None,), Ending("?", (problem,)), time.monotonic() - began)


def all_cases() -> list[Case]:
    return [case for playbook, steps in ALL_STEPS.items() for case in cases(playbook, steps)]


def main() -> int:
    options = _options()
    known = all_cases()
    chosen = [number for number, case in enumerate(known) if all(word in case.name for word in options.words)]
    if options.list:
        print("\n".join([*(known[number].name for number in chosen), *_left_out()]))
        return 0
    folder = options.state or Path(tempfile.mkdtemp(prefix="biztalk-campaign-"))
    began = time.monotonic()
    results = list(_run(chosen, folder, options.workers))
    bad = [result for result in results if not result.good]
    print(f"\n{len(results) - len(bad)} of {len(results)} cases ended well, in {time.monotonic() - began:.0f} s")
    if bad:
        print(f"What the runs said is in {folder}")
    return 1 if bad or not results else 0


def _run(chosen: list[int], folder: Path, workers: int) -> t.Iterator[Result]:
    library = Library.build(folder / "packages", default_packages())
    place = Place(folder, library)
    print(table.line(*table.HEADER), flush=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed(pool.submit(place.run, number) for number in chosen):
            result = future.result()
            print("\n".join(table.row(result)), flush=True)
            yield result


def _left_out() -> t.Iterator[str]:
    yield "\nNot applicable:"
    for playbook, steps in ALL_STEPS.items():
        for step in steps:
            for kind, reason in step.without.items():
                yield f"{playbook} / {step.name} / {kind}: {reason}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.campaign", description=__doc__)
    parser.add_argument("words", nargs="*", help="only the cases whose names contain all of these")
    parser.add_argument("--workers", type=int, default=2, help="so many cases at a time (%(default)s)")
    parser.add_argument("--state", type=Path, help="folder of the labs' files, which is to be empty")
    parser.add_argument("--list", action="store_true", help="name the cases, and those that there are not")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
