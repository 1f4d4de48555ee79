# SPDX-License-Identifier: Apache-2.0
"""A table of a revision and what is known of it: from its row, from what was kept, or from the process that reads."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from madang import kit, storage, tables
from madang.hub import contents, queries
from madang.hub.errors import NoTables, StillReading
from madang.hub.gates.checking import check_open
from madang.hub.models import Table

FIRST = 100
"""So many first rows are kept with what a table holds."""
TOO_LARGE = tables.FileTooLarge.code


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a revision. ``state``: ``unread`` (nobody asked for it), ``reading``, ``read``, ``refused`` (with the ``refusal``)."""

    commit: str
    path: str
    sha256: str
    size: int
    form: str
    state: str
    facts: str = ""
    rows: str = ""
    refusal: kit.Refusal | None = None

    @property
    def is_too_large(self) -> bool:
        """Whether only its first rows can be had."""
        return self.refusal is not None and self.refusal.code == TOO_LARGE


@dataclass(frozen=True, slots=True)
class Shown:
    """Some rows. ``is_whole``: they are asked from all rows, else from the beginning of a file that is not read."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[tables.Cell]]
    total: int | None
    has_more: bool
    cut: int
    is_whole: bool = True


def paths_of(entries: Sequence[storage.Entry]) -> list[str]:
    """Those of the files that are tables, in their order; whole JSON files come last, for many of them are settings."""
    found = [entry.path for entry in entries if entry.sha256 and tables.form_of(entry.path) is not None]
    return sorted(found, key=lambda path: path.lower().endswith(".json"))


def find(session: Session, store: storage.Store, namespace: str, name: str, *, revision: str, path: str, viewer: kit.Actor) -> Source:
    """The table at the path, without one the first that there is. ``NoSuchRepository``, ``NoSuchRevision``, ``NoSuchEntry``, ``NoTables``,
    or ``NoTable`` for a file that is none; ``Closed`` where the viewer may not have the files."""
    place = queries.get(session, "dataset", namespace, name, viewer=viewer)
    check_open(session, place.asset, viewer)
    commit = queries.get_commit(session, place, revision)
    if not path:
        path = next(iter(paths_of(contents.entries_of(store, commit))), "")
        if not path:
            raise NoTables
    return source_of(session, commit.id, contents.get_entry(store, commit, path))


def source_of(session: Session, commit: str, entry: storage.Entry) -> Source:
    """What is known of the file; ``NoTable`` for one that is none."""
    form = tables.form_of(entry.path)
    if form is None:
        raise tables.NoTable(name=entry.path[:100], endings=", ".join(tables.ENDINGS))
    row = session.get(Table, (entry.sha256, form))
    if row is None:
        return Source(commit, entry.path, entry.sha256, entry.size, form, "unread")
    refusal = tables.refusal(row.code, json.loads(row.reason)) if row.state == "refused" else None
    return Source(commit, entry.path, entry.sha256, entry.size, form, row.state, row.facts or "", row.rows or "", refusal)


def facts_of(store: storage.Store, source: Source) -> tables.Facts:
    """What the table holds. ``StillReading``, or the refusal that says why nobody can know."""
    if source.refusal is not None:
        raise source.refusal
    if source.state != "read":
        raise StillReading
    return tables.Facts.of(json.loads(store.read(source.facts)))


def look(store: storage.Store, limits: tables.Limits, source: Source, question: tables.Question) -> Shown:
    """The rows that answer: the first ones at once, all others of a table that was read."""
    end = question.offset + question.limit
    if source.state == "read":
        facts = facts_of(store, source)
        if question.is_plain and facts.rows is not None and (end <= FIRST or facts.rows <= FIRST):
            rows = facts.first[question.offset : end]
            named = [(each.name, each.type) for each in facts.columns]
            return Shown(named, rows, facts.rows, end < facts.rows, facts.cut)
        with at_hand(store, source.rows) as path:
            answer = tables.ask(path, question, limits=limits)
        return Shown(answer.columns, answer.rows, answer.total, answer.has_more, answer.cut)
    if source.refusal is not None and not source.is_too_large:
        raise source.refusal
    if not question.is_plain or end > FIRST:
        raise source.refusal or StillReading()
    return glance(store, limits, source, question)


def glance(store: storage.Store, limits: tables.Limits, source: Source, question: tables.Question) -> Shown:
    """The first rows of a file that was not read, or cannot be for its size."""
    with at_hand(store, source.sha256, most=tables.GLANCED if source.form != "Parquet" else None) as path:
        facts = tables.glance(path, source.path, limits=limits)
    rows = facts.first[question.offset : question.offset + question.limit]
    return Shown([(each.name, each.type) for each in facts.columns], rows, None, True, facts.cut, is_whole=False)


@contextmanager
def at_hand(store: storage.Store, sha256: str, *, most: int | None = None) -> Iterator[Path]:
    """The object as a file on this machine: where it lies, or a copy of it (with ``most`` of its beginning) that goes afterwards."""
    with store.open(sha256) as file:
        if isinstance(getattr(file, "name", None), str):
            yield Path(file.name)
            return
        with tempfile.NamedTemporaryFile(prefix="madang-table-") as copy:
            if most is None:
                shutil.copyfileobj(file, copy)
            else:
                copy.write(file.read(most))
            copy.flush()
            yield Path(copy.name)
