# SPDX-License-Identifier: Apache-2.0
"""Units of work on a real database: what is kept, what is undone, who waits for whom."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import databases
import patience
from madang import db


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime | None] = mapped_column(db.UtcTime)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[db.Database]:
    with databases.opened(tmp_path) as made:
        Base.metadata.create_all(made.engine)
        yield made


def words(database: db.Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Note.words).order_by(Note.id)))


def test_what_is_written_is_kept(database: db.Database) -> None:
    with database.writing() as session:
        session.add(Note(words="kept"))
    assert words(database) == ["kept"]


def test_a_refusal_undoes_the_whole_unit(database: db.Database) -> None:
    def refused() -> None:
        with database.writing() as session:
            session.add(Note(words="first"))
            session.flush()
            raise LookupError("refused")

    with pytest.raises(LookupError):
        refused()
    assert words(database) == []


def test_nothing_written_while_reading_is_kept(database: db.Database) -> None:
    with database.reading() as session:
        session.add(Note(words="lost"))
        session.flush()
    assert words(database) == []


def test_a_reader_sees_one_moment_while_others_write(database: db.Database) -> None:
    with database.reading() as reader:
        assert reader.scalars(select(Note.words)).all() == []
        with database.writing() as session:
            session.add(Note(words="later"))
        assert reader.scalars(select(Note.words)).all() == []
    assert words(database) == ["later"]


def test_a_second_writer_waits_and_loses_nothing(database: db.Database) -> None:
    inside, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with database.writing() as session:
            session.add(Note(words="slow"))
            session.flush()
            inside.set()
            may_end.wait(patience.SECONDS)

    def quick() -> None:
        with database.writing() as session:
            session.add(Note(words="quick"))

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    threads[0].start()
    assert inside.wait(patience.SECONDS)
    threads[1].start()
    may_end.set()
    for thread in threads:
        thread.join(patience.SECONDS)
    assert words(database) == ["slow", "quick"]


@pytest.mark.sqlite
def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    with databases.unhurried(), databases.opened(tmp_path) as database, database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA synchronous")) == 2


@pytest.mark.sqlite
def test_sqlite_tells_parts_of_a_second_however_old_it_is(database: db.Database) -> None:
    before = time.time()
    with database.reading() as session:
        told = session.scalar(text("SELECT unixepoch('subsec')"))
    assert isinstance(told, float)
    assert before - 0.001 <= told <= time.time() + 0.001


def test_a_time_comes_back_in_utc(database: db.Database) -> None:
    seoul = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    with database.writing() as session:
        session.add(Note(words="at", at=seoul))
    with database.reading() as session:
        kept = session.scalars(select(Note.at)).one()
    assert kept == seoul
    assert kept is not None
    assert kept.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: db.Database) -> None:
    def naive() -> None:
        with database.writing() as session:
            session.add(Note(words="when?", at=datetime(2026, 11, 22)))  # noqa: DTZ001 (the fault that is meant)

    with pytest.raises(StatementError, match="without a zone"):
        naive()
    assert words(database) == []


@given(st.lists(st.integers(), max_size=50), st.integers(min_value=1, max_value=20))
def test_slices_are_the_rows_in_order_and_none_is_too_long(rows: list[int], size: int) -> None:
    cut = list(db.slices(rows, size))
    assert [row for part in cut for row in part] == rows
    assert all(0 < len(part) <= size for part in cut)
    assert all(len(part) == size for part in cut[:-1])


class Published:
    """An event of this test."""


def test_a_listener_hears_an_event_once_and_in_the_same_unit(database: db.Database) -> None:
    heard: list[tuple[Session, Published]] = []

    def listen(session: Session, event: Published) -> None:
        heard.append((session, event))

    db.subscribe(Published, listen)
    db.subscribe(Published, listen)
    event = Published()
    with database.writing() as session:
        db.announce(session, event)
        assert heard == [(session, event)]


def test_an_event_without_listeners_changes_nothing(database: db.Database) -> None:
    with database.writing() as session:
        db.announce(session, object())
    assert words(database) == []
