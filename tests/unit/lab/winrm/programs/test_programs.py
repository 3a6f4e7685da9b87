# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sc, taskkill, iisreset and whoami."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.service import Definition, Program
from tests.lab.winrm.programs import ProgramNotFoundError, run_program

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.session import Session

HOST = "BTSSvc$ProcessingHost"


def pid_of(computer: Computer, image: str) -> str:
    return str(next(process.pid for process in computer.processes.all() if process.image == image))


def states(computer: Computer, *names: str) -> set[str]:
    return {service.state for name in names if (service := computer.services.get(name))}


def test_sc_returns_while_the_service_is_on_its_way(session: Session, computer: Computer) -> None:
    result = run_program(session, ["sc.exe", "stop", HOST.lower()])
    assert (result.code, "3  STOP_PENDING" in result.stdout) == (0, True)
    service = computer.services.get(HOST)
    assert service is not None
    assert service.wait_for("stopped", 5)
    assert "1  STOPPED" in run_program(session, ["sc", "query", HOST]).stdout
    assert "2  START_PENDING" in run_program(session, ["sc", "start", HOST]).stdout
    assert service.wait_for("running", 5)
    assert f"PID                : {service.pid}" in run_program(session, ["sc", "queryex", HOST]).stdout


def test_sc_changes_how_a_service_starts(session: Session, computer: Computer) -> None:
    service = computer.services.get(HOST)
    assert service is not None
    for word, mode in (("demand", "manual"), ("delayed-auto", "delayed"), ("disabled", "disabled"), ("auto", "auto")):
        assert run_program(session, ["sc.exe", "config", HOST, "start=", word]).code == 0
        assert service.start_mode == mode
    (first, *_others) = (event for event in computer.world.events.events if event.kind == "service.start_mode")
    assert (first["before"], first["after"], first["origin"]) == ("auto", "manual", "sc.exe")


def test_sc_tells_recovery_actions_and_exit_codes(session: Session) -> None:
    assert "RESTART -- Delay = 60000 milliseconds." in run_program(session, ["sc", "qfailure", HOST]).stdout
    assert "FAILURE_ACTIONS" not in run_program(session, ["sc", "qfailure", "Spooler"]).stdout
    assert "WIN32_EXIT_CODE    : 0  (0x0)" in run_program(session, ["sc", "query", HOST]).stdout
    assert "WIN32_EXIT_CODE    : 1077  (0x435)" in run_program(session, ["sc", "query", "BTSSvc$ReceiveHost"]).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["start", HOST], 1056),
        (["stop", "ENTSSO"], 1051),
        (["stop", "BTSSvc$ReceiveHost"], 1062),
        (["query", "nothing"], 1060),
        (["query", "Enterprise Single Sign-On Service"], 1060),
        (["delete", HOST], 1639),
        (["config", "nothing", "start=", "demand"], 1060),
        (["config", HOST, "start=demand"], 1639),
        (["config", HOST, "start=", "sometimes"], 1639),
        (["config", HOST, "obj=", "LocalSystem"], 1639),
        ([], 1639),
    ],
)
def test_sc_exits_with_the_error_code(session: Session, arguments: list[str], code: int) -> None:
    assert run_program(session, ["sc", *arguments]).code == code


def test_taskkill_by_force(session: Session, computer: Computer) -> None:
    pid = pid_of(computer, "mmc.exe")
    result = run_program(session, ["taskkill", "/F", "/PID", pid])
    assert (result.code, result.stdout) == (0, f"SUCCESS: The process with PID {pid} has been terminated.\r\n")
    assert run_program(session, ["taskkill", "/PID", pid, "/F"]).code == 128


def test_taskkill_cannot_ask_a_program_on_a_desktop(session: Session, computer: Computer) -> None:
    result = run_program(session, ["taskkill", "/im", "MMC.exe"])
    assert (result.code, "only be terminated forcefully" in result.stderr) == (1, True)
    assert pid_of(computer, "mmc.exe")


def test_taskkill_of_what_fits_all_filters(session: Session, computer: Computer) -> None:
    pid = pid_of(computer, "mmc.exe")

    def kill(image: str) -> str:
        result = run_program(session, ["taskkill", "/f", "/fi", f"PID eq {pid}", "/fi", f"IMAGENAME eq {image}"])
        assert result.code == 0
        return result.stdout

    assert kill("other.exe") == "INFO: No tasks running with the specified criteria.\r\n"
    assert kill("MMC.exe") == f"SUCCESS: The process with PID {pid} has been terminated.\r\n"
    assert kill("mmc.exe") == "INFO: No tasks running with the specified criteria.\r\n"


def test_taskkill_asks_a_program_without_a_desktop(session: Session, computer: Computer) -> None:
    polite = computer.processes.start("Polite.exe", user="LAB\\svc", heeds=True)
    stubborn = computer.processes.start("Stubborn.exe", user="LAB\\svc")
    result = run_program(session, ["taskkill", "/pid", str(polite.pid), "/pid", str(stubborn.pid)])
    assert (result.code, f"Sent termination signal to the process with PID {polite.pid}" in result.stdout) == (1, True)
    assert polite not in computer.processes.all()
    assert stubborn in computer.processes.all()


def test_msg_reaches_those_who_are_logged_on(session: Session, computer: Computer) -> None:
    heeding = computer.processes.start("mmc.exe", user=r"LAB\bob", session=7, heeds=True)
    other = computer.processes.start("mmc.exe", user=r"LAB\bob", session=7)
    assert run_program(session, ["msg.exe", "7", "/time:30", "Save your work."]).code == 0
    assert heeding not in computer.processes.all()
    assert other in computer.processes.all()
    last = computer.world.events.events[-1]
    assert (last.kind, last["pid"], last["origin"]) == ("process.ended", heeding.pid, r"LAB\bob")


@pytest.mark.parametrize("arguments", [["9", "text"], ["0", "text"], ["7"], ["bob", "text"], ["7", "/w"]])
def test_msg_to_nobody(session: Session, arguments: list[str]) -> None:
    assert run_program(session, ["msg", *arguments]).code == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["/f"], ["/pid"], ["/t", "/pid", "1"], ["/fi", "STATUS eq RUNNING"], ["/fi", "PID eq 1", "/pid", "1"]],
)
def test_taskkill_without_an_aim(session: Session, arguments: list[str]) -> None:
    assert run_program(session, ["taskkill", *arguments]).code == 1


def test_iisreset(session: Session, computer: Computer) -> None:
    names = ("W3SVC", "WAS", "IISADMIN")
    assert run_program(session, ["iisreset", "/stop"]).code == 0
    assert states(computer, *names) == {"stopped"}
    assert run_program(session, ["iisreset", "/start", "/noforce"]).code == 0
    assert states(computer, *names) == {"running"}
    assert run_program(session, ["iisreset"]).stdout.count("successfully") == 2
    assert "W3SVC ) : running" in run_program(session, ["iisreset", "/status"]).stdout
    assert run_program(session, ["iisreset", "/reboot"]).code == 87


def test_iisreset_stops_what_depends_on_iis(session: Session, computer: Computer) -> None:
    definition = Definition("FTPSVC", "Microsoft FTP Service", "other", (Program("svchost.exe"),), depends_on=("WAS",))
    computer.services.run_at_boot(computer.services.add(definition))
    assert run_program(session, ["iisreset", "/stop"]).code == 0
    assert states(computer, "FTPSVC", "WAS") == {"stopped"}


def test_whoami_knows_no_switch(session: Session) -> None:
    assert run_program(session, ["whoami", "/all"]).code == 1


def test_a_file_that_is_no_program(session: Session, computer: Computer) -> None:
    computer.files.write(r"C:\ProgramData\a.exe", b"text", "test")
    with pytest.raises(ProgramNotFoundError, match="is not a program that the lab knows"):
        run_program(session, [r"C:\ProgramData\a.exe", "/quiet"])
