# SPDX-License-Identifier: Apache-2.0
"""The report on a version in which a few files have another content than in the version before: derived from that version's report.

What is not changed is copied by the database and in the document, as it stands. It is what looking at the whole tree would give, or nothing
is derived and the whole is looked at: ``scan.look_again`` decides.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.orm import Session

from madang import kit, provenance, scan, storage
from madang.compliance import components, recording, reuse, rules, sharing
from madang.compliance.documents import handing
from madang.compliance.models import Finding, FoundFile, Making, Report
from madang.db import Database

MOST = 200
"""So many changed files at most; of more the whole is looked at."""
MOST_TIES = 2000
"""So many paths at most are kept of those on which others rest; of more it may be any."""
COPIED = 20_000
"""Rows in one unit of work."""
_Look = Callable[[scan.Tree, Mapping[str, scan.File], frozenset[str]], dict[str, scan.File] | None]


@dataclass(frozen=True, slots=True)
class Derived:
    """A new report's id and facts."""

    report_id: str
    facts: dict[str, Any]


class _Gone(Exception):
    """The report before was forgotten meanwhile."""


class ChangedFiles:
    """The scan core's ``Tree`` of the changed files alone."""

    def __init__(self, store: storage.Store, entries: Sequence[storage.Entry], folder: Path) -> None:
        self._store, self._entries, self._folder = store, entries, folder

    def files(self) -> Iterator[scan.Known]:
        """Each of them."""
        return (scan.Known(entry.path, entry.size, entry.sha256) for entry in self._entries)

    def bring(self, paths: Collection[str] | None) -> Path:
        """A folder in which they stand, whichever are wanted: they are few."""
        into = self._folder / f"changed-{kit.new_id()}"
        self._store.materialise(storage.Tree("", 0, 0, tuple(self._entries)), into, shared=True, only=paths)
        return into


def ties_of(found: frozenset[str]) -> list[str]:
    """What a report's facts keep of the files on which others rest."""
    return sorted(found) if len(found) <= MOST_TIES else [scan.ANY]


def derive(
    database: Database, store: storage.Store, attempt: recording.Attempt, look: _Look, *, before: str, before_key: str, content: str,
    name: str, folder: Path,
) -> Derived | None:  # fmt: skip
    """The report on ``content`` stands, not shared yet; None where it has to be made from the whole tree.

    ``before`` is the content of which there may be a report with the key ``before_key``, ``name`` what both are shown under; ``look`` is
    ``scan.look_again``.
    """
    changes = [each for each in store.changes(before, content) or () if each[0].sha256 != each[1].sha256]
    if not 0 < len(changes) <= MOST or any(now.path == reuse.FILE for _was, now in changes):
        return None
    with database.reading() as session:
        known = sharing.find(session, before_key)
    if known is None or "ties" not in known.facts:
        return None
    kept = scan.Kept(store.read(known.facts["documents"][handing.OWN]))
    was = {old.path: file for old, _now in changes if (file := kept.file(old.path)) is not None and _is(file, old)}
    if len(was) != len(changes):
        return None
    files = look(ChangedFiles(store, [now for _was, now in changes], folder), was, frozenset(known.facts["ties"]))
    if files is None:
        return None
    document = store.put_bytes(kept.amended(files, kit.now().replace(microsecond=0)))
    try:
        report_id = _copied(database, attempt, known, before_key, name, files, _readme(store, files))
    except _Gone:
        return None
    counts = {**known.facts["counts"]}
    counts["bytes"] += sum(file.size - was[path].size for path, file in files.items())
    return Derived(report_id, {**known.facts, "counts": counts, "documents": {handing.OWN: document.sha256}})


def _is(file: scan.File, entry: storage.Entry) -> bool:
    return file.sha256 == entry.sha256 and file.path_bytes is None and not file.scan_errors


def _readme(store: storage.Store, files: Mapping[str, scan.File]) -> list[dict[str, Any]]:
    """What the card says now, where it is among the changed files."""
    name = provenance.cards.README
    if name not in files:
        return []
    text = store.read(files[name].sha256).decode("utf-8", errors="replace") if files[name].size <= provenance.cards.LARGEST else None
    return components.of_card(text)


def _copied(
    database: Database,
    attempt: recording.Attempt,
    known: Report,
    key: str,
    name: str,
    files: Mapping[str, scan.File],
    cards: list[dict[str, Any]],
) -> str:
    """All rows of the report stand in another one too, and say of the changed files what holds now; its id."""
    with database.writing() as session:
        _check(session, attempt, known.id, key)
        report_id = sharing.begin(session, attempt.version_id)
        for table in sharing.TABLES:
            if table is not FoundFile:
                _copy(session, table, known.id, report_id)
        for number, card in enumerate(cards, 1):
            session.execute(update(Making).where(Making.report_id == report_id, Making.place == number).values(**card))
        last = session.scalar(select(func.max(FoundFile.place)).where(FoundFile.report_id == known.id)) or 0
        _copy(session, FoundFile, known.id, report_id, range(COPIED))
        if last < COPIED:
            _say(session, report_id, name, files)
            return report_id
    for start in range(COPIED, last + 1, COPIED):
        with database.writing() as session:
            _check(session, attempt, known.id, key)
            _copy(session, FoundFile, known.id, report_id, range(start, start + COPIED))
    with database.writing() as session:
        attempt.check(session)
        _say(session, report_id, name, files)
    return report_id


def _check(session: Session, attempt: recording.Attempt, known_id: str, key: str) -> None:
    attempt.check(session)
    # Whoever forgets a report takes its key away first.
    if session.scalar(select(Report.key).where(Report.id == known_id)) != key:
        raise _Gone


def _copy(session: Session, table: Any, known_id: str, report_id: str, places: range | None = None) -> None:
    columns = [column for column in table.__table__.columns if column.name != "report_id"]
    rows = select(literal(report_id), *columns).where(table.report_id == known_id)
    if places is not None:
        rows = rows.where(table.place >= places.start, table.place < places.stop)
    session.execute(insert(table.__table__).from_select(["report_id", *(column.name for column in columns)], rows))


def _say(session: Session, report_id: str, name: str, files: Mapping[str, scan.File]) -> None:
    """The rows of the changed files say what holds now: all but what their contents alone say is as it was."""
    table: Any = FoundFile.__table__
    wanted = select(FoundFile.place, FoundFile.path, Finding.details).join(Finding, FoundFile.finding_key == Finding.key)
    stand = session.execute(wanted.where(FoundFile.report_id == report_id, FoundFile.path.in_(files))).all()
    if len(stand) != len(files):
        raise _Gone
    told = [rules.details(files[path], name, details["stated"]) for _place, path, details in stand]
    keys = recording.keep_findings(session, told)
    rows = [(place, files[path], key) for (place, path, _details), key in zip(stand, keys, strict=True)]
    names = ("size", "sha256", "language", "is_binary", "finding_key")
    change = update(table).where(table.c.report_id == report_id, table.c.place == bindparam("at"))
    session.execute(
        change.values({name: bindparam(f"new_{name}") for name in names}),
        [
            {
                "at": place, "new_size": file.size, "new_sha256": file.sha256, "new_language": file.programming_language,
                "new_is_binary": file.is_binary, "new_finding_key": key,
            }
            for place, file, key in rows
        ],
    )  # fmt: skip
