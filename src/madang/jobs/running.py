# SPDX-License-Identifier: Apache-2.0
"""What a job may ask while it runs: keep a step's answer, learn that it should stop, let people go first.

Outside a running job a step simply runs and nothing stops, so a job stays a plain function that a test can call.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from madang.jobs import durable
from madang.jobs.errors import StepFailed, Stopped
from madang.jobs.job import Failure, Lane
from madang.kit import Refusal

ASK_SECONDS = 0.5


class Crowd:
    """How many people's jobs run in this process; the background waits until there is none."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def change(self, by: int) -> None:
        """One more, or one less."""
        with self._changed:
            self._count += by
            self._changed.notify_all()

    def wait_for_none(self, seconds: float) -> bool:
        """Whether none runs, after waiting at most so long for it."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, timeout=seconds)


@dataclass(slots=True)
class Running:
    """One job as it runs: its task, its lane, and how it learns that it should stop."""

    task_id: str
    lane: Lane
    crowd: Crowd
    is_ending: Callable[[], bool]
    is_cancelled: Callable[[str], bool]
    in_step: bool = False
    _cancelled: bool = False
    _asked_at: float = field(default=float("-inf"))

    def is_over(self) -> bool:
        """Whether the job should stop. Asks the database at most twice a second."""
        if self.is_ending() or self._cancelled:
            return True
        if time.monotonic() - self._asked_at >= ASK_SECONDS:
            self._cancelled = self.is_cancelled(self.task_id)
            self._asked_at = time.monotonic()
        return self._cancelled


_current: ContextVar[Running | None] = ContextVar("madang_running_job", default=None)


@contextmanager
def as_current(running: Running) -> Iterator[None]:
    """Within the block, ``running`` is the job of this thread."""
    token = _current.set(running)
    running.crowd.change(running.lane is Lane.PEOPLE)
    try:
        yield
    finally:
        running.crowd.change(-(running.lane is Lane.PEOPLE))
        _current.reset(token)


def is_stopping() -> bool:
    """Whether this thread's job should stop: its task is cancelled or the process is ending. Cheap."""
    running = _current.get()
    return running is not None and running.is_over()


def check() -> None:
    """The job goes on, or ``Stopped`` is raised because its task is cancelled or the process is ending. Cheap: call it in every loop."""
    if is_stopping():
        raise Stopped


def give_way() -> None:
    """A background job has waited until no person's job runs; a person's job goes on at once. Checks as ``check`` does."""
    check()
    running = _current.get()
    if running is None or running.lane is Lane.PEOPLE:
        return
    while not running.crowd.wait_for_none(ASK_SECONDS):
        check()


def step(name: str, function: Callable[..., Any], *args: Any) -> Any:
    """What ``function(*args)`` answers. Once it has answered, it never runs again for this task: after a kill its answer is read back.

    The answer is an id or what else JSON holds unchanged (``NotPortable`` otherwise). A refusal is kept too and comes out the same each
    time. A step is at least once: a kill between its effect and its answer runs it again.
    """
    running = _current.get()
    if running is None or running.in_step:
        return function(*args)
    check()
    running.in_step = True
    try:
        kept = durable.run_step(name, lambda: _kept(name, function, args))
    except durable.REPLAYED as error:
        raise StepFailed(error.name) from error
    finally:
        running.in_step = False
    if "refused" in kept:
        raise _refusal(kept["refused"])
    return kept["answer"]


class _StopFirst:
    """What goes wrong in a job that was told to stop comes from stopping: it is no failure and is not kept."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and is_stopping():
            raise Stopped from error


def _kept(name: str, function: Callable[..., Any], args: tuple[Any, ...]) -> dict[str, Any]:
    try:
        with _StopFirst():
            answer = function(*args)
    except Refusal as refusal:
        failure = Failure.of(refusal)
        return {"refused": {"code": failure.code, "message": failure.message, "values": dict(failure.values), "field": refusal.field}}
    durable.check_portable(answer, f"what the step {name} answers")
    return {"answer": answer}


def _refusal(kept: dict[str, Any]) -> Refusal:
    again = type("KeptRefusal", (Refusal,), {"code": kept["code"], "message": kept["message"]})
    refusal: Refusal = again(field=kept["field"], **kept["values"])
    return refusal
