# SPDX-License-Identifier: Apache-2.0
"""A document that comes in where an archive might: told by its content, looked at once while its sender waits, and kept."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from madang import archives, catalog, kit, people, scan, storage
from madang.kit import _

KIND = "document"
"""A version's kind of source when it was read from a document."""
AT_ONCE_BYTES = 4_000_000
"""A larger document is read by the work behind, where memory and time are."""
_AT_ONCE = scan.documents.Limits(memory_bytes=1_500_000_000, seconds=30)
_WAIT_SECONDS = 2.0
_places = BoundedSemaphore(2)
"""How many are read at one time while their senders wait: each may take all that ``_AT_ONCE`` grants."""
_PURPOSE = "document that was shown"
STARTS = (b"{", b"<", b"#", b"SPDXVersion", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"[")
_MOST_SHOWN = 12


class NotShown(kit.Invalid):
    """What is confirmed is not what was shown."""

    code = "document-not-shown"
    message = _("This is not the document that was shown. Send it again.")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a document says, in the few words that somebody needs before it counts. ``is_whole``: whether it was read for this."""

    name: str
    sha256: str
    size: int
    title: str = ""
    engine: str = ""
    about: str = ""
    declared: str | None = None
    files: int = 0
    packages: int = 0
    relationships: int = 0
    not_said: tuple[tuple[str, int, int], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    unread_total: int = 0
    is_whole: bool = False


def may_be(path: Path) -> bool:
    """Whether a file that is no archive begins as documents do."""
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(STARTS)


def read(path: Path, name: str) -> scan.Report:
    """The findings in a document that is small enough to be read while somebody waits; its refusals belong to the field ``file``."""
    try:
        return scan.documents.read(path, name=name, limits=_AT_ONCE)
    except kit.Refusal as refusal:
        refusal.field = "file"
        raise


def _read_in_turn(path: Path, name: str) -> scan.Report | None:
    """The findings; None where others are being read and go on: it is read by the work behind then, as a large one is."""
    if not _places.acquire(timeout=_WAIT_SECONDS):
        return None
    try:
        return read(path, name)
    finally:
        _places.release()


def keep(path: Path, name: str, store: storage.Store) -> tuple[catalog.Source, Preview]:
    """The document is in the store; where it comes from as a version's source, and what it says."""
    size = path.stat().st_size
    report = _read_in_turn(path, name) if size <= AT_ONCE_BYTES else None
    stored = store.put_file(path)
    empty = Preview(name, stored.sha256, size)
    return catalog.Source(KIND, name, None, stored.sha256), preview_of(report, empty) if report else empty


def preview_of(report: scan.Report, empty: Preview) -> Preview:
    """The few words."""
    document = report.document
    assert document is not None
    root = document.root
    return replace(
        empty,
        title=document.title,
        engine=f"{report.engine.name} {report.engine.version}".strip(),
        about=" ".join(filter(None, (report.name, root.version if root else None))),
        declared=report.declared_license_expression,
        files=len(report.files),
        packages=len(report.packages),
        relationships=len(report.relationships),
        not_said=tuple((each.aspect, each.entries, each.of) for each in document.not_said),
        unread=tuple((each.path, each.message) for each in report.unread[:_MOST_SHOWN]),
        unread_total=len(report.unread),
        is_whole=True,
    )


def sealed(preview: Preview, *, by: kit.Actor) -> str:
    """A word by which whoever was shown the document can say that it shall count; nobody else can."""
    told = json.dumps([preview.sha256, preview.name, by.account_id])
    return kit.seal(people.keys.held().derive(_PURPOSE), told, purpose=_PURPOSE)


def unsealed(word: str, *, by: kit.Actor) -> catalog.Source:
    """The source that was shown. ``NotShown`` for any other word."""
    text = kit.unseal(people.keys.held().derive(_PURPOSE), word, purpose=_PURPOSE)
    told: list[Any] = json.loads(text) if text else []
    if len(told) != 3 or told[2] != by.account_id:
        raise NotShown(field="file")
    return catalog.Source(KIND, told[1], None, told[0])


def is_document(path: Path) -> bool:
    """Whether the file is taken as a document: no archive, and it begins as documents do. Raises what ``kind_of`` raises otherwise."""
    try:
        archives.kind_of(path)
    except archives.NotAnArchive:
        if not may_be(path):
            raise
        return True
    return False
