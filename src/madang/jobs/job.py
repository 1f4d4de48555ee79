# SPDX-License-Identifier: Apache-2.0
"""What a job is: its name, what it runs, the lane it waits in, and how it can end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from madang.kit import Refusal, _

AGAIN_SECONDS = (1.0, 5.0, 20.0)
INTERNAL_FAULT = _("Madang itself failed here (%(kind)s). Try again; if it fails again, tell the operator, whose log says why.")
INTERRUPTED = _("This was interrupted %(times)s times before it could end, so it is not tried again.")


class Lane(StrEnum):
    """Where work waits. Lanes have places of their own, so a person never waits behind the background."""

    PEOPLE = "people"
    BACKGROUND = "background"


class State(StrEnum):
    """How far a task is, as the queue knows it. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the task any more."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed, in the form of a refusal: a stable code, an English sentence with places, and what fills them."""

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """What ``error`` says to a person: a refusal its own words, anything else that Madang itself failed."""
        if isinstance(error, Refusal):
            return cls(error.code, error.template, {name: portable(value) for name, value in error.values.items()})
        return cls.fault(type(error).__name__)

    @classmethod
    def fault(cls, kind: str) -> "Failure":
        """Madang itself failed, with a fault of that class."""
        return cls("internal-fault", INTERNAL_FAULT, {"kind": kind})

    def sentence(self, translate: Callable[[str], str] | None = None) -> str:
        """The whole sentence, in English or as ``translate`` gives it."""
        template = translate(self.message) if translate else self.message
        return template % self.values if self.values else template


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of durable work.

    ``run`` gets the arguments that ``enqueue`` was given. It is run again from its start after a kill, at most ``attempts`` times;
    ``on_failed`` gets the same arguments and a ``Failure`` when ``run`` raised or was interrupted too often, so that nothing hangs
    for ever. It is not called for a cancelled task. Both must bear being called twice. After an error of the kinds in ``again`` the job
    runs again by itself, after a pause, ``AGAIN_SECONDS`` says how often; such an error must not leave a step.
    """

    name: str
    run: Callable[..., None]
    on_failed: Callable[..., None] | None = None
    attempts: int = 20
    again: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """A chore of the jobs process: ``run`` every so many seconds, the first time that long after the start.

    Of several processes the eldest does it, unless it is to be done ``everywhere``. Not durable: a beat that fails is logged and comes
    again. It must be harmless when it runs twice at once.
    """

    name: str
    every: float
    run: Callable[[], None]
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much runs at once, how often (seconds) the queue is looked at, and after how long a process without a beat is dead."""

    people: int = 2
    background: int = 1
    poll_seconds: float = 0.5
    kept_days: int = 30
    beat_seconds: float = 3.0
    dead_seconds: float = 20.0

    def places(self, lane: Lane) -> int:
        """How many jobs of this lane run at once."""
        return self.people if lane is Lane.PEOPLE else self.background


def portable(value: object) -> Any:
    """``value`` if JSON can hold it as it is, else its text."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
