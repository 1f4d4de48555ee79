# SPDX-License-Identifier: Apache-2.0
"""Running jobs and beats: a jobs process has one runner, and no other process any."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import update

from madang.db import Database
from madang.jobs import durable, queries
from madang.jobs.errors import JobFailed, StepFailed, Stopped
from madang.jobs.job import AGAIN_SECONDS, INTERRUPTED, Beat, Failure, Job, Lane, Limits, State
from madang.jobs.processes import Presence
from madang.jobs.running import ASK_SECONDS, Crowd, Running, as_current
from madang.kit import Refusal, now, span

log = logging.getLogger("madang.jobs")
FORGET_EVERY = 3600.0


class Runner:
    """Takes work from the queue and runs it, a few at once in each lane; what a killed process left unfinished comes first."""

    def __init__(
        self,
        database: Database,
        *,
        jobs: Sequence[Job],
        beats: Sequence[Beat] = (),
        limits: Limits | None = None,
        on_lost: Callable[[], None] = lambda: os.kill(os.getpid(), signal.SIGTERM),
    ) -> None:
        self.database = database
        self.limits = limits or Limits()
        self.jobs = {job.name: job for job in jobs}
        if len(self.jobs) != len(jobs):
            raise ValueError("two jobs have one name")
        self.beats = [*beats, Beat("jobs.forget", FORGET_EVERY, self.forget)]
        self.presence = Presence(database, self.limits, on_lost)
        self._stopping = threading.Event()
        self._crowd = Crowd()
        self._active = 0
        self._idle = threading.Condition()
        self._threads: list[threading.Thread] = []
        self.is_running = False

    def start(self) -> None:
        """Work is taken from now on. The tables must be there (``migrate``)."""
        self.presence.enter()
        with ExitStack() as undo:
            undo.callback(durable.end)
            functions = {job.name: self._body(job) for job in self.jobs.values()}
            durable.launch(self.database, functions, self.limits, executor=self.presence.id)
            undo.pop_all()
        self._threads = [threading.Thread(target=self._keep, args=(beat,), name=f"beat-{beat.name}", daemon=True) for beat in self.beats]
        for thread in self._threads:
            thread.start()
        self.is_running = True

    def stop(self, grace: float = 5.0) -> bool:
        """No work is taken any more, and running jobs were told to stop and given ``grace`` seconds.

        Whether all of them have. Those that have not end with the process; either way each goes on at the next start or in another
        process, and an orderly stop does not count as an interruption.
        """
        self._stopping.set()
        with self._idle:
            ended = self._idle.wait_for(lambda: self._active == 0, timeout=grace)
        self._pardon()
        durable.end()
        for thread in self._threads:
            thread.join(timeout=1.0)
        self.presence.leave(has_ended=ended)
        self.is_running = False
        return ended

    def forget(self) -> None:
        """Tasks that ended over ``kept_days`` ago are gone from the queue's tables."""
        moment = int((now() - timedelta(days=self.limits.kept_days)).timestamp() * 1000)
        while not self._stopping.is_set():
            with self.database.reading() as session:
                old = queries.finished_before(session, moment, at_most=200)
                if not old:
                    return
                durable.client(session).delete_workflows(old)

    def _body(self, job: Job) -> Callable[..., None]:
        def run(*args: object) -> None:
            with self._idle:
                self._active += 1
            try:
                self._run(job, args)
            finally:
                with self._idle:
                    self._active -= 1
                    self._idle.notify_all()

        return run

    def _run(self, job: Job, args: tuple[object, ...]) -> None:
        if self._is_ending():
            raise Stopped
        task_id = durable.task_now()
        with self.database.reading() as session:
            attempts, lane = queries.attempts(session, task_id)
        running = Running(task_id, Lane(lane or Lane.BACKGROUND), self._crowd, self._is_ending, self._is_cancelled)
        with as_current(running), span(f"job {job.name}") as told:
            told.note(task=task_id, attempt=attempts)
            log.info("job.started", extra={"job": job.name, "task": task_id, "attempt": attempts})
            failure = _interrupted(job, attempts) or _attempts(job, args, running)
            if failure is None:
                log.info("job.done", extra={"job": job.name, "task": task_id})
                return
            if running.is_over():
                raise Stopped
            self._tell(job, args, failure, task_id)
            raise JobFailed(failure.code)

    def _tell(self, job: Job, args: tuple[object, ...], failure: Failure, task_id: str) -> None:
        if job.on_failed is None:
            return
        told = job.on_failed
        if _attempt(job.name, lambda: told(*args, failure), task_id) is not None:
            # Nobody knows of the failure yet: the task stays unfinished, and the next start runs it and tells again.
            raise Stopped

    def _is_cancelled(self, task_id: str) -> bool:
        with self.database.reading() as session:
            return queries.state(session, task_id) is State.CANCELLED

    def _is_ending(self) -> bool:
        return self._stopping.is_set() or self.presence.is_lost

    def _pardon(self) -> None:
        with self.database.writing() as session:
            tasks = durable.tasks(session.connection())
            begun = (tasks.c.status == "PENDING", tasks.c.executor_id == self.presence.id, tasks.c.recovery_attempts > 0)
            session.execute(update(tasks).where(*begun).values(recovery_attempts=tasks.c.recovery_attempts - 1))

    def _keep(self, beat: Beat) -> None:
        due = time.monotonic() + beat.every
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            if beat.everywhere or self.presence.is_first():
                _attempt(beat.name, beat.run)
            due = max(due + beat.every, time.monotonic())


def _interrupted(job: Job, attempts: int) -> Failure | None:
    if attempts <= job.attempts:
        return None
    log.error("job.interrupted", extra={"job": job.name, "attempts": attempts})
    return Failure("interrupted", INTERRUPTED, {"times": attempts - 1})


def _attempts(job: Job, args: tuple[object, ...], running: Running) -> Failure | None:
    for pause in AGAIN_SECONDS:
        try:
            return _attempt(job.name, lambda: job.run(*args), running.task_id, passing=job.again)
        except job.again as error:
            log.warning("job.again", extra={"job": job.name, "task": running.task_id, "kind": type(error).__name__, "again_in": pause})
        until = time.monotonic() + pause
        while (left := until - time.monotonic()) > 0:
            if running.is_over():
                raise Stopped
            time.sleep(min(left, ASK_SECONDS))
    return _attempt(job.name, lambda: job.run(*args), running.task_id)


def _attempt(
    name: str, call: Callable[[], None], task_id: str | None = None, *, passing: tuple[type[Exception], ...] = ()
) -> Failure | None:
    try:
        call()
    except passing:
        raise
    except Refusal as refusal:
        log.info("job.refused", extra={"job": name, "task": task_id, "code": refusal.code})
        return Failure.of(refusal)
    except Exception as error:  # an edge: whatever a job raises, its owner is told, so that nothing hangs; a chore must not end the chores
        log.exception("job.failed", extra={"job": name, "task": task_id})
        return Failure.fault(error.kind if isinstance(error, StepFailed) else type(error).__name__)
    return None
