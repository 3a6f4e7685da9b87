# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server Agent: runs jobs while its service runs, and keeps msdb's tables about them."""

from __future__ import annotations

import dataclasses
import threading
import typing as t
from dataclasses import dataclass, field

from tests.lab.sqlserver import clock, jobs, permissions
from tests.lab.sqlserver.history import History, Outcome
from tests.lab.sqlserver.runner import Runner
from tests.lab.tds import interface
from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.jobs import Job, Step
    from tests.lab.sqlserver.sessions import Session

OWN_PROGRAMS = (
    "SQLAgent - Generic Refresher",
    "SQLAgent - Job invocation engine",
    "SQLAgent - Job Manager",
    "SQLAgent - Email Logger",
)
REFUSED = 22022
SCHEDULE = "Schedule"
JOIN_TIMEOUT = 5.0


@dataclass
class Run:
    """One execution of a job."""

    job: Job
    requested_by: str
    idle: float = 0.0
    step: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Agent:
    def __init__(self, instance: SqlServerInstance, known: tuple[Job, ...]) -> None:
        self._instance = instance
        self._jobs = known
        self._history = History(instance, known)
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._sessions: list[Session] = []
        self.running = False
        self.stopped_at = clock.utc_now()
        self.account = r"LAB\svc-sql"

    def start(self) -> None:
        with self._lock:
            if self.running:
                return
            self.running = True
            self._history.agent_started()
            self._sessions = [self._open(program, "msdb") for program in OWN_PROGRAMS]
        self.start_continuous_jobs()
        for job in self._jobs:
            if fault := self._instance.faults.take("job_busy", job=job.name):
                self.run_by_schedule(job.name, seconds=fault.seconds)

    def start_continuous_jobs(self) -> None:
        """Their schedule asks for them every minute, so they run wherever they can."""
        with self._lock:
            for job in self._jobs:
                if self.running and job.continuous and job.enabled and job.name not in self._runs:
                    self._start(Run(job, SCHEDULE), source=1)

    def run_by_schedule(self, name: str, *, seconds: float = 0.0) -> None:
        """A schedule comes due, which it never does by itself here; the run begins with idling for `seconds`."""
        job = self.find(name=name)
        if job is None:
            raise LookupError(f"{self._instance.name} has no job {name}")
        with self._lock:
            if self.running and job.enabled and job.name not in self._runs:
                self._start(Run(job, SCHEDULE, idle=seconds), source=1)

    def set_enabled(self, job: Job, *, enabled: bool) -> None:
        changed = dataclasses.replace(job, enabled=enabled)
        with self._lock:
            self._jobs = tuple(changed if item.name == job.name else item for item in self._jobs)
        self._history.enabled(changed)

    def state_of(self, job: Job) -> tuple[int, int]:
        """What sp_help_job shows: the status (1 executing, 4 idle) and the step."""
        with self._lock:
            run = self._runs.get(job.name)
        return (1, run.step) if run else (4, 0)

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self._jobs

    def stop(self) -> None:
        """Running jobs are cancelled; all sessions linger like those of any other program that has ended."""
        with self._lock:
            if not self.running:
                return
            self.running = False
            self.stopped_at = clock.utc_now()
            runs, sessions = list(self._runs.values()), self._sessions
            self._sessions = []
        for run in runs:
            run.cancelled.set()
        for run in runs:
            if run.thread:
                run.thread.join(JOIN_TIMEOUT)
        for session in sessions:
            session.end()

    def find(self, *, name: str | None, identifier: t.Any = None) -> Job | None:
        for job in self._jobs:
            if name is not None and job.name.casefold() == name.casefold():
                return job
            if identifier is not None and str(identifier).casefold() == str(job.identifier):
                return job
        return None

    def start_job(self, job: Job, *, requested_by: str) -> None:
        """Ask for a run, which begins a moment later. Raises `SqlServerError`."""
        with self._lock:
            if not self.running:
                text = "SQLServerAgent is not currently running so it cannot be notified of this action."
                raise SqlServerError(REFUSED, text)
            current = self._runs.get(job.name)
            if current:
                why = f"the job is already running from a request by {current.requested_by}"
                raise _refused("run", job, requested_by, why)
            self._start(Run(job, f"User {requested_by}"), source=4)

    def stop_job(self, job: Job, *, requested_by: str) -> None:
        with self._lock:
            run = self._runs.get(job.name)
        if run is None:
            raise _refused("stop", job, requested_by, "the job is not currently running")
        run.cancelled.set()

    def wait(self, job: str, timeout: float = 30.0) -> None:
        """Until no run of the job is under way."""
        with self._lock:
            run = self._runs.get(job)
        if run and run.thread:
            run.thread.join(timeout)

    def _start(self, run: Run, *, source: int) -> None:
        self._runs[run.job.name] = run
        login = run.requested_by.removeprefix("User ")
        self._history.requested(run.job, source)
        self._instance.emit("job.started", job=run.job.name, login=login)
        run.thread = threading.Thread(target=self._run, args=(run,), name=f"job {run.job.name}", daemon=True)
        run.thread.start()

    def _run(self, run: Run) -> None:
        self._history.started(run.job)
        outcome, last = Outcome.SUCCEEDED, 0
        try:
            run.cancelled.wait(run.idle)
            outcome, last = self._run_steps(run)
        finally:
            # Its end is on record before anybody can start it again.
            self._history.finished(run.job, outcome, run.requested_by, last)
            with self._lock:
                del self._runs[run.job.name]
            self._instance.emit("job.finished", job=run.job.name, outcome=outcome.name.lower())

    def _run_steps(self, run: Run) -> tuple[Outcome, int]:
        for number, step in enumerate(run.job.steps, 1):
            began, run.step = self._instance.now(), number
            outcome, message = self._run_step(run, number, step)
            self._history.step(run.job, number, outcome, message, began)
            if outcome is Outcome.CANCELED:
                return outcome, number
            action = step.on_success if outcome is Outcome.SUCCEEDED else step.on_fail
            if action != jobs.NEXT_STEP:
                succeeded = action == jobs.QUIT_WITH_SUCCESS
                return (Outcome.SUCCEEDED if succeeded else Outcome.FAILED), number
        return Outcome.SUCCEEDED, len(run.job.steps)

    def _run_step(self, run: Run, number: int, step: Step) -> tuple[Outcome, str]:
        program = f"SQLAgent - TSQL JobStep (Job {run.job.hexadecimal} : Step {number})"
        session = self._open(program, step.database)
        session.status = "RUNNABLE"
        runner = Runner(self._instance, session, permissions.EVERYTHING, run.cancelled.is_set)
        lines: list[str] = []
        try:
            failed = _drain(runner.execute(step.command, {}), lines)
        except SqlServerError as error:
            failed = True
            lines.append(_line(error.message, error.number))
        finally:
            runner.close()
        if not failed and self._instance.faults.take("step_fails", job=run.job.name, step=step.name):
            failed = True
            lines.append(_line("The operating system returned the error 5 (Access is denied.).", 22049))
        said = f"Executed as user: {self.account}. " + "  ".join(lines)
        if run.cancelled.is_set():
            return Outcome.CANCELED, f"{said}  The step was cancelled (stopped) as the result of a stop job request."
        if failed:
            return Outcome.FAILED, f"{said}.  The step failed."
        return Outcome.SUCCEEDED, f"{said} The step succeeded."

    def _open(self, program: str, database: str) -> Session:
        host = self._instance.spec.computer
        return self._instance.sessions.open(host=host, program=program, login=self.account, database=database)


def _refused(what: str, job: Job, user: str, why: str) -> SqlServerError:
    text = f"SQLServerAgent Error: Request to {what} job {job.name} (from User {user}) refused because {why}."
    return SqlServerError(REFUSED, text)


def _drain(replies: t.Iterable[interface.Reply], lines: list[str]) -> bool:
    """Run to the end and collect what is said; tells whether any of it was an error."""
    failed = False
    for reply in replies:
        if isinstance(reply, interface.Call):
            failed |= _drain(reply.replies, lines)
        elif isinstance(reply, interface.Message) and reply.number != 5701:
            lines.append(_line(reply.text, reply.number))
            failed |= reply.severity > 10
    return failed


def _line(text: str, number: int) -> str:
    return f"{text} [SQLSTATE 42000] (Error {number})"
