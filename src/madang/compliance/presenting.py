# SPDX-License-Identifier: Apache-2.0
"""From rows to the plain values of pages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from madang import archives, catalog, kit, licensing, scan, web
from madang.compliance import licence_map, pictures, queries, rules
from madang.compliance.documents.pages import ReadFrom
from madang.compliance.models import FoundFile, FoundPackage, Holder, UnreadFile, Verification
from madang.compliance.pages import (
    Conflict,
    FileRow,
    HolderRow,
    Maps,
    PackageRow,
    Progress,
    UnreadRow,
    VersionHead,
    VersionRow,
    answer_of,
    expression_parts,
)
from madang.kit import _

WAYS_OUT = {
    "cancelled": _("Start it again when you like: what was found before is kept."),
    "failed": _("Mend what is said here and start it again, or add another version."),
}
UNREAD = {
    "entry": _("This entry of the document could not be taken over as it stands."),
    "licence-unclear": _("What stands there as its licence is no SPDX expression; which licence it is, is not known."),
    "not-findings": _("This part of the document holds no findings and was left out."),
    "link": _("A link: what it points to is looked at where it lies."),
    "special": _("Not a plain file."),
    "version-control": _("The version control's own file."),
}
CLASSES = {
    "binary": _("binary"),
    "media": _("picture, sound or font"),
    "archive": _("archive"),
    "minified": _("minified"),
    "generated": _("generated"),
    "vendored": _("from elsewhere"),
    "data": _("data"),
    "huge": _("too large to read"),
}
CLASSED_BY = {
    "type": _("the engine says so"),
    "name": _("it is called %(what)s"),
    "ending": _("its name ends in %(what)s"),
    "folder": _("it lies below a folder called %(what)s"),
    "says": _("its first lines say “%(what)s”"),
    "long-lines": _("its lines are very long"),
    "size": _("it is very large"),
    "unread": _("it was not looked into"),
}
LEFT_OUT = {**archives.REASONS, "not-shipped": _("Not part of what is installed.")}


def source_of(version: catalog.Version) -> str:
    """The address and ref, or the archive's name."""
    return f"{version.source} {version.source_ref}" if version.source_ref else version.source


def is_public(version: catalog.Version) -> bool:
    """Whether the source's address may be told to everybody who may see the asset: not a folder's, and none that names an inner host."""
    return version.source_kind != "git" or version.is_source_public


def failure_sentence(verification: Verification) -> str:
    """Why it failed, in the language of this request."""
    template = web.translate(verification.failure_message or "")
    return template % verification.failure_values if verification.failure_values else template


def head_of(session: Session, subject: queries.Subject, *, viewer: kit.Actor) -> VersionHead:
    """What stands at the top of every page of a version."""
    asset, version, verification = subject.asset, subject.version, subject.verification
    may_change = catalog.changeable(session, asset, viewer=viewer)
    conflicts = conflicts_of(session, subject)
    declared = set(licensing.terms_of(verification.declared))
    parts = expression_parts(verification.detected, declared=declared, conflicts=_conflicting_terms(verification))
    return VersionHead(
        kind=asset.kind,
        namespace=asset.namespace,
        name=asset.name,
        title=asset.title or asset.name,
        exposure=asset.exposure,
        owner=asset.namespace,
        version=str(version.number),
        label=version.label or str(version.number),
        state=verification.state,
        created_at=version.created_at,
        content=version.content,
        source=source_of(version) if may_change or is_public(version) else "",
        seconds=_seconds(verification),
        task=verification.task_id,
        may_change=may_change,
        declared=verification.declared,
        declared_in=tuple(verification.declared_in),
        detected=verification.detected,
        parts=parts,
        conflicts=conflicts,
        counts={"licences": 0, "packages": 0, "holders": 0, "files": 0, "unread": 0, **_counts(verification)},
        engine=verification.engine,
        failure=failure_sentence(verification) if verification.state == "failed" and may_change else "",
        failure_code=verification.failure_code or "",
        way_out=web.translate(WAYS_OUT.get(verification.state, "")),
        answer=answer_of(verification.declared, parts),
        previous_seconds=_previous_seconds(session, subject),
        document=_document(queries.read_from(session, subject)),
    )


def _document(facts: Mapping[str, Any] | None) -> ReadFrom | None:
    """The document that a version was read from, in the words of this request's language."""
    if facts is None:
        return None
    left_open = tuple(scan.NotSaid(*each) for each in facts["not_said"])
    return ReadFrom(
        title=facts["title"],
        name=facts["name"],
        sha256=facts["sha256"],
        about=facts["about"],
        tools=tuple(facts["tools"]),
        created_at=facts["created_at"] or "",
        not_said=tuple(not_said_words(left_open)),
        is_open=frozenset(each.aspect for each in left_open if each.entries == each.of),
    )


def not_said_words(left_open: Iterable[scan.NotSaid]) -> list[str]:
    """What a document leaves open, each in a few words."""
    return scan.documents.not_said(left_open, web.translate)


def _counts(verification: Verification) -> dict[str, int]:
    counts = dict(verification.counts)
    if counts:
        counts["packages"] += counts["dependencies"]
        counts["unread"] += counts["skipped"] + len(verification.left_out)
    return counts


def _seconds(verification: Verification) -> float | None:
    if verification.finished_at is None or verification.started_at is None:
        return None
    return (verification.finished_at - verification.started_at).total_seconds()


def _previous_seconds(session: Session, subject: queries.Subject) -> float | None:
    before = catalog.versions_of(session, subject.asset, limit=1, before=subject.version.number)
    verification = queries.get_verification(session, before[0]) if before else None
    return _seconds(verification) if verification and verification.state == "verified" else None


def _conflicting_terms(verification: Verification) -> set[str]:
    declared = set(licensing.terms_of(verification.declared))
    return rules.terms_of(each["expression"] for each in verification.conflicts) - declared


def conflicts_of(session: Session, subject: queries.Subject) -> tuple[Conflict, ...]:
    """The licences that meet the declared one badly, numbered as in the picture."""
    if not subject.verification.conflicts:
        return ()
    tallies = queries.conflict_places(session, subject.verification)
    numbers, rows = licence_map.numbered(tallies), {row.expression: row for row in licence_map.by_licence(tallies)}
    found = [
        Conflict(
            number=numbers.get(each["expression"], 0),
            expression=each["expression"],
            strength=licensing.strength(each["expression"]).word,
            files=each["files"],
            places=rows[each["expression"]].places if each["expression"] in rows else (),
            reason=rules.why_of(each).sentence(web.translate),
        )
        for each in subject.verification.conflicts
    ]
    return tuple(sorted(found, key=lambda conflict: conflict.number))


def maps_of(tallies: Sequence[licence_map.Tally], *, title: str) -> Maps:
    """The two drawings of the licence map."""
    words = licence_map.words_in(web.translate)
    return Maps(pictures.desktop(tallies, title=title, words=words), pictures.phone(tallies, words=words))


def file_row(file: FoundFile, *, with_holders: bool = False) -> FileRow:
    """A file in a list."""
    return FileRow(
        path=file.path,
        size=file.size,
        expression=file.expression,
        strength=file.strength,
        score=file.score,
        is_conflict=file.is_conflict,
        is_unread=file.is_unread,
        holders=tuple(file.details["holders"]) if with_holders else (),
        classes=tuple(web.translate(CLASSES[name]) for name in file.details.get("classes", ())) if with_holders else (),
    )


def class_words() -> tuple[tuple[str, str], ...]:
    """Every class with its word."""
    return tuple((name, web.translate(CLASSES[name])) for name in scan.CLASSES)


def classes_of(file: FoundFile) -> tuple[tuple[str, str], ...]:
    """The classes of a file, each with why it has it."""
    shown = []
    for name, rule in file.details.get("classes", {}).items():
        by, _colon, what = rule.partition(": ")
        shown.append((web.translate(CLASSES[name]), web.translate(CLASSED_BY[by]) % {"what": what}))
    return tuple(shown)


def package_row(row: FoundPackage) -> PackageRow:
    """A package in a list."""
    return PackageRow(
        purl=row.purl,
        name=row.name,
        version=row.version,
        type=row.type,
        licence=row.license_expression,
        strength=licensing.strength(row.license_expression).word,
        path=row.path,
    )


def holder_row(row: Holder) -> HolderRow:
    """A copyright holder in a list."""
    return HolderRow(holder=row.holder, files=row.files, statement=row.statement, path=row.path)


def unread_row(row: UnreadFile) -> UnreadRow:
    """A file that was not read; what was left out on purpose is told in the reader's language."""
    return UnreadRow(path=row.path, reason=web.translate(UNREAD.get(row.code, row.reason)), size=row.size or 0)


def left_out_rows(verification: Verification) -> tuple[UnreadRow, ...]:
    """What was left out when the content was fetched."""
    return tuple(UnreadRow(path=path, reason=web.translate(LEFT_OUT.get(code, code))) for path, code in verification.left_out)


def progress_of(session: Session, verification: Verification) -> Progress | None:
    """How far unfinished work is; None when it has ended."""
    if verification.is_final:
        return None
    return Progress(
        files_done=verification.files_done,
        files_total=verification.files_total,
        rate=verification.rate,
        seconds_left=verification.seconds_left,
        started_at=verification.started_at,
        ahead=queries.count_ahead(session, verification) if verification.state == "queued" else 0,
    )


def version_row(version: catalog.Version, verification: Verification, *, may_change: bool) -> VersionRow:
    """A version in its asset's list."""
    return VersionRow(
        version=str(version.number),
        label=version.label or str(version.number),
        state=verification.state,
        created_at=version.created_at,
        source=source_of(version) if may_change or is_public(version) else "",
        declared=verification.declared,
        files=verification.counts.get("files"),
        conflicts=len(verification.conflicts),
        unread=verification.counts.get("unread", 0),
    )
