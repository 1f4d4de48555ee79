# SPDX-License-Identifier: Apache-2.0
"""When an operator has to look, and when something is wrong."""

from datetime import datetime, timedelta

GIB = 1 << 30
FINE, LOOK, WRONG = "fine", "look", "wrong"
SEAL_LATE = timedelta(minutes=5)
PROCESS_LATE = timedelta(minutes=2)
BACKUP_LATE = timedelta(days=7)


def of_disk(free: int, total: int) -> str:
    """A disk with less than 10 % and 20 GiB wants a look; with less than 3 % or 2 GiB it is wrong."""
    if free < 2 * GIB or free * 100 < 3 * total:
        return WRONG
    return LOOK if free < 20 * GIB and free * 10 < total else FINE


def of_seal(oldest_waiting: datetime | None, now: datetime) -> str:
    """Lines that wait longer than five minutes say that nobody seals."""
    return WRONG if oldest_waiting is not None and now - oldest_waiting > SEAL_LATE else FINE


def of_process(beat_at: datetime | None, now: datetime) -> str:
    """A process without a beat for two minutes is wrong."""
    return FINE if beat_at is not None and now - beat_at <= PROCESS_LATE else WRONG


def of_backup(last: datetime | None, now: datetime) -> str:
    """No backup, or none for a week, wants a look."""
    return FINE if last is not None and now - last <= BACKUP_LATE else LOOK


def of_letters(waiting: int, failed: int, *, is_set: bool) -> str:
    """Letters that were given up are wrong; many that wait, or any without a server, want a look."""
    if failed:
        return WRONG
    return LOOK if waiting > 100 or (waiting and not is_set) else FINE


def of_jobs(failed_today: int) -> str:
    """Jobs that failed today want a look."""
    return LOOK if failed_today else FINE


def days_left(history: list[tuple[datetime, int]], free: int) -> int | None:
    """In how many days the disk is full if it goes on as it did; None when it does not grow or too little is known (less than two days)."""
    if len(history) < 2 or history[-1][0] - history[0][0] < timedelta(days=2):
        return None
    grown = history[-1][1] - history[0][1]
    days = (history[-1][0] - history[0][0]).total_seconds() / 86_400
    return int(free / (grown / days)) if grown > 0 and free / (grown / days) < 3650 else None
