# SPDX-License-Identifier: Apache-2.0
"""The lines of a file that decided: read from the store, numbered, the matched ones marked, what lies far away left out."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from madang import licensing, storage, web
from madang.compliance import presenting, queries
from madang.compliance.limits import Limits
from madang.compliance.models import FoundFile
from madang.compliance.pages import Excerpt, FilePage, Line, Match, VersionHead
from madang.kit import _

AROUND = 5
MOST_LINES = 400
MOST_MATCHES = 200
MOST_NAMES = 20
LINE_LENGTH = 400
NEAR_BYTES = 256 * 1024
BINARY = _("This file is not text, so its lines are not shown. The match was found in the text that it carries.")
LARGE = _("This file is larger than %(limit)s bytes, so its lines are not shown here. Download it to read it.")
NOT_READ = _("This file could not be read, or not wholly; the list of what was not read says why.")
NOT_HERE = _("Only a document tells of this file; the file itself is not here.")
GONE = _("The content of this file is not in the store any more.")


def excerpt_of(session: Session, subject: queries.Subject, file: FoundFile, store: storage.Store) -> Excerpt | None:
    """The lines of the file's match that decides, for the version's own page; None when they cannot be shown."""
    own = _own(file)
    if not own or subject.version.content is None:
        return None
    found = licensing.conflicts(subject.verification.declared, list({match["expression"] for match in own})).found
    conflicting = {each.expression for each in found}
    best = _match(1, max(own, key=lambda match: (match["expression"] in conflicting, match["score"])), file)
    lines, why = _read(file, store, NEAR_BYTES)
    if why:
        return None
    reasons = {conflict.expression: conflict.reason for conflict in presenting.conflicts_of(session, subject)}
    last = min(best.last, best.first + 2 * AROUND)
    return Excerpt(
        path=file.path,
        expression=best.expression,
        strength=best.strength,
        score=best.score,
        first=best.first,
        last=best.last,
        rule=best.rule,
        lines=_numbered(lines, [(best.first, last)], (best.first, best.last)),
        is_conflict=file.is_conflict,
        reason=reasons.get(file.expression or "", ""),
    )


def _own(file: FoundFile) -> list[dict[str, Any]]:
    """The matches that stand in the file itself."""
    return [match for match in file.details["matches"] if match["from_file"] is None]


def _match(number: int, match: dict[str, Any], file: FoundFile) -> Match:
    return Match(
        number=number,
        expression=match["expression"],
        strength=licensing.strength(match["expression"]).word,
        first=match["first"],
        last=match["last"],
        score=match["score"],
        rule=match["rule"],
        name=", ".join(licensing.name(term) for term in licensing.terms_of(match["expression"])[:MOST_NAMES]),
        is_conflict=file.is_conflict,
    )


def file_page(head: VersionHead, subject: queries.Subject, file: FoundFile, store: storage.Store, chosen: int, limits: Limits) -> FilePage:
    """What the page of one file shows."""
    own = _own(file)
    matches = tuple(_match(number, match, file) for number, match in enumerate(own[:MOST_MATCHES], 1))
    chosen = min(max(chosen, 1), max(len(matches), 1))
    # A document names digests that may be those of anybody's files here; only a version's own tree gives a right to read them.
    is_ours = subject.version.content is not None
    lines, why = _read(file, store, limits.shown_bytes) if is_ours else ([], web.translate(NOT_HERE))
    marked = next(((match.first, match.last) for match in matches if match.number == chosen), (0, -1))
    ranges = [(match.first, match.last) for match in matches] or [(1, MOST_LINES // 4)]
    return FilePage(
        head=head,
        path=file.path,
        size=file.size,
        digest=file.sha256,
        matches=matches,
        lines=() if why else _numbered(lines, ranges, marked),
        chosen=chosen,
        expression=file.expression,
        copyrights=tuple(each["text"] for each in file.details["copyrights"][:MOST_MATCHES]),
        why_no_lines=why,
        unread="; ".join(file.details["errors"]) or (web.translate(NOT_READ) if file.is_unread else ""),
        more=len(own) - len(matches),
        stated=file.details["stated"],
        detected=file.details["detected"],
        classes=presenting.classes_of(file),
        download=f"{subject.address}/content?path={quote(file.path)}" if is_ours else "",
    )


def _read(file: FoundFile, store: storage.Store, most: int) -> tuple[list[str], str]:
    """The lines of the file, or why they are not shown."""
    if file.size > most:
        return [], web.translate(LARGE) % {"limit": f"{most:,}"}
    try:
        with store.open(file.sha256) as stream:
            content = stream.read()
    except storage.ObjectMissing:
        return [], web.translate(GONE)
    text = _text(content, is_binary=file.is_binary)
    return (text.splitlines(), "") if text is not None else ([], web.translate(BINARY))


def _text(content: bytes, *, is_binary: bool) -> str | None:
    """The content as letters; None where it is no text. What the engine calls binary may be Korean in an older encoding."""
    if b"\0" in content[:8192]:
        return None
    for encoding in ("utf-8", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None if is_binary else content.decode("latin-1")


def _numbered(lines: Sequence[str], ranges: Sequence[tuple[int, int]], marked: tuple[int, int]) -> tuple[Line, ...]:
    """The lines of ``ranges`` and a few round them, at most ``MOST_LINES``; a line that follows one left out says so."""
    wanted: set[int] = set()
    for first, last in sorted(ranges, key=lambda each: each != marked):
        wanted.update(range(max(first - AROUND, 1), min(last + AROUND, len(lines), first + MOST_LINES) + 1))
        if len(wanted) > MOST_LINES:
            break
    shown, before = [], 0
    for number in sorted(wanted)[: 2 * MOST_LINES]:
        text = lines[number - 1]
        text = text if len(text) <= LINE_LENGTH else text[:LINE_LENGTH] + "…"
        shown.append(Line(number, text, is_matched=marked[0] <= number <= marked[1], gap_before=number != before + 1))
        before = number
    return tuple(shown)
