# SPDX-License-Identifier: Apache-2.0
"""Madang's own JSON, read back. What it says is checked like anybody's: it came from outside."""

from dataclasses import replace

from madang.scan import reading
from madang.scan.documents import texts
from madang.scan.documents.building import Source
from madang.scan.documents.errors import BrokenDocument
from madang.scan.documents.jsons import Members
from madang.scan.documents.texts import Deep
from madang.scan.report import Document, File, NotSaid, Report, Unread

TITLE = "Madang JSON"


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
    unread = (*found.unread, *odd)
    return replace(
        found,
        files=files,
        unread=unread,
        totals=replace(found.totals, files=len(files), unread=len(unread)),
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
            kept[each.path] = each
    return tuple(kept.values()), tuple(odd)


def _document(found: Report, source: Source) -> Document:
    """What was read from another document before stays told: who made that, and what it left open."""
    first = found.document
    engine = f"{found.engine.name} {found.engine.version}".strip()
    not_said: tuple[NotSaid, ...] = first.not_said if first else ()
    tools = first.tools if first else (engine,)
    return Document(
        source.name, "madang-json", f"{TITLE} ({first.title})" if first else TITLE, source.sha256, source.size, tools,
        first.created_at if first else None, first.root if first else None, not_said, first.licence_texts if first else {},
    )  # fmt: skip
