# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damages packages, files in packages and Setup.xml in 20,000 ways: `python -m benchmarks.mutations [cases] [seed]`.

Each of them has SQL. Whatever the damage, there must be an answer or one clear error, and never the answer "no" unless
the damage has removed the SQL itself.
"""

from __future__ import annotations

import collections
import hashlib
import sys
import tempfile
import time
import typing as t
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Deadline, SevenZip, find_seven_zip
from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents
from ansible_collections.biztalk.patching.plugins.module_utils._package import PackageError, inspect_package
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import read_setup_xml
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import answer_sql
from tests.lab.packages.installer import build_msi
from tests.lab.packages.patch import Patch
from tests.lab.packages.pe import portable_executable
from tests.lab.packages.shapes import burn, cabinet, iexpress
from tests.lab.packages.spec import PackageSpec
from tests.lab.packages.version_resource import VersionInfo

CASES, SEED = 20_000, 1
SEVEN_ZIP = find_seven_zip() or "7z"
# A package costs as much as some hundred documents: each runs 7-Zip several times.
PACKAGES_IN_TEN_THOUSAND = 750
VERSION = VersionInfo("3.13.9.0", ())
DLL = portable_executable("x64", VERSION, dll=True)
DOCUMENTS = tuple(
    document.encode(encoding)
    for document in (
        '<?xml version="1.0"?><Setup><Files><File Name="a.dll"/></Files><Script File="SQL\\x.sql"/></Setup>',
        '<p:s xmlns:p="urn:x"><p:script>\n  msgboxlogic.sql\n</p:script></p:s>',
        '<a><![CDATA[osql -i "x.sql"]]><b c="1"/>x.sql</a>',
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16")
)


WITHOUT_SCRIPT = b'<a><b f="a.dll"/></a>'


class Dice:
    """Numbers that are the same in every run with one seed."""

    def __init__(self, seed: int) -> None:
        self._seed, self._count = seed, 0

    def roll(self, sides: int) -> int:
        self._count += 1
        digest = hashlib.blake2b(f"{self._seed}/{self._count}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % sides


def mutate(content: bytes, dice: Dice) -> bytes:
    for _times in range(1 + dice.roll(3)):
        place = dice.roll(len(content) + 1)
        end = min(len(content), place + 1 + dice.roll(40))
        some = bytes(dice.roll(256) for _number in range(1 + dice.roll(4)))
        other = dice.roll(len(content) + 1)
        content = (
            content[:place] + bytes([content[place] ^ 1 << dice.roll(8)]) + content[place + 1 :]
            if place < len(content)
            else content,
            content[:place],
            content[place:],
            content[:place] + some + content[place:],
            content[:place] + content[end:],
            content[:place] + bytes(end - place) + content[end:],
            content[:other] + content[place:end] + content[other:],
        )[dice.roll(7)]
    return content


def packages() -> dict[str, bytes]:
    """One of each make, all with SQL."""
    stub = portable_executable("x86", VERSION, dll=False)
    plain = {"Setup.xml": DOCUMENTS[0], "a.dll": DLL}
    plain_without_script = {**plain, "Setup.xml": WITHOUT_SCRIPT}
    scripts = {"SQL\\x.sql": b"EXEC sp_x"}
    zipped = _zipped(plain | {"SQL/x.sql": b"EXEC sp_x"})
    return {
        "a cabinet behind a program": stub + cabinet(plain | scripts),
        "a cabinet": cabinet(plain | scripts),
        "a zip file": zipped,
        "a zip file behind a program": stub + zipped,
        "IExpress": iexpress(plain | scripts, VERSION),
        "Burn": burn({"m.dll": DLL}, plain | scripts, VERSION),
        "a patch": stub + cabinet(plain | {"u.msp": _patch("x.sql")}),
        "a patch of a script that the product has": stub + cabinet({**plain_without_script, "u.msp": _patch("")}),
        "nested": stub + cabinet({**plain, "inner.exe": stub + cabinet(scripts)}),
    }


def payloads(folder: Path) -> dict[str, tuple[bytes, bytes]]:
    """Files within a package, of which each alone holds its SQL, and under which name."""
    stub = portable_executable("x86", VERSION, dll=False)
    scripts = {"x.sql": b"EXEC sp_x"}
    spec = PackageSpec(kb="90000009", title="Hotfix", version=VERSION.file_version, architecture="x64")
    named = {
        "x.msi": build_msi(spec, {"a.dll": DLL, **scripts}, folder),
        "x.msp": _patch("x.sql"),
        "x.cab": cabinet(scripts),
        "x.zip": _zipped(scripts),
        "cabinet.exe": stub + cabinet(scripts),
        "zip.exe": stub + _zipped(scripts),
        "iexpress.exe": iexpress(scripts, VERSION),
    }
    return {
        **{name: (content, b"x.sql") for name, content in named.items()},
        "y.msp": (_patch(""), b"f1"),
        "burn.exe": (burn({"m.dll": DLL}, scripts, VERSION), b"a0"),
    }


def _patch(script: str) -> bytes:
    """A patch of a script, which bears no name where the product has it already."""
    patch = Patch("{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}", ("{3C3532C8-182B-5AD9-8EEF-D42434251F0E}",))
    return patch.build({"f1": (script, b"EXEC sp_x"), "f2": ("a.dll", DLL)})


def _zipped(members: dict[str, bytes]) -> bytes:
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return zipped.getvalue()


@dataclass
class Outcome:
    answers: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)


def damage_documents(cases: int, dice: Dice, outcome: Outcome) -> None:
    for _number in range(cases):
        content = mutate(DOCUMENTS[dice.roll(len(DOCUMENTS))], dice)
        setup_xml = read_setup_xml(content)
        answer = answer_sql(Contents(setup_xmls=[("Setup.xml", setup_xml)])).found
        outcome.answers[f"document: {answer}"] += 1
        if answer == "no" and _names_a_script(content):
            outcome.faults.append(f"no SQL in {content!r}")


def _names_a_script(content: bytes) -> bool:
    """As whoever reads the document would see it, byte order mark and all."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    return ".sql" in content.decode(encoding, "replace").lower()


def damage_packages(cases: int, dice: Dice, outcome: Outcome, folder: Path) -> None:
    whole = list(packages().items())
    for _number in range(cases):
        kind, content = whole[dice.roll(len(whole))]
        _inspect(kind, mutate(content, dice), outcome, folder)


def damage_payloads(cases: int, dice: Dice, outcome: Outcome, folder: Path) -> None:
    """The package is whole, but was made of a damaged file."""
    source = folder / "source"
    source.mkdir()
    inner = list(payloads(source).items())
    for _number in range(cases):
        name, (content, script) = inner[dice.roll(len(inner))]
        damaged = mutate(content, dice)
        package = cabinet({"Setup.xml": WITHOUT_SCRIPT, "a.dll": DLL, name: damaged})
        _inspect(name, package, outcome, folder, removed=script not in damaged)


def _inspect(kind: str, content: bytes, outcome: Outcome, folder: Path, *, removed: bool = False) -> None:
    """`removed` is the SQL where nothing of it is left, not even its name."""
    path = folder / "package.exe"
    path.write_bytes(content)
    try:
        answer: str = inspect_package(path, SevenZip(SEVEN_ZIP, Deadline(60)), scratch=str(folder)).sql.found
    except PackageError:
        answer = "refused"
    outcome.answers[f"package: {answer}"] += 1
    if answer == "no" and not removed:
        kept = folder / f"no-{hashlib.sha256(content).hexdigest()[:12]}.exe"
        kept.write_bytes(content)
        outcome.faults.append(f"no SQL in {kind}: {kept}")


def run(cases: int, seed: int, folder: Path) -> Outcome:
    outcome, dice = Outcome(), Dice(seed)
    in_packages = cases * PACKAGES_IN_TEN_THOUSAND // 10_000
    damage_documents(cases - in_packages, dice, outcome)
    damage_packages(in_packages - in_packages // 2, dice, outcome, folder)
    damage_payloads(in_packages // 2, dice, outcome, folder)
    return outcome


def main(arguments: t.Sequence[str]) -> int:
    cases, seed = (int(given) for given in (*arguments, *(str(CASES), str(SEED))[len(arguments) :]))
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="biztalk-mutations-"))
    outcome = run(cases, seed, folder)
    print(f"{cases} cases with seed {seed} in {time.monotonic() - started:.0f} s")
    for answer, count in sorted(outcome.answers.items()):
        print(f"  {answer}: {count}")
    print("\n".join(outcome.faults) or "No traceback, and never the answer no where SQL is left.")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
