# SPDX-License-Identifier: Apache-2.0
"""What the operator's pages show, in plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from madang import web


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that is looked at: ``state`` is fine, look or wrong; ``fact`` says how it is, ``advice`` what to do, ``address`` where."""

    key: str
    state: str
    name: str
    fact: str
    advice: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """What ended on one day."""

    label: str
    done: int
    failed: int
    cancelled: int

    @property
    def total(self) -> int:
        """How many ended on this day."""
        return self.done + self.failed + self.cancelled


@dataclass(frozen=True, slots=True)
class Bars:
    """Days as rows, and drawn for a desk and for a phone."""

    days: tuple[Day, ...]
    lying: web.pictures.Drawing
    standing: web.pictures.Drawing

    @property
    def total(self) -> int:
        """How many ended in all."""
        return sum(day.total for day in self.days)


@dataclass(frozen=True, slots=True)
class HealthPage:
    """``operations/health.html``."""

    signs: tuple[Sign, ...]
    bars: Bars
    free: int
    disk: int
    days_left: int | None
    running: int
    waiting: int
    url: str
    host: str
    port: int
    is_open: bool
    is_secure: bool
    has_provider: bool
    sign_up: str

    @property
    def worst(self) -> str:
        """The gravest state of all signs."""
        states = {sign.state for sign in self.signs}
        return next((state for state in ("wrong", "look") if state in states), "fine")

    def count(self, state: str) -> int:
        """How many signs are in that state."""
        return sum(sign.state == state for sign in self.signs)


@dataclass(frozen=True, slots=True)
class JobRow:
    """One task. ``what`` is the version that it works on, or what it was given."""

    id: str
    name: str
    state: str
    lane: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    attempts: int
    who: str
    what: str
    address: str
    reason: str
    files_done: int = 0
    files_total: int | None = None


@dataclass(frozen=True, slots=True)
class JobsPage:
    """``operations/jobs.html``: the tasks of a state (empty: all), newest first."""

    rows: tuple[JobRow, ...]
    state: str
    kind: str
    kinds: tuple[str, ...]
    counts: dict[str, int]
    who: tuple[tuple[str, int], ...]
    most_waiting: int
    first: int
    total: int
    previous: str | None
    next: str | None
    csv: str
    json: str
    done: str = ""


@dataclass(frozen=True, slots=True)
class SizeRow:
    """A share of what is kept."""

    word: str
    bytes: int
    versions: int
    part: float


@dataclass(frozen=True, slots=True)
class LargeRow:
    """One large version."""

    address: str
    title: str
    name: str
    label: str
    files: int
    bytes: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """One collection or count."""

    state: str
    is_dry: bool
    asked_at: datetime
    objects: int
    bytes: int
    kept: int
    damaged: int
    who: str


@dataclass(frozen=True, slots=True)
class StoragePage:
    """``operations/storage.html``."""

    objects: int
    object_bytes: int
    database_bytes: int
    free: int
    disk: int
    measured_at: datetime | None
    unmeasured: int
    kinds: tuple[SizeRow, ...]
    namespaces: tuple[SizeRow, ...]
    large: tuple[LargeRow, ...]
    collections: tuple[CollectionRow, ...]
    may_collect: bool
    is_running: bool
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting with what a form needs. ``value`` is what the form shows, ``before`` what the last change can be put back to."""

    name: str
    kind: str
    title: str
    help: str
    value: Any
    shown: str
    default: str
    version: int
    is_set: bool
    is_fixed: bool
    is_late: bool
    variable: str
    options: tuple[str, ...]
    words: tuple[str, ...]
    unit: str
    changed_at: datetime | None
    changed_by: str
    change_id: int | None = None
    before: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """``operations/settings.html``: groups of settings; ``done`` names the one that was just changed."""

    groups: tuple[tuple[str, str, tuple[SettingRow, ...]], ...]
    done: str = ""
    fault: str = ""
    banner: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of a setting."""

    id: int
    at: datetime
    title: str
    name: str
    before: str
    after: str
    reason: str
    who: str
    version: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """``operations/changes.html``."""

    rows: tuple[ChangeRow, ...]
    name: str
    title: str
    next: str | None
    first: str | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class HostRow:
    """One open host."""

    host: str
    reason: str
    at: datetime | None
    who: str
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class HostsPage:
    """``operations/hosts.html``: what is open, and what was refused of late."""

    rows: tuple[HostRow, ...]
    refused: tuple[tuple[str, int, datetime, str], ...]
    version: int
    host: str = ""
    reason: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    done: str = ""
