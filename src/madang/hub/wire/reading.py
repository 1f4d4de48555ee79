# SPDX-License-Identifier: Apache-2.0
"""Doors on what lies in a revision: lists of files, and files themselves, whole or in part."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import parse_qs, quote

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from madang import kit, storage
from madang.hub import contents, queries
from madang.hub.desk import desk_of
from madang.hub.errors import BadRequest, NoSuchEntry
from madang.hub.gates import downloads
from madang.hub.gates.checking import check_open
from madang.hub.models import Sent
from madang.hub.wire import shapes
from madang.hub.wire.doors import at_page, body_of
from madang.hub.wire.repositories import cursor_of, link, place_in

PAGE = 1000
PIECE = 1 << 20
MOST_PATHS = 10_000
FORM = "application/x-www-form-urlencoded"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def list_files(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What lies in a folder of the revision, a thousand at a time."""
    place, rest = place_in(request, session, actor)
    commit, folder = queries.get_commit(session, place, rest[0]), "/".join(part for part in rest[1:] if part)
    is_deep = request.query_params.get("recursive", "").lower() in ("true", "1")
    found = contents.listed(contents.entries_of(desk_of(request).store, commit, folder), folder, deep=is_deep)
    at = cursor_of(request)
    shown = found[at : at + PAGE]
    known = queries.sent(session, place, (each.entry.sha256 for each in shown if each.entry))
    told = [shapes.item(each, known) for each in shown]
    if request.query_params.get("expand", "").lower() in ("true", "1"):
        told = [{**each, "lastCommit": shapes.last_commit(commit)} for each in told]
    return JSONResponse(told, headers=link(request, at + PAGE) if len(found) > at + PAGE else None)


def show_paths(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What stands at each of the paths; one where nothing stands is left out."""
    place, rest = place_in(request, session, actor)
    commit = queries.get_commit(session, place, rest[0])
    paths, is_expanded = _paths_in(request)
    found = contents.items_at(desk_of(request).store, commit.tree, paths)
    known = queries.sent(session, place, (each.entry.sha256 for each in found if each.entry))
    told = [shapes.item(each, known) for each in found]
    if is_expanded:
        told = [{**each, "lastCommit": shapes.last_commit(commit)} for each in told]
    return JSONResponse(told)


def _paths_in(request: Request) -> tuple[list[str], bool]:
    """The paths of a form or of JSON, and whether more is wanted of each."""
    if request.headers.get("content-type", "").startswith(FORM):
        form = parse_qs(request.state.body.decode("utf-8", "replace"))
        paths, expand = form.get("paths", []), form.get("expand", [""])[0].lower() == "true"
    else:
        body = body_of(request)
        given = body.get("paths", [])
        paths, expand = [given] if isinstance(given, str) else given, body.get("expand") is True
    if not isinstance(paths, list) or len(paths) > MOST_PATHS or not all(isinstance(path, str) for path in paths):
        raise BadRequest(member="paths")
    return paths, expand


def show_file(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The file's bytes, or those that the header ``Range`` asks for; with HEAD what it is."""
    kind, (namespace, name, _resolve, revision, *parts) = at_page(request)
    place, path = queries.get(session, kind, namespace, name, viewer=actor), "/".join(parts)
    commit, store = queries.get_commit(session, place, revision), desk_of(request).store
    check_open(session, place.asset, actor, path)
    try:
        entry = contents.get_entry(store, commit, path)
    except NoSuchEntry as fault:
        headers = {"X-Repo-Commit": commit.id, "X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"}
        return JSONResponse({"error": str(fault)}, status_code=404, headers=headers)
    row = queries.sent(session, place, [entry.sha256]).get(entry.sha256)
    answer = sent_file(request, store, entry, {"X-Repo-Commit": commit.id, **file_headers(entry, row)})
    if request.method == "GET" and (answer.status_code == 200 or answer.headers.get("content-range", "").startswith("bytes 0-")):
        downloads.note(place.repository.id, path, by=actor)
    return answer


def file_headers(entry: storage.Entry, row: Sent | None) -> dict[str, str]:
    """What clients need to know of a file, whether they get it or not. What a user gave is never run or drawn by a browser."""
    name = entry.path.rpartition("/")[2]
    is_large = row is not None and row.is_large
    tag = entry.sha256 if row is None or is_large else row.blob_id
    told = {
        "ETag": f'"{tag}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='', errors='replace')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Encoding": "identity",
    }
    return told | ({"X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(entry.size)} if is_large else {})


def sent_file(request: Request, store: storage.Store, entry: storage.Entry, headers: dict[str, str]) -> Response:
    """The file, or the one part of it that is asked for (RFC 9110, 14); what asks for several parts gets the whole."""
    asked = request.headers.get("range", "")
    span = _span(asked, entry.size) if asked and request.headers.get("if-range", headers["ETag"]) == headers["ETag"] else None
    if span == (0, 0):
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{entry.size}"})
    start, end = span or (0, entry.size)
    headers = {**headers, "Content-Length": str(end - start)}
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{entry.size}"
    status = 206 if span else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_pieces(store.open(entry.sha256), start, end), status_code=status, headers=headers)


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """Where the part begins and where it is over; None for what is no one part, (0, 0) for one that is outside."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return (start, end) if start < end else (0, 0)


def _pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
