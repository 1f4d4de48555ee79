# SPDX-License-Identifier: Apache-2.0
"""The report on a version in which a few files came, went or have another content since the version before: derived from that version's
report.

What is not changed is copied by the database and in the document, as it stands. It is what looking at the whole tree would give, or nothing
is derived and the whole is looked at: ``scan.look_again`` decides.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import kit, provenance, scan, storage
from madang.compliance import components, patching, recording, reuse, sharing
from madang.compliance.documents import handing
from madang.compliance.models import FoundFile, Report
from madang.compliance.verdict import MOST_TALLIES
from madang.db import Database

MOST = 200
"""So many changed files at most; of more the whole is looked at."""
COPIED = 20_000
"""Rows in one unit of work."""
Changes = Sequence[tuple[storage.Entry | None, storage.Entry | None]]
_Look = Callable[[scan.Tree, scan.Kept, Collection[str], scan.Basis], scan.Again | None]


@dataclass(frozen=True, slots=True)
class Derived:
    """A new report's id and facts."""

    report_id: str
    facts: dict[str, Any]


class _Gone(Exception):
    """The report before was forgotten meanwhile."""


class ChangedFiles:
    """The scan core's ``Tree`` of the files alone that came or changed; any file of the whole tree can be brought."""

    def __init__(self, store: storage.Store, content: str, entries: Sequence[storage.Entry], folder: Path) -> None:
        self._store, self._content, self._entries, self._folder = store, content, entries, folder

    def files(self) -> Iterator[scan.Known]:
        """Each of them."""
        return map(_known, self._entries)

    def bring(self, paths: Collection[str] | None) -> Path:
        """A folder in which they stand, and what else is wanted."""
        into = self._folder / f"changed-{kit.new_id()}"
        here = {entry.path: entry for entry in self._entries}
        wanted = here.keys() if paths is None else paths
        found = (here.get(path) or self._store.find_entry(self._content, path) for path in sorted(wanted))
        self._store.materialise(storage.Tree("", 0, 0, tuple(entry for entry in found if entry)), into, shared=True)
        return into


def derive(
    database: Database, store: storage.Store, attempt: recording.Attempt, look: _Look, *, before: str, before_key: str, content: str,
    name: str, folder: Path, most_bytes: int,
) -> Derived | None:  # fmt: skip
    """The report on ``content`` stands, not shared yet; None where it has to be made from the whole tree.

    ``before`` is the content of which there may be a report with the key ``before_key``, ``name`` what both are shown under; ``look`` is
    ``scan.look_again``; ``most_bytes`` how large a file may be that is read.
    """
    changes = [each for each in store.changes(before, content) if _is_other(*each)]
    if not 0 < len(changes) <= MOST or any(entry.path == reuse.FILE for each in changes for entry in each if entry):
        return None
    with database.reading() as session:
        known = sharing.find(session, before_key)
    if known is None or "basis" not in known.facts:
        return None
    kept = scan.Kept(store.read(known.facts["documents"][handing.OWN]))
    if not all(_is_told(kept, was) for was, _now in changes if was):
        return None
    gone = [was.path for was, now in changes if was and now is None]
    came = ChangedFiles(store, content, [now for _was, now in changes if now], folder)
    again = look(came, kept, gone, scan.Basis.from_json(known.facts["basis"]))
    if again is None or not (kept.places.keys() - set(gone) or again.files):
        return None
    patch = _patch(store, known, kept, again, changes, content, name, most_bytes)
    if patch is None:
        return None
    try:
        report_id = _copied(database, attempt, before_key, patch)
    except _Gone:
        return None
    document = store.put_bytes(patch.change.now.document)
    return Derived(report_id, patch.facts(known.facts, document.sha256, again.basis))


def _is_other(was: storage.Entry | None, now: storage.Entry | None) -> bool:
    """Whether more than the right to run a file is another."""
    return was is None or now is None or (was.sha256, was.target) != (now.sha256, now.target)


def _is_told(kept: scan.Kept, was: storage.Entry) -> bool:
    """Whether what the report says of a path, if anything, it says of this content."""
    file = kept.file(was.path)
    return file is None or file.sha256 == was.sha256


def _known(entry: storage.Entry) -> scan.Known:
    return scan.Known(entry.path, entry.size, entry.sha256)


def _patch(
    store: storage.Store, known: Report, kept: scan.Kept, again: scan.Again, changes: Changes, content: str, name: str, most_bytes: int
) -> patching.Patch | None:
    """What is to be written; None where only the whole tells what there is."""
    was = {path: file for path in again.files if (file := kept.file(path)) is not None}
    gone = {old.path: file for old, new in changes if old and old.path not in again.files and (file := kept.file(old.path)) is not None}
    outline, unread = None, None
    if len(was) < len(changes):
        entries = store.read_tree(content).entries
        outline = scan.outline(map(_known, entries), most_bytes=most_bytes)
        if [each.path for each in outline.unread] != [each["path"] for each in kept.member("unread")]:
            return None
        unread = list(recording.unread_rows(outline.unread, outline.skipped, {each.path: each.size for each in entries if each.sha256}))
    if known.facts["counts"]["files"] > MOST_TALLIES and (gone or len(was) < len(again.files)):
        return None
    members = scan.members(
        kept, [*was.values(), *gone.values()], again.files.values(), outline=outline, license_detections=again.license_detections
    )
    now = scan.Kept(kept.amended(again.files, gone, members, kit.now().replace(microsecond=0)))
    change = patching.Change(again.files, was, gone, kept, now, name, unread, _cards(store, changes))
    return patching.Patch(change, _statements(store, content), known.id)


def _statements(store: storage.Store, content: str) -> reuse.Statements:
    """What the tree states of its own files."""
    entry = store.find_entry(content, reuse.FILE)
    if entry is None or not entry.sha256 or entry.size > reuse.LARGEST:
        return reuse.NOTHING_STATED
    return reuse.read(store.read(entry.sha256).decode("utf-8", errors="replace"))


def _cards(store: storage.Store, changes: Changes) -> list[dict[str, Any]]:
    """What the card says now, where it is among the changed files."""
    for was, now in changes:
        if provenance.cards.README in {each.path for each in (was, now) if each}:
            is_read = now is not None and now.sha256 and now.size <= provenance.cards.LARGEST
            return components.of_card(store.read(now.sha256).decode("utf-8", errors="replace") if now and is_read else None)
    return []


def _copied(database: Database, attempt: recording.Attempt, key: str, patch: patching.Patch) -> str:
    """All rows of the report stand in another one too, and say of the changed files what holds now; its id."""
    known_id, change = patch.known_id, patch.change
    with database.writing() as session:
        _check(session, attempt, known_id, key)
        patch.read(session)
        report_id = sharing.begin(session, attempt.version_id)
        patch.write_counts(session, report_id)
        last = session.scalar(select(func.max(FoundFile.place)).where(FoundFile.report_id == known_id)) or 0
        patching.copy_files(session, known_id, report_id, range(COPIED), change)
        if last < COPIED:
            patch.write_files(session, report_id)
            return report_id
    for start in range(COPIED, last + 1, COPIED):
        with database.writing() as session:
            _check(session, attempt, known_id, key)
            patching.copy_files(session, known_id, report_id, range(start, start + COPIED), change)
    with database.writing() as session:
        attempt.check(session)
        patch.write_files(session, report_id)
    return report_id


def _check(session: Session, attempt: recording.Attempt, known_id: str, key: str) -> None:
    attempt.check(session)
    # Whoever forgets a report takes its key away first.
    if session.scalar(select(Report.key).where(Report.id == known_id)) != key:
        raise _Gone
