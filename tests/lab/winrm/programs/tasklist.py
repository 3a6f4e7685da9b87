# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tasklist.exe: /V, /SVC, /FO CSV, /NH and /FI.

A window title and a status are known of the caller's own desktop only, and a WinRM session has none of its own: for a
program on somebody's desktop `tasklist /v` says N/A.
"""

from __future__ import annotations

import csv
import fnmatch
import io
import operator
import re
import typing as t

from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Process
    from tests.lab.winrm.session import Session

_BASIC = ("Image Name", "PID", "Session Name", "Session#", "Mem Usage")
_VERBOSE = (*_BASIC, "Status", "User Name", "CPU Time", "Window Title")
_SERVICES = ("Image Name", "PID", "Services")
_KERNEL = ("System Idle Process", "0"), ("System", "4")
_FILTER = re.compile(r"(\w+)\s+(eq|ne|gt|lt|ge|le)\s+(.+)", re.IGNORECASE)
_FIELDS = {
    "IMAGENAME": "Image Name",
    "PID": "PID",
    "SESSION": "Session#",
    "SESSIONNAME": "Session Name",
    "SERVICES": "Services",
    "USERNAME": "User Name",
}
_ORDER = {"gt": operator.gt, "lt": operator.lt, "ge": operator.ge, "le": operator.le}

Row = dict[str, str]


class _InvalidArgumentError(ValueError):
    pass


def run(session: Session, arguments: list[str]) -> ProgramResult:
    try:
        columns, header, filters = _parsed(arguments)
        rows = [row for row in _rows(session) if all(_matches(row, item) for item in filters)]
    except _InvalidArgumentError as error:
        return ProgramResult.error(1, f"ERROR: {error}")
    if not rows:
        return ProgramResult.lines("INFO: No tasks are running which match the specified criteria.")
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(([columns] if header else []) + [[row[column] for column in columns] for row in rows])
    return ProgramResult(0, text.getvalue())


def _parsed(arguments: list[str]) -> tuple[tuple[str, ...], bool, list[str]]:
    columns: tuple[str, ...] = _BASIC
    header, csv_format = True, False
    filters: list[str] = []
    words = iter(arguments)
    for word in words:
        match word.casefold():
            case "/v":
                columns = _VERBOSE
            case "/svc":
                columns = _SERVICES
            case "/nh":
                header = False
            case "/fo":
                csv_format = next(words, "").casefold() == "csv"
            case "/fi":
                filters.append(next(words, ""))
            case _:
                raise _InvalidArgumentError(f"Invalid argument/option - '{word}'.")
    if not csv_format:
        raise _InvalidArgumentError("the lab prints no other format than /FO CSV.")
    return columns, header, filters


def _rows(session: Session) -> list[Row]:
    kernel = [
        dict.fromkeys(_VERBOSE, "N/A")
        | {"Image Name": image, "PID": pid, "Session Name": "Services", "Session#": "0", "Mem Usage": "8 K"}
        | {"Status": "Unknown", "User Name": r"NT AUTHORITY\SYSTEM", "CPU Time": "0:00:00", "Services": "N/A"}
        for image, pid in _KERNEL
    ]
    services = {service.pid: service.name for service in session.computer.services.all() if service.pid}
    return kernel + [_row(process, services.get(process.pid, "N/A")) for process in session.computer.processes.all()]


def _row(process: Process, service: str) -> Row:
    return {
        "Image Name": process.image,
        "PID": str(process.pid),
        "Session Name": process.session_name,
        "Session#": str(process.session),
        "Mem Usage": "24,576 K",
        "Status": "Unknown",
        "User Name": process.user,
        "CPU Time": "0:00:01",
        "Window Title": "N/A",
        "Services": service,
    }


def _matches(row: Row, text: str) -> bool:
    match = _FILTER.fullmatch(text.strip())
    if match is None or match[1].upper() not in _FIELDS:
        raise _InvalidArgumentError("The search filter cannot be recognized.")
    value, relation, wanted = row[_FIELDS[match[1].upper()]], match[2].casefold(), match[3].strip()
    if relation in _ORDER:
        if not (value.isdigit() and wanted.isdigit()):
            raise _InvalidArgumentError("The search filter cannot be recognized.")
        return bool(_ORDER[relation](int(value), int(wanted)))
    return fnmatch.fnmatchcase(value.casefold(), wanted.casefold()) == (relation == "eq")
