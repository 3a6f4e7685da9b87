# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast a package is inspected, and with how much memory: `python -m benchmarks.inspection`.

Compares in one run, in turns and each in processes of its own, two ways to the same answer about a signed 48 MB
executable with 300 files. One is the complete inspection: contents, SQL, architectures, identity, SHA-256, signature.
The other is what people do by hand: `7z x` of the package; `7z x` of what comes out, until nothing new does, because a
program may carry a cabinet as the package itself does, or have one among its resources; `grep` over all of it; the
checksum; the signature. By hand is given the shortest way wherever there are two, so that it is not the yardstick that
makes the inspection look fast:

- 7-Zip is told that there is a cabinet in the program, which one has to find out first;
- one 7-Zip opens all the files that came out, where a loop starts one for each;
- the checksum is OpenSSL's with nothing started for it, several times as fast as the program sha256sum;
- `grep` does not look for UTF-16, and nobody has to read architectures and versions.

The start of Python is told, but not compared: in Ansible's module it is there already. Both need a processor or two to
themselves: what else the machine does shows in the figures. Last comes the memory, for a package of 1 GB too.
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
import typing as t
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import find_seven_zip
from tests.lab.packages.pe import portable_executable
from tests.lab.packages.publisher import Publisher
from tests.lab.packages.shapes import cabinet
from tests.lab.packages.version_resource import VersionInfo

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    shutil.copyfile(path, _unsigned(path))
    publisher.sign(path)
    return path


def _unsigned(path: Path) -> Path:
    return path.with_suffix(".unsigned.exe")


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
class ByHand:
    """Seconds for each step."""

    package: float
    files: float
    their_parts: float
    grep: float
    checksum: float
    signature: float

    @property
    def without_trust(self) -> float:
        """7z x, then grep, and no more."""
        return self.package + self.files + self.their_parts + self.grep

    @property
    def whole(self) -> float:
        return self.without_trust + self.checksum + self.signature


@dataclass(frozen=True)
class Run:
    """In seconds. `inspection` is without, `process` with the start of Python and its imports."""

    inspection: float
    process: float
    unsigned: float
    """The inspection of the same package without a signature, for which no library is loaded."""
    by_hand: ByHand


def timed(path: Path, folder: Path) -> Run:
    started = time.perf_counter()
    inspection = _inspected(path)
    process = time.perf_counter() - started
    return Run(inspection, process, _inspected(_unsigned(path)), by_hand(path, folder))


def _inspected(path: Path) -> float:
    output = subprocess.run(_inspecting(path), check=True, capture_output=True, timeout=600).stdout
    return float(json.loads(output)["seconds"])


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


def by_hand(path: Path, folder: Path) -> ByHand:
    unpacked, opened, parts = folder / "unpacked", folder / "opened", folder / "parts"
    steps = ByHand(
        package=_seconds(lambda: _seven_zip("-tcab", f"-o{unpacked}", str(path))),
        files=_seconds(lambda: _seven_zip(f"-o{opened}/*", f"{unpacked}/*")),
        their_parts=_seconds(lambda: _seven_zip(f"-o{parts}/*", "-r", f"{opened}/*")),
        grep=_seconds(lambda: _run("grep", "-rliE", PATTERN, str(unpacked), str(opened))),
        checksum=_seconds(lambda: _checksum(path)),
        signature=_seconds(lambda: _run("osslsigncode", "verify", "-in", str(path))),
    )
    if len(list(unpacked.iterdir())) != FILES:
        raise RuntimeError(f"7-Zip has not unpacked all of {path}")
    if parts.exists():
        raise RuntimeError("the files of the package hold archives: what comes out of these has to be opened as well")
    for target in (unpacked, opened):
        shutil.rmtree(target)
    return steps


def _seconds(step: Callable[[], None]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _checksum(path: Path) -> None:
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def _seven_zip(*arguments: str) -> None:
    _run(find_seven_zip() or "7z", "x", "-y", *arguments)


def _run(program: str, *arguments: str) -> None:
    # 7-Zip fails where one of the files is no archive, grep where it finds nothing; a program that is missing raises.
    subprocess.run([shutil.which(program) or program, *arguments], check=False, capture_output=True, timeout=600)


def report(runs: Sequence[Run]) -> bool:
    """Print it, and tell whether the inspection is fast enough."""
    inspection = statistics.median(run.inspection for run in runs)
    process = statistics.median(run.process for run in runs)
    unsigned = statistics.median(run.unsigned for run in runs)
    print(f"inspection: {inspection:.2f} s (at most {MOST_SECONDS}), {process:.2f} s with the start of Python")
    print(f"  of the same package without a signature: {unsigned:.2f} s")
    for step in fields(ByHand):
        seconds = statistics.median(getattr(run.by_hand, step.name) for run in runs)
        print(f"  by hand, {step.name.replace('_', ' ')}: {seconds:.2f} s")
    _compare("7z x and grep, without checksum and signature", runs, lambda steps: steps.without_trust)
    ratio = _compare("everything by hand", runs, lambda steps: steps.whole)
    print(f"at least {LEAST_RATIO} times as long is wanted of everything")
    return inspection <= MOST_SECONDS and ratio >= LEAST_RATIO


def _compare(name: str, runs: Sequence[Run], seconds: Callable[[ByHand], float]) -> float:
    """How many times as long it takes by hand."""
    ratios = [seconds(run.by_hand) / run.inspection for run in runs]
    ratio = statistics.median(ratios)
    long = statistics.median(seconds(run.by_hand) for run in runs)
    print(f"{name}: {long:.2f} s, {ratio:.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})")
    return ratio


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="biztalk-benchmark-") as scratch:
        folder = Path(scratch)
        publisher = Publisher.create(folder / "publisher")
        usual = package(folder, publisher, 48 * MEGABYTE)
        size = usual.stat().st_size / MEGABYTE
        print(f"{FILES} files in an executable of {size:.0f} MB, {os.cpu_count()} processors")
        # In turns, so that what else the machine does hits both alike.
        fast = report([timed(usual, folder) for _run in range(RUNS)])
        megabytes = max(memory(usual) for _run in range(MEMORY_RUNS))
        usual.unlink()
        _unsigned(usual).unlink()
        large = memory(large_package(folder, publisher, 1024 * MEGABYTE))
        print(f"memory: {megabytes:.0f} MB (at most {MOST_MEGABYTES}), for a package of 1 GB {large:.0f} MB")
    return 0 if fast and max(large, megabytes) <= MOST_MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
