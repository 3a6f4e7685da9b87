# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast a package is inspected, and with how much memory: `python -m benchmarks.inspection`.

Compares in one run, in turns and each in processes of its own: the complete inspection (contents, SQL, architectures,
identity, SHA-256, Authenticode) of a signed 48 MB executable with 300 files; and what people do by hand, `7z x` and
`grep`. By hand there are two answers. "Everything" is what the inspection covers: the files that come out are opened
as well, because a program may carry a cabinet as the package itself does. "The package only" trusts that they do not.
Neither looks at architectures, versions, UTF-16, checksum and signature. Last, the memory for a package of 1 GB.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import find_seven_zip
from tests.lab.packages.pe import portable_executable
from tests.lab.packages.publisher import Publisher
from tests.lab.packages.shapes import cabinet
from tests.lab.packages.version_resource import VersionInfo

MEGABYTE = 1024 * 1024
FILES = 300
RUNS, MEMORY_RUNS = 7, 3
MOST_SECONDS, MOST_MEGABYTES, LEAST_RATIO = 1.0, 120, 3.0
VERSION = VersionInfo("3.13.844.0", (("ProductName", "Microsoft BizTalk Server 2020"),))
PATTERN = r"\.sql|osql|sqlcmd|create +(proc|table|view)|alter +(proc|table|view)|drop +(proc|table|view)"


def library(size: int, seed: int) -> bytes:
    """A DLL that compresses about as real ones do, to half its size."""
    noise = hashlib.shake_256(seed.to_bytes(4, "big")).digest(size // 2 + size // 16)
    words = [noise[8 * number : 8 * number + 8] for number in range(256)]
    code = noise[: size // 2] + b"".join(words[number] for number in noise[size // 2 :])
    return portable_executable("x64", VERSION, dll=True, section=(b".data", code))


def package(folder: Path, publisher: Publisher, size: int) -> Path:
    """A signed executable of about `size` bytes: a cabinet behind a 32-bit program."""
    path = folder / "BTS2020-KB5009901-ENU.exe"
    each = int(size / FILES / 0.65)
    members = {f"Library{number}.dll": library(each, number) for number in range(FILES - 2)}
    named = "".join(f'<File Name="{name}"/>' for name in members)
    members["Setup.xml"] = f"<Setup>{named}</Setup>".encode()
    members["Readme.txt"] = b"Restart the host instances."
    path.write_bytes(portable_executable("x86", VERSION, dll=False) + cabinet(members))
    publisher.sign(path)
    return path


def large_package(folder: Path, publisher: Publisher, size: int) -> Path:
    """A zip file behind a program, written piece by piece, and signed."""
    path = folder / "BTS2020-KB5009902-ENU.exe"
    content = library(size // FILES, 0)
    with path.open("wb") as file:
        file.write(portable_executable("x86", VERSION, dll=False))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("Setup.xml", b"<Setup/>")
        for number in range(FILES):
            archive.writestr(f"Library{number}.dll", content)
    publisher.sign(path)
    return path


@dataclass(frozen=True)
class Times:
    """In seconds. `inspection` is without, `process` with the start of Python and its imports."""

    inspection: float
    process: float
    package_only: float
    everything: float


def timed(path: Path, folder: Path) -> Times:
    started = time.perf_counter()
    output = subprocess.run(_inspecting(path), check=True, capture_output=True, timeout=600).stdout
    process = time.perf_counter() - started
    return Times(json.loads(output)["seconds"], process, *by_hand(path, folder))


def memory(path: Path) -> float:
    """The most megabytes that an inspection and the processes that it starts take together, shared pages once.

    Apart from the times, because to ask for the memory slows down who is asked about.
    """
    with subprocess.Popen(_inspecting(path), stdout=subprocess.DEVNULL) as process:
        most = 0
        while process.poll() is None:
            most = max(most, sum(map(_memory, [process.pid, *_children(process.pid)])))
            time.sleep(0.01)
    if process.returncode:
        raise RuntimeError(f"the inspection of {path} failed")
    return most / 1024


def _inspecting(path: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.inspect_once", str(path)]


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        texts = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")]
        return [int(number) for text in texts for number in text.split()]
    return []


def _memory(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def by_hand(path: Path, folder: Path) -> tuple[float, float]:
    """Seconds for the package only, and for everything; one 7-Zip opens all 300 files, for it starts in no time."""
    unpacked, opened = folder / "unpacked", folder / "opened"
    started = time.perf_counter()
    # The cabinet is the second part of the program, behind its sections.
    _seven_zip("-t#", f"-o{folder}", str(path))
    _seven_zip(f"-o{unpacked}", str(folder / "2.cab"))
    _grep(unpacked)
    package_only = time.perf_counter() - started
    _seven_zip(f"-o{opened}/*", f"{unpacked}/*")
    _grep(opened)
    everything = time.perf_counter() - started
    for target in (unpacked, opened):
        shutil.rmtree(target)
    return package_only, everything


def _seven_zip(*arguments: str) -> None:
    # That it fails where one of the files is no archive is no matter.
    command = [find_seven_zip() or "7z", "x", "-y", *arguments]
    subprocess.run(command, check=False, capture_output=True, timeout=600)


def _grep(folder: Path) -> None:
    command = [shutil.which("grep") or "grep", "-rliE", PATTERN, str(folder)]
    subprocess.run(command, check=False, capture_output=True, timeout=600)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="biztalk-benchmark-") as scratch:
        folder = Path(scratch)
        publisher = Publisher.create(folder / "publisher")
        usual = package(folder, publisher, 48 * MEGABYTE)
        print(
            f"{FILES} files in an executable of {usual.stat().st_size / MEGABYTE:.0f} MB, {os.cpu_count()} processors"
        )
        # In turns, so that what else the machine does hits both alike.
        runs = [timed(usual, folder) for _run in range(RUNS)]
        own = statistics.median(run.inspection for run in runs)
        process = statistics.median(run.process for run in runs)
        ratio = statistics.median(run.everything / run.inspection for run in runs)
        megabytes = max(memory(usual) for _run in range(MEMORY_RUNS))
        print(f"inspection: {own:.2f} s (at most {MOST_SECONDS}), {process:.2f} s with the start of Python")
        for name, seconds in (
            ("everything", [run.everything for run in runs]),
            ("the package only", [run.package_only for run in runs]),
        ):
            ratios = [by_hand / run.inspection for by_hand, run in zip(seconds, runs, strict=True)]
            print(
                f"7z x, then grep, {name}: {statistics.median(seconds):.2f} s,"
                f" {statistics.median(ratios):.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})"
            )
        print(f"at least {LEAST_RATIO} times as long is wanted of everything")
        usual.unlink()
        large = memory(large_package(folder, publisher, 1024 * MEGABYTE))
        print(f"memory: {megabytes:.0f} MB (at most {MOST_MEGABYTES}), for a package of 1 GB {large:.0f} MB")
    good = own <= MOST_SECONDS and ratio >= LEAST_RATIO and max(large, megabytes) <= MOST_MEGABYTES
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
