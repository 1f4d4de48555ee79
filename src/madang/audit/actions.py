# SPDX-License-Identifier: Apache-2.0
"""Writing lines, sealing them into one chain, signing its head."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from madang import access, jobs
from madang.audit import headfile, rules
from madang.audit.events import Recorded
from madang.audit.models import Check, Entry, SignedHead, Written
from madang.audit.queries import content_of, has_unsealed, latest_seal
from madang.audit.rules import FIRST_HASH, Head
from madang.audit.verification import Verification
from madang.db import Database, announce
from madang.kit import Actor, new_id, now

SLICE = 500
JOB = "audit.verify"
SEALER_LOCK = 0x6D61_6461_6E67


def record(session: Session, deed: str, *, target: str, by: Actor, **facts: object) -> None:
    """The ledger has a line on this deed, if the unit of work that does the deed is kept.

    ``deed`` is a noun, a dot and what happened to it (``asset.registered``); ``target`` names what it happened to
    (``software/lab/speech``); ``facts`` are small plain JSON without floating numbers and without secrets.
    """
    session.add(
        Entry(
            id=_next_id(session),
            at=now(),
            deed=deed,
            target=rules.clean_text(target)[:300],
            by_id=by.account_id,
            by_name=by.name,
            via=by.via,
            facts=rules.clean_facts(facts),
        )
    )
    announce(session, Recorded(deed, target, by, facts))


def _next_id(session: Session) -> int:
    """The next number. Counted in the deed's own unit of work, so one that is undone leaves no hole."""
    with session.no_autoflush:
        number = session.scalar(update(Written).values(lines=Written.lines + 1).returning(Written.lines))
        if number is None:
            last = session.scalar(select(func.max(Entry.id))) or 0
            session.execute(insert(Written).values(id=1, since=last, lines=last + 1))
            number = last + 1
    return number


def begin_check(session: Session, *, by: Actor) -> Check:
    """A verification of the ledger is begun, and who asked for it is told."""
    check = Check(
        id=new_id(), state="running", started_at=now(), lines=0, unsealed=0, heads=0, unreadable=0, problems=[], cpu_seconds=0.0,
        by_name=by.name,
    )  # fmt: skip
    session.add(check)
    record(session, "ledger.verified", target="ledger", by=by)
    return check


def verify_later(session: Session, *, by: Actor) -> Check:
    """The ledger is verified by the jobs process as soon as it can."""
    access.check(by, "ledger", "verify")
    check = begin_check(session, by=by)
    session.flush()
    jobs.enqueue(session, JOB, check.id, lane=jobs.Lane.BACKGROUND, task_id=check.id)
    return check


def end_check(session: Session, check_id: str, found: Verification | None, *, cpu_seconds: float = 0.0) -> None:
    """What a verification found is kept; None when it came to nothing."""
    check = session.get(Check, check_id)
    if check is None or check.finished_at is not None:
        return
    check.finished_at, check.cpu_seconds, check.state = now(), cpu_seconds, "failed"
    if found is not None:
        check.state = "whole" if found.is_whole else "broken"
        check.lines, check.unsealed, check.heads, check.unreadable = found.lines, found.unsealed, found.heads, found.unreadable
        check.problems = [[problem.kind, problem.sequence] for problem in found.problems]


def seal(database: Database, *, slice_size: int = SLICE) -> int:
    """Every line that was committed before the call has its number and hash; how many got them now.

    A line is taken because it has no number, not because of its id: one whose unit of work ends after a line with a higher id is found by
    the next round, and never lost. Rounds follow one another in commit order, and within a round the id decides. One sealer works at a
    time: on SQLite through the write lock, on PostgreSQL through a lock of its own that ends with the transaction.
    """
    sealed = 0
    while _is_waiting(database):
        with database.writing() as session:
            if not database.is_sqlite:
                session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SEALER_LOCK})
            waiting = session.scalars(select(Entry).where(Entry.sequence.is_(None)).order_by(Entry.id).limit(slice_size)).all()
            _chain(session, waiting)
            sealed += len(waiting)
    return sealed


def sign_head(database: Database, *, heads_file: Path, key: bytes) -> Head | None:
    """The last sealed line is signed, in the file first and then in the database; None when it was already.

    The file goes first so that a head in the database without its line in the file can only mean that the file was cut. All in one unit
    of work: of two processes that sign at once, the second finds nothing to sign.
    """
    with database.writing() as session:
        last = latest_seal(session)
        if last is None or session.get(SignedHead, last.sequence) is not None:
            return None
        head = rules.signed(last.sequence, last.hash, now(), key)
        headfile.append(heads_file, head)
        session.add(SignedHead(sequence=head.sequence, hash=head.hash, at=head.at, signature=head.signature))
    return head


def _is_waiting(database: Database) -> bool:
    with database.reading() as session:
        return has_unsealed(session)


def _chain(session: Session, waiting: Sequence[Entry]) -> None:
    last = latest_seal(session)
    sequence, previous = (last.sequence, last.hash) if last else (0, FIRST_HASH)
    at = now()
    rows = []
    for entry in waiting:
        sequence += 1
        own = rules.line_hash(content_of(entry), sequence=sequence, previous=previous, sealed_at=at)
        rows.append({"id": entry.id, "sequence": sequence, "previous_hash": previous, "hash": own, "sealed_at": at})
        previous = own
    if rows:
        session.execute(update(Entry), rows)
