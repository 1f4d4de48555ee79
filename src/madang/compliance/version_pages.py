# SPDX-License-Identifier: Apache-2.0
"""Pages that read one version: its licences as a picture, its packages, holders, files, and one file with the lines that matched."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit, web
from madang.compliance import excerpts, intake, licence_map, presenting, queries
from madang.compliance.errors import NoSuchFile
from madang.compliance.models import FoundPackage, Holder, UnreadFile
from madang.compliance.pages import FileFilter, TablesPage, VersionPage

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
FINDINGS_SHOWN = 9
ROWS = 50
MOST_PAGES = 10_000
LICENCES_OFFERED = 100
TABLE_ROWS, TABLE_PLACES = 1000, 50


def subject_of(request: Request, session: Session, actor: kit.Actor) -> queries.Subject:
    """The version that the address names."""
    names = request.path_params
    return queries.get_subject(session, names["kind"], names["namespace"], names["name"], names["version"], viewer=actor)


def _render(request: Request, page: VersionPage) -> Response:
    return web.render(request, "compliance/version.html", page)


def _start(request: Request, session: Session, actor: kit.Actor, tab: str) -> tuple[queries.Subject, VersionPage]:
    subject = subject_of(request, session, actor)
    head = presenting.head_of(session, subject, viewer=actor)
    return subject, VersionPage(head=head, tab=tab, progress=presenting.progress_of(session, subject.verification))


def show_version(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The licences of a version, or how far its verification is."""
    subject, page = _start(request, session, actor, "licences")
    if subject.verification.state != "verified":
        return _render(request, page)
    tallies = queries.tallies(session, subject.verification)
    asked = queries.FileFilter(state="found")
    found = queries.files(session, subject.verification, asked, limit=FINDINGS_SHOWN, with_details=True)
    taking = intake.of(request)
    is_open = taking.may_have(session, subject.asset, actor)
    shown = replace(
        page,
        maps=presenting.maps_of(tallies, title=f"{subject.asset.name} {page.head.label}") if tallies else None,
        licences=licence_map.by_licence(tallies),
        findings=tuple(presenting.file_row(file) for file in found),
        findings_total=queries.count_files(session, subject.verification, asked),
        excerpt=excerpts.excerpt_of(session, subject, found[0], taking.store) if found and is_open else None,
    )
    return _render(request, shown)


def _list(tab: str, table: type[Any], field: str, row_of: Callable[[Any], Any]) -> Callable[[Request, Session, kit.Actor], Response]:
    """A door for the tab ``tab``, whose rows stand in ``table``."""

    def show(request: Request, session: Session, actor: kit.Actor) -> Response:
        subject, page = _start(request, session, actor, tab)
        if subject.verification.state != "verified":
            return _render(request, page)
        place = web.place_of(request, MOST_PAGES)
        first = left_first(subject, tab) if place == 1 else ()
        rows = queries.rows(session, table, subject.verification, limit=ROWS, offset=(place - 1) * ROWS)
        total = queries.count_rows(session, table, subject.verification)
        shown = {field: (*first, *(row_of(row) for row in rows))}
        return _render(request, _paged(request, page, place, total + len(left_first(subject, tab)), last=place * ROWS >= total, **shown))

    show.__name__ = f"list_{tab}"
    return show


def left_first(subject: queries.Subject, tab: str) -> tuple[Any, ...]:
    """What the fetch left out stands before what the scan could not read."""
    return presenting.left_out_rows(subject.verification) if tab == "unread" else ()


def _paged(request: Request, page: VersionPage, place: int, total: int, *, last: bool, **shown: Any) -> VersionPage:
    return replace(
        page,
        total=total,
        first=(place - 1) * ROWS + 1,
        previous=web.page_address(request, place - 1) if place > 1 else None,
        next=None if last else web.page_address(request, place + 1),
        **shown,
    )


list_packages = _list("packages", FoundPackage, "packages", presenting.package_row)
list_holders = _list("holders", Holder, "holders", presenting.holder_row)
list_unread = _list("unread", UnreadFile, "unread", presenting.unread_row)


def list_files(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The files of a version with what was found in them; the filter lives in the address."""
    subject, page = _start(request, session, actor, "files")
    if subject.verification.state != "verified":
        return _render(request, page)
    given = request.query_params
    asked = queries.FileFilter(
        given.get("q", "")[:400], given.get("licence", "")[:2000], given.get("state", ""), classed=given.get("class", "")
    )
    place, total = web.place_of(request, MOST_PAGES), queries.count_files(session, subject.verification, asked)
    found = queries.files(session, subject.verification, asked, limit=ROWS, offset=(place - 1) * ROWS, with_details=True)
    licences = tuple(expression for expression, _count in queries.licence_counts(session, subject.verification)[:LICENCES_OFFERED])
    shown = {
        "files": tuple(presenting.file_row(file, with_holders=True) for file in found),
        "filter": FileFilter(asked.q, asked.licence, asked.state, licences, asked.classed, presenting.class_words()),
    }
    return _render(request, _paged(request, page, place, total, last=place * ROWS >= total, **shown))


def show_file(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One file: the matched lines beside the licences' names and scores."""
    subject = subject_of(request, session, actor)
    queries.check_verified(subject.verification)
    file = queries.get_file(session, subject.verification, request.query_params.get("path", ""))
    taking = intake.of(request)
    taking.check_open(session, subject.asset, actor, file.path)
    head = presenting.head_of(session, subject, viewer=actor)
    chosen = request.query_params.get("match", "1")
    page = excerpts.file_page(head, subject, file, taking.store, int(chosen) if chosen.isdigit() and len(chosen) < 6 else 1, taking.limits)
    return web.render(request, "compliance/file.html", page)


def show_content(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The bytes of one file, to keep and never to run."""
    subject = subject_of(request, session, actor)
    queries.check_verified(subject.verification)
    file = queries.get_file(session, subject.verification, request.query_params.get("path", ""))
    if subject.version.content is None:
        raise NoSuchFile(path=file.path[:400])
    taking = intake.of(request)
    taking.check_open(session, subject.asset, actor, file.path)
    stream = taking.store.open(file.sha256)
    name = file.path.rpartition("/")[2]
    return web.attachment(stream, name=name, media_type="application/octet-stream")


def show_tables(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The table twins of the licence map."""
    subject = subject_of(request, session, actor)
    queries.check_verified(subject.verification)
    tallies = queries.tallies(session, subject.verification)
    head = presenting.head_of(session, subject, viewer=actor)
    page = TablesPage(head, licence_map.by_licence(tallies, places=TABLE_PLACES), licence_map.by_place(tallies[:TABLE_ROWS]), len(tallies))
    return web.render(request, "compliance/tables.html", page)


def show_licence_map_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The licence map's figures for a spreadsheet."""
    subject = subject_of(request, session, actor)
    queries.check_verified(subject.verification)
    text = licence_map.as_csv(queries.tallies(session, subject.verification))
    return web.attachment(text, name=f"{subject.asset.name}-licence-map.csv", media_type="text/csv; charset=utf-8")


routes = [
    web.page(VERSION, show_version),
    web.page(VERSION + "/packages", list_packages),
    web.page(VERSION + "/holders", list_holders),
    web.page(VERSION + "/files", list_files),
    web.page(VERSION + "/unread", list_unread),
    web.page(VERSION + "/file", show_file),
    web.page(VERSION + "/content", show_content),
    web.page(VERSION + "/tables", show_tables),
    web.page(VERSION + "/licence-map.csv", show_licence_map_csv),
]
