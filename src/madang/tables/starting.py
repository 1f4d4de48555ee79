# SPDX-License-Identifier: Apache-2.0
"""Reading a table from here: each time in a new process, which is shut in and gone afterwards."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from madang import sandbox
from madang.tables.errors import FileTooLarge, NoTable, QuestionTooLong, ReaderBusy, ReaderEnded, refusal
from madang.tables.forms import ENDINGS, Answer, Facts, Question, form_of
from madang.tables.limits import Limits

LONGEST_ANSWER = 32 << 20
GLANCED = 256 << 10
WAIT_SECONDS = 10
WAITING = 4
"""So many wait for a place at most: each holds a thread that others need."""
_places: dict[int, tuple[threading.BoundedSemaphore, threading.BoundedSemaphore]] = {}


@dataclass(frozen=True, slots=True)
class Taken:
    """A table that was read: its rows in Parquet's form (the file itself where it came so, ``is_own`` False), and what it holds."""

    rows: Path
    is_own: bool
    facts: Facts


def take(path: Path, name: str, folder: Path, *, limits: Limits) -> Taken:
    """The file is read in ``folder``, which is empty and stays; its rows are there. One refusal or another says what is wrong with it."""
    form = _form(name)
    if path.stat().st_size > limits.file_bytes:
        raise FileTooLarge(limit=limits.file_bytes)
    told = _run("take", path, folder, limits, limits.seconds, form=form)
    facts = _facts(told)
    is_own = told is not None and told.get("is_own") is True
    rows = folder / "rows.parquet" if is_own else path
    if is_own and not stat.S_ISREG(rows.lstat().st_mode):
        raise ReaderEnded
    return Taken(rows, is_own, facts)


def glance(path: Path, name: str, *, limits: Limits) -> Facts:
    """The first rows of the file, however large it is, from its beginning alone; nothing is counted."""
    form = _form(name)
    with _place(limits.at_once), tempfile.TemporaryDirectory(prefix="madang-table-") as folder:
        return _facts(_run("take", path, Path(folder), limits, limits.query_seconds, form=form, most=GLANCED))


def ask(rows: Path, question: Question, *, limits: Limits) -> Answer:
    """The rows that answer, of those that ``take`` left. ``QuestionTooLong`` when its time is over, ``ReaderBusy`` when others ask."""
    with _place(limits.at_once), tempfile.TemporaryDirectory(prefix="madang-table-") as folder:
        told = _run("ask", rows, Path(folder), limits, limits.query_seconds, question=asdict(question), rows=limits.rows)
    if told is None:
        raise QuestionTooLong(seconds=limits.query_seconds)
    try:
        return Answer.of(told)
    except (KeyError, TypeError, ValueError) as fault:
        raise ReaderEnded from fault


def _form(name: str) -> str:
    form = form_of(name)
    if form is None:
        raise NoTable(name=name[:100], endings=", ".join(ENDINGS))
    return form


def _facts(told: dict[str, Any] | None) -> Facts:
    try:
        if told is not None:
            return Facts.of(told)
    except (KeyError, TypeError, ValueError) as fault:
        raise ReaderEnded from fault
    raise ReaderEnded


def _run(task: str, path: Path, folder: Path, limits: Limits, seconds: int, **more: Any) -> dict[str, Any] | None:
    """What the process said; None when it had to be ended or broke. Its refusals are raised here."""
    if not sandbox.confinement().files:  # nothing but its own copy, where the system cannot keep it from others
        path = Path(shutil.copyfile(path, folder / "given"))
        path.chmod(0o444)
    bounds = sandbox.Bounds(memory_bytes=2 * limits.memory_bytes, disk_bytes=limits.disk_bytes, user=limits.user)
    sandbox.prepare(folder, bounds)
    asked = {
        "task": task, "path": str(path.resolve()), "memory": limits.memory_bytes, "columns": limits.columns, "seconds": seconds,
        "bounds": asdict(bounds), **more,
    }  # fmt: skip
    try:
        subprocess.run(
            [sys.executable, "-I", "-m", "madang.tables"],
            input=json.dumps(asked).encode(),
            env=sandbox.environment(folder),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds + WAIT_SECONDS,
            check=False,
        )
        told = json.loads(_read(folder / "answer.json"))
    except (OSError, ValueError, RecursionError, subprocess.TimeoutExpired):
        return None
    if not isinstance(told, dict):
        return None
    if "refused" in told:
        raise refusal(told["refused"], told.get("values"))
    return told


def _read(path: Path) -> bytes:
    """A plain file's bytes; ``OSError`` for a link or a pipe, which the process may have laid there instead."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(path)
        return file.read(LONGEST_ANSWER + 1)


@contextmanager
def _place(at_once: int) -> Iterator[None]:
    """One of the few places in this process; ``ReaderBusy`` where too many wait or none is free in time."""
    known, free = _places.setdefault(at_once, (threading.BoundedSemaphore(at_once + WAITING), threading.BoundedSemaphore(at_once)))
    if not known.acquire(blocking=False):
        raise ReaderBusy
    try:
        if not free.acquire(timeout=WAIT_SECONDS):
            raise ReaderBusy
        try:
            yield
        finally:
            free.release()
    finally:
        known.release()
