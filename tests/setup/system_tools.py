# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs and libraries that are no Python packages: already there, else installed, else below `.cache/tools`."""

from __future__ import annotations

import os
import re
import shutil
import sysconfig
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.setup.console import SetupError, run, step
from tests.setup.paths import TOOLS, tool_path

if t.TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY_FOLDERS = ("/usr/lib", "/usr/lib64", str(TOOLS / "usr" / "lib"))


@dataclass(frozen=True)
class Tool:
    """A program, and the packages that bring it, separated by spaces.

    `executable` is where it lies below `/usr`, `others` are programs that do as well.
    """

    program: str
    debian: str
    fedora: str
    executable: str = ""
    others: tuple[str, ...] = ()

    def find(self) -> str | None:
        found = (shutil.which(name, path=tool_path()) for name in (self.program, *self.others))
        return next(filter(None, found), None)


@dataclass(frozen=True)
class Library:
    """A shared library, and the packages that bring it. One below `.cache/tools` is found by LD_LIBRARY_PATH."""

    name: str
    debian: str
    fedora: str

    def find(self, folders: Sequence[str] = LIBRARY_FOLDERS) -> Path | None:
        patterns = (self.name, f"*/{self.name}", f"*/odbc/{self.name}")
        found = (path for folder in folders for pattern in patterns for path in Path(folder).glob(pattern))
        return next(found, None)


# The lab builds its updates with these.
TOOLS_NEEDED = (
    Tool(program="wixl", debian="wixl", fedora="msitools"),
    Tool(program="msibuild", debian="msitools", fedora="msitools"),
    Tool(program="osslsigncode", debian="osslsigncode", fedora="osslsigncode"),
)
# What pyodbc loads: its wheels do not bring it.
DRIVER_MANAGER = Library(name="libodbc.so.2", debian="libodbc2", fedora="unixODBC")
# The tests open the report in it. Below `/usr/bin` it is a script that knows where a system has it.
BROWSER = Tool(
    program="chromium",
    debian="chromium fonts-dejavu-core",
    fedora="chromium",
    executable="lib/chromium/chromium",
    others=("chromium-browser", "google-chrome"),
)
# The second of the drivers that the tests of the SQL modules use; Microsoft's is a Python package.
FREETDS = Library(name="libtdsodbc.so", debian="tdsodbc", fedora="freetds")
LIBRARIES_NEEDED = (DRIVER_MANAGER, FREETDS)


def ensure_system_tools(kind: str) -> None:
    """Bring the programs and libraries that are missing. Needs the distribution's mirror only when one is.

    `kind` is `test` or `run`, as in environment.py: only the tests need a browser.
    """
    needed = [*TOOLS_NEEDED, *([BROWSER] if kind == "test" else [])]
    programs = [tool for tool in needed if not tool.find()]
    libraries = [library for library in LIBRARIES_NEEDED if not library.find()]
    missing: list[Tool | Library] = [*programs, *libraries]
    if not missing:
        return
    packages = sorted({name for one in missing for name in one.debian.split()})
    if not shutil.which("apt-get"):
        raise SetupError(_by_hand(missing))
    if os.geteuid() == 0:
        with step(f"installing {' '.join(packages)} with apt-get"):
            install_with_apt(packages)
    else:
        with step(f"unpacking {' '.join(packages)} below .cache/tools, as only root may install"):
            unpack_without_root(packages, programs, TOOLS)


def install_with_apt(packages: Sequence[str]) -> None:
    """Install as root; the package lists are fetched only when the first try does not know the packages."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(command, env=environment)
    except SetupError:
        run(["apt-get", "update"], env=environment)
        run(command, env=environment)


def unpack_without_root(packages: Sequence[str], programs: Sequence[Tool], target: Path) -> None:
    """Unpack the packages with all that they depend on and that is not installed, and make each program callable.

    apt keeps its lists in a folder of ours, because only root may refresh the machine's.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix="apt-") as scratch:
        lists = Path(scratch, "lists")
        (lists / "partial").mkdir(parents=True)
        # Without this apt, when it runs as root, would fetch as a user who may not write into the scratch folder.
        ours = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={scratch}", "-o", "APT::Sandbox::User="]
        needed: list[Tool | Library] = [*programs, *LIBRARIES_NEEDED]
        run(["apt-get", *ours, "update"], hint=_by_hand(needed))
        plan = run(["apt-get", *ours, "install", "--simulate", "--no-install-recommends", *packages])
        run(["apt-get", *ours, "download", *planned_packages(plan)], cwd=Path(scratch))
        for archive in sorted(Path(scratch).glob("*.deb")):
            run(["dpkg", "--extract", archive, target])
    for tool in programs:
        _wrap(tool, target)
    # What LD_LIBRARY_PATH names.
    libraries = target / "lib"
    libraries.unlink(missing_ok=True)
    libraries.symlink_to(Path("usr", "lib", _multiarch()))


def _multiarch() -> str:
    return sysconfig.get_config_var("MULTIARCH") or ""


def planned_packages(simulation: str) -> list[str]:
    """Read which packages a simulated `apt-get install` would bring, each as name=version."""
    planned = re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", simulation, re.MULTILINE)
    return [f"{name}={version}" for name, version in planned]


def _wrap(tool: Tool, target: Path) -> None:
    wrapper = target / "bin" / tool.program
    executable = tool.executable or f"bin/{tool.program}"
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(
        "#!/bin/sh\n"
        'here=$(dirname "$(dirname "$(readlink -f "$0")")")\n'
        f'LD_LIBRARY_PATH="$here/usr/lib/{_multiarch()}:$here/usr/lib" exec "$here/usr/{executable}" "$@"\n'
    )
    wrapper.chmod(0o755)


def _by_hand(missing: Sequence[Tool | Library]) -> str:
    names = " and ".join(one.program if isinstance(one, Tool) else one.name for one in missing)
    debian = " ".join(sorted({one.debian for one in missing}))
    fedora = " ".join(sorted({one.fedora for one in missing}))
    return (
        f"The lab and the tests need {names}. Debian and Ubuntu: apt-get install {debian}; Fedora: dnf install {fedora}"
    )
