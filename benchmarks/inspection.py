# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast a package is inspected, and with how much memory: `python -m benchmarks.inspection`.

Compares in one run, each in a process of its own: the complete inspection (contents, SQL, architectures, identity,
SHA-256, Authenticode) of a signed 48 MB executable with 300 files; what people do by hand, `7z x` and grep; and the
inspection of a 1 GB package.
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
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import find_seven_zip
from tests.lab.packages.pe import portable_executable
from tests.lab.packages.publisher import Publisher
from tests.lab.packages.shapes import cabinet
from tests.lab.packages.version_resource import VersionInfo

MEGABYTE = 1024 * 1024
FILES = 300
RUNS = 5
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


def measured(path: Path) -> dict[str, t.Any]:
    """One inspection, and the most memory that it and its 7-Zip took together, each shared page counted once."""
    command = [sys.executable, "-m", "benchmarks.inspect_once", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        most = 0
        while process.poll() is None:
            most = max(most, sum(map(_memory, [process.pid, *_children(process.pid)])))
            time.sleep(0.01)
        output = process.stdout.read() if process.stdout else b""
    if process.returncode:
        raise RuntimeError(f"the inspection of {path} failed")
    return {"megabytes": most / 1024, **json.loads(output)}


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


def by_hand(path: Path, folder: Path) -> float:
    """Take the cabinet out of the program, unpack it, search what came out."""
    target, program = folder / "unpacked", find_seven_zip() or "7z"
    started = time.perf_counter()
    for source, kind in ((path, ["-t#"]), (target / "2.cab", [])):
        command = [program, "x", "-y", *kind, f"-o{target}", str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    grep = shutil.which("grep") or "grep"
    subprocess.run([grep, "-rliE", PATTERN, str(target)], check=False, capture_output=True, timeout=600)
    seconds = time.perf_counter() - started
    shutil.rmtree(target)
    return seconds


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="biztalk-benchmark-") as scratch:
        folder = Path(scratch)
        publisher = Publisher.create(folder / "publisher")
        usual = package(folder, publisher, 48 * MEGABYTE)
        print(
            f"{FILES} files in an executable of {usual.stat().st_size / MEGABYTE:.0f} MB, {os.cpu_count()} processors"
        )
        # In turns, so that what else the machine does hits both alike.
        pairs = [(measured(usual), by_hand(usual, folder)) for _run in range(RUNS)]
        seconds = statistics.median(own["seconds"] for own, _hand in pairs)
        megabytes = max(own["megabytes"] for own, _hand in pairs)
        hand = statistics.median(hand for _own, hand in pairs)
        print(f"inspection: {seconds:.2f} s (at most {MOST_SECONDS}), {megabytes:.0f} MB (at most {MOST_MEGABYTES})")
        print(f"7z x, then grep: {hand:.2f} s, {hand / seconds:.1f} times as long (at least {LEAST_RATIO})")
        usual.unlink()
        large = measured(large_package(folder, publisher, 1024 * MEGABYTE))
        print(f"1 GB: {large['seconds']:.1f} s, {large['megabytes']:.0f} MB")
    good = seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES and hand / seconds >= LEAST_RATIO
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
