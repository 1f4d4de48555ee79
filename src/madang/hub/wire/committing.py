# SPDX-License-Identifier: Apache-2.0
"""Doors that take changes: what a client should send how, and the commit itself."""

import dataclasses
from functools import partial

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madang import catalog, kit, web
from madang.hub import actions, contents, preparing, queries, rules
from madang.hub.desk import Desk, desk_of, origin_of
from madang.hub.errors import BadRequest, ChangedOften, HeadMoved, NotABranch, NotUploaded
from madang.hub.models import Commit, Sent
from madang.hub.wire import lines, shapes
from madang.hub.wire.bodies import taking
from madang.hub.wire.doors import body_of, list_in, refused, without_cookies
from madang.hub.wire.repositories import place_in

TRIES = 5
MOST_FILES = 20_000


def choose_ways(request: Request, session: Session, actor: kit.Actor) -> Response:
    """For each file whether it is sent within the commit or by itself, and what stands there now."""
    place, rest = place_in(request, session, actor)
    catalog.check_changeable(session, place.asset, by=actor)
    commit, desk = queries.get_commit(session, place, rest[0]), desk_of(request)
    small, told = desk.limits().small, []
    for each in list_in(body_of(request), "files", most=MOST_FILES):
        path, size = (each.get("path"), each.get("size")) if isinstance(each, dict) else (None, None)
        if not isinstance(path, str) or not isinstance(size, int):
            raise BadRequest(member="files")
        told.append(
            {
                "path": rules.check_path(path),
                "uploadMode": "lfs" if rules.is_sent_by_itself(path, size, small=small) else "regular",
                "shouldIgnore": False,
            }
        )
    found = contents.files_at(desk.store, commit.tree, [str(each["path"]) for each in told])
    known = queries.sent(session, place, (entry.sha256 for entry in found.values()))
    for each in told:
        entry = found.get(str(each["path"]))
        row = known.get(entry.sha256) if entry else None
        if row is not None:
            each["oid"] = row.sha256 if row.is_large else row.blob_id
    return JSONResponse({"files": told})


def commit_route(path: str) -> Route:
    """The route of commits: the bytes are kept first, outside of any unit of work, then rows name them."""
    return Route(path, create_commit, methods=["POST"], name=f"{__name__}.create_commit")


async def create_commit(request: Request) -> Response:
    """The commit, in steps: may this actor at all; the bytes, kept as they come; the tree; the rows, in one unit of work."""
    request = without_cookies(request)
    desk = desk_of(request)
    limits = desk.limits()
    try:
        web.allow_body(request, limits.commit, setting="MADANG_MAX_COMMIT_BYTES")
        await web.perform(request, _check, writes=False)
        told = await taking(request, lambda pieces: lines.read(pieces, desk.store, limits))
        return await _committed(request, desk, told)
    except ClientDisconnect:
        return Response(status_code=499)
    except kit.Refusal as refusal:
        return refused(request, refusal)


def _check(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Whoever may not commit is refused before the body is read."""
    place, rest = place_in(request, session, actor)
    catalog.check_changeable(session, place.asset, by=actor)
    name = rules.plain_revision(rest[0])
    queries.get_commit(session, place, name)
    ref = queries.find_ref(session, place, name)
    if ref is None or ref.kind != "branch":
        raise NotABranch(revision=rest[0][:120])
    return Response()


async def _committed(request: Request, desk: Desk, told: lines.Told) -> Response:
    """The commit on the head as it is; where the sender does not say on which head, on the next one while others commit too."""
    for _time in range(TRIES):
        head, known = await web.reading(request, partial(_head, request=request, told=told))
        if told.parent and head.id != told.parent and head.parent_id != told.parent:
            raise HeadMoved(branch=_branch(request), expected=told.parent[:40], found=head.id)
        prepared = await run_in_threadpool(_prepare, desk, head, told, known)
        if told.parent and head.id != told.parent and prepared.tree.id != head.tree:
            raise HeadMoved(branch=_branch(request), expected=told.parent[:40], found=head.id)
        try:
            return await web.perform(request, partial(_commit, prepared=prepared), writes=True, is_confirmed=True)
        except HeadMoved:
            continue
    raise ChangedOften


def _branch(request: Request) -> str:
    return rules.plain_revision(request.path_params["rest"])[:120]


def _head(session: Session, actor: kit.Actor, *, request: Request, told: lines.Told) -> tuple[Commit, dict[str, Sent]]:
    place, rest = place_in(request, session, actor)
    return queries.get_commit(session, place, rest[0]), dict(queries.sent(session, place, told.large.values()))


def _prepare(desk: Desk, head: Commit, told: lines.Told, known: dict[str, Sent]) -> actions.Prepared:
    """The commit with its tree in the store. ``NotUploaded`` for a large file whose bytes never came here."""
    for path, sha256 in told.large.items():
        if sha256 not in known:
            raise NotUploaded(sha256=sha256, path=path[:120])
    changes = [_sized(change, known) for change in told.changes]
    return preparing.prepare(desk, head, changes, title=told.title or "commit", message=told.message, sent=told.sent)


def _sized(change: rules.Change, known: dict[str, Sent]) -> rules.Change:
    """The change, with the size of a file that was sent before."""
    row = known.get(change.entry.sha256) if change.entry else None
    return dataclasses.replace(change, entry=dataclasses.replace(change.entry, size=row.size)) if row and change.entry else change


def _commit(request: Request, session: Session, actor: kit.Actor, *, prepared: actions.Prepared) -> Response:
    place, rest = place_in(request, session, actor)
    made = actions.commit(session, place, rules.plain_revision(rest[0]), prepared, by=actor)
    address = f"{origin_of(request)}/{shapes.prefix(place.asset.kind)}{place.name}/commit/{made.id}"
    return JSONResponse({"success": True, "commitOid": made.id, "commitUrl": address, "hookOutput": ""})
