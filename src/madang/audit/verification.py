# SPDX-License-Identifier: Apache-2.0
"""Whether the ledger is as it was sealed: nothing changed, taken out, put in another order, or cut off at the end.

Lines are held against their hashes, hashes against each other, and the chain against the heads that were signed on the way, in the
database and in the file outside. Whoever can write the database but has no key cannot mend the heads; whoever cuts the database and its
heads is told by the file. (Whoever has the key, or can cut the database and the file alike, is told only by copies kept elsewhere.)

Lines are counted as they are written, in the same unit of work, so one that was taken out before it was sealed is told too. That holds
against accidents and clumsy hands only: until it is sealed nothing outside the database knows of a line, so whoever writes the database in
those few seconds can take out the line, put the count back, and is not found. That is why lines are sealed every few seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from madang.audit import headfile, rules
from madang.audit.models import Entry, SignedHead, Written
from madang.audit.rules import FIRST_HASH, Content, Head
from madang.db import Database
from madang.kit import _

STEP = 2000
MOST_PROBLEMS = 100
MESSAGES = {
    "changed": _("Line %(sequence)d is not what was sealed."),
    "chain": _("Line %(sequence)d does not follow the line before it."),
    "deleted": _("Lines before %(sequence)d are gone."),
    "truncated": _("The ledger reached line %(sequence)d once, and does not any more."),
    "rewritten": _("Line %(sequence)d was signed with another hash than it has now."),
    "forged": _("A head at line %(sequence)d was not signed with this platform's key."),
    "lost": _("%(sequence)d lines were taken out before they were sealed."),
    "file-cut": _("The head at line %(sequence)d is in the database and not in the file of heads."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was. ``kind`` is for machines, ``sequence`` the place."""

    kind: str
    sequence: int

    @property
    def message(self) -> str:
        """The English sentence."""
        return MESSAGES[self.kind] % {"sequence": self.sequence}


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and what was found: at most 100 problems, in the order of the chain, then of the heads.

    ``heads`` counts each once, whether it stands in the database, in the file, or in both. ``unreadable`` counts lines of the file that are
    no heads. A loss of power can leave one; its head was not in the database yet and was written again, so by itself it is no problem.
    """

    lines: int
    unsealed: int
    heads: int
    unreadable: int
    problems: tuple[Problem, ...]

    @property
    def is_whole(self) -> bool:
        """Whether no problem was found."""
        return not self.problems


def verify(database: Database, *, heads_file: Path, key: bytes) -> Verification:
    """Read the whole ledger and say whether it is whole. Linear in its length, in steps of 2,000 lines; writes nothing.

    What it holds in memory does not grow with the lines, only with the heads (some 300 bytes each).
    """
    with database.reading() as session:
        inside = [Head(row.sequence, row.hash, row.at, row.signature) for row in session.scalars(select(SignedHead))]
        outside = list(headfile.read(heads_file))
        signed: defaultdict[int, set[str]] = defaultdict(set)
        heads = [*inside, *(head for head in outside if head)]
        for head in heads:
            signed[head.sequence].add(head.hash)
        count, last, problems = _walk(session, signed)
        unsealed = session.scalar(select(func.count()).select_from(Entry).where(Entry.sequence.is_(None))) or 0
        lost = _lost(session)
    problems += _heads_problems(heads, last=last, key=key)
    problems += _file_problems(inside, outside)
    if lost and not any(problem.kind in ("deleted", "truncated") for problem in problems):
        problems.append(Problem("lost", lost))
    return Verification(count, unsealed, len(set(heads)), outside.count(None), tuple(dict.fromkeys(problems))[:MOST_PROBLEMS])


def _walk(session: Session, signed: dict[int, set[str]]) -> tuple[int, int, list[Problem]]:
    """How many lines there are and the number of the last, with what is wrong in the chain and against the signed hashes."""
    problems: list[Problem] = []
    count, expected, previous = 0, 1, FIRST_HASH
    for entry in _sealed(session):
        sequence = entry.sequence
        if sequence != expected:
            problems.append(Problem("deleted", sequence))
        elif entry.previous_hash != previous:
            problems.append(Problem("chain", sequence))
        if entry.hash != _hash_of(entry):
            problems.append(Problem("changed", sequence))
        if sequence in signed and any(wanted != entry.hash for wanted in signed[sequence]):
            problems.append(Problem("rewritten", sequence))
        count, expected, previous = count + 1, sequence + 1, entry.hash or ""
        del problems[MOST_PROBLEMS:]
    return count, expected - 1, problems


def _lost(session: Session) -> int:
    """How many of the lines that were counted are not there."""
    written = session.scalar(select(Written).limit(1))
    if written is None:
        return 0
    there = session.scalar(select(func.count()).select_from(Entry).where(Entry.id > written.since)) or 0
    return max(0, written.lines - written.since - there)


def _hash_of(row: Row[Any]) -> str | None:
    if row.previous_hash is None or row.sealed_at is None:
        return None
    content = Content(row.id, row.at, row.deed, row.target, row.by_id, row.by_name, row.via, row.facts)
    return rules.line_hash(content, sequence=row.sequence, previous=row.previous_hash, sealed_at=row.sealed_at)


def _sealed(session: Session) -> Iterator[Row[Any]]:
    """Every sealed line in its order, as plain rows: they are read a million at a time."""
    after = 0
    while True:
        step = session.execute(select(*Entry.__table__.columns).where(Entry.sequence > after).order_by(Entry.sequence).limit(STEP)).all()
        yield from step
        if len(step) < STEP:
            return
        after = step[-1].sequence


def _heads_problems(heads: Iterable[Head], *, last: int, key: bytes) -> list[Problem]:
    problems = []
    for head in sorted(heads, key=lambda head: head.sequence):
        if not rules.is_genuine(head, key):
            problems.append(Problem("forged", head.sequence))
        elif head.sequence > last:
            problems.append(Problem("truncated", head.sequence))
    return problems


def _file_problems(inside: Iterable[Head], outside: Iterable[Head | None]) -> list[Problem]:
    there = {(head.sequence, head.hash) for head in outside if head}
    return [Problem("file-cut", head.sequence) for head in inside if (head.sequence, head.hash) not in there]
