# SPDX-License-Identifier: Apache-2.0
"""Madang's own JSON, read back. What it says is checked like anybody's: it came from outside."""

from dataclasses import replace

from madang.scan import reading, summary
from madang.scan.documents import texts
from madang.scan.documents.aspects import WORDS
from madang.scan.documents.building import Source
from madang.scan.documents.errors import BrokenDocument
from madang.scan.documents.jsons import Members
from madang.scan.documents.limits import MOST_BYTES
from madang.scan.documents.texts import Deep
from madang.scan.report import Document, File, NotSaid, Report, Unread

TITLE = "Madang JSON"
MOST_LETTERS = 64
"""Of the name of a language."""
MOST_REASON = 32
"""Letters of the word for why something was not read."""


def read(members: Members, source: Source) -> Report:
    """The report that was written, with the document in front of what made it."""
    try:
        value = {name: texts.kept(members.get(name), source.limits.max_depth) for name in members.names()}
        found = Report.from_json(reading.clean(value))
    except Deep as error:
        raise BrokenDocument(name=source.name, reason="an entry nests deeper than any that we write") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenDocument(name=source.name, reason=f"it is not written as we write one ({str(error)[:120]})") from error
    files, odd = _placed(found.files)
    unread = (*(replace(each, reason=each.reason[:MOST_REASON]) for each in found.unread), *odd)
    skipped = tuple(replace(each, reason=each.reason[:MOST_REASON]) for each in found.skipped)
    return replace(
        found,
        files=files,
        unread=unread,
        skipped=skipped,
        totals=summary.totals(files, found.directories, unread, skipped),
        license_counts=summary.licence_counts(files),
        holder_counts=summary.holder_counts(files),
        document=_document(found, source),
    )


def _placed(files: tuple[File, ...]) -> tuple[tuple[File, ...], tuple[Unread, ...]]:
    """The files that lie below the root, each path once; and the others."""
    kept: dict[str, File] = {}
    odd = []
    for each in files:
        if texts.path(each.path) != each.path:
            odd.append(Unread(each.path[:200], "entry", "It leads out of the root and is left out."))
        elif each.path in kept:
            odd.append(Unread(each.path[:200], "entry", "It stands twice; the first one counts."))
        else:
            kept[each.path] = _sound(each)
    return tuple(kept.values()), tuple(odd)


def _sound(file: File) -> File:
    """The file with a size, a digest and a language that can be kept."""
    size, sha256 = min(max(0, file.size), MOST_BYTES), texts.digest("sha256", file.sha256) or ""
    language = file.programming_language[:MOST_LETTERS] if file.programming_language else None
    if (size, sha256, language) == (file.size, file.sha256, file.programming_language):
        return file
    return replace(file, size=size, sha256=sha256, programming_language=language)


def _document(found: Report, source: Source) -> Document:
    """What was read from another document before stays told: who made that, and what it left open."""
    first = found.document
    engine = f"{found.engine.name} {found.engine.version}".strip()
    not_said: tuple[NotSaid, ...] = tuple(each for each in first.not_said if each.aspect in WORDS) if first else ()
    tools = first.tools if first else (engine,)
    return Document(
        source.name, "madang-json", f"{TITLE} ({first.title})" if first else TITLE, source.sha256, source.size, tools,
        first.created_at if first else None, first.root if first else None, not_said, first.licence_texts if first else {},
    )  # fmt: skip
