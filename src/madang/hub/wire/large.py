# SPDX-License-Identifier: Apache-2.0
"""Large files as git LFS has them: what is to be sent, where to, and the bytes as they come."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madang import catalog, kit, storage, web
from madang.hub import actions, queries, rules
from madang.hub.actions import Bytes
from madang.hub.desk import Desk, Permit, desk_of, origin_of, permitted
from madang.hub.errors import BadRequest
from madang.hub.gates.checking import check_open
from madang.hub.queries import Place
from madang.hub.wire.bodies import taking
from madang.hub.wire.doors import at_page, body_of, list_in, named, refused, without_cookies

MEDIA = "application/vnd.git-lfs+json"
MOST_OBJECTS = 10_000


def place_in(request: Request, session: Session, actor: kit.Actor) -> Place:
    """The repository of an address with ``.git`` in it."""
    kind, (namespace, name, *_rest) = at_page(request)
    return queries.get(session, kind, namespace, name.removesuffix(".git"), viewer=actor)


def create_batch(request: Request, session: Session, actor: kit.Actor) -> Response:
    """For each object where it is sent to or got from; nothing for one that is here."""
    place, body = place_in(request, session, actor), body_of(request)
    is_upload = body.get("operation") == "upload"
    if is_upload:
        catalog.check_changeable(session, place.asset, by=actor)
    else:
        check_open(session, place.asset, actor)
    asked = [_asked(each) for each in list_in(body, "objects", most=MOST_OBJECTS)]
    known, desk = queries.sent(session, place, (sha256 for sha256, _size in asked)), desk_of(request)
    if is_upload:
        actions.check_room(session, place, sum(size for sha256, size in dict(asked).items() if sha256 not in known), desk.limits())
    told = []
    for sha256, size in asked:
        is_here = sha256 in known and desk.store.exists(sha256)
        permit = Permit(place.repository.id, sha256, size, actor.name, int(time.time()) + desk.limits().address_seconds)
        if is_upload:
            told.append(_upload(request, desk, permit, is_here=is_here))
        else:
            told.append(_download(request, desk, permit, is_here=is_here))
    return JSONResponse({"transfer": "basic", "objects": told, "hash_algo": "sha256"}, media_type=MEDIA)


def _asked(given: Any) -> tuple[str, int]:
    sha256, size = (given.get("oid"), given.get("size")) if isinstance(given, dict) else (None, None)
    if not isinstance(sha256, str) or not rules.SHA256.fullmatch(sha256) or not isinstance(size, int) or not 0 <= size < 1 << 62:
        raise BadRequest(member="objects")
    return sha256, size


def _upload(request: Request, desk: Desk, permit: Permit, *, is_here: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"oid": permit.sha256, "size": permit.size, "authenticated": True}
    if permit.size > desk.limits().file:
        return told | {"error": {"code": 422, "message": f"at most {desk.limits().file} bytes"}}
    if is_here:
        return told
    return told | {"actions": {"upload": _action(request, desk, permit)}}


def _download(request: Request, desk: Desk, permit: Permit, *, is_here: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"oid": permit.sha256, "size": permit.size, "authenticated": True}
    if not is_here:
        return told | {"error": {"code": 404, "message": "not found"}}
    return told | {"actions": {"download": _action(request, desk, permit)}}


def _action(request: Request, desk: Desk, permit: Permit) -> dict[str, Any]:
    query = {
        "repository": permit.repository, "size": permit.size, "account": permit.account, "until": permit.until,
        "mark": permit.mark(desk.key),
    }  # fmt: skip
    path = request.url.path.removesuffix("/batch")
    return {"href": f"{origin_of(request)}{quote(path)}/{permit.sha256}?{urlencode(query)}", "expires_in": desk.limits().address_seconds}


def object_route(path: str) -> Route:
    """The route that takes an object's bytes."""
    return Route(path, keep_object, methods=["PUT"], name=f"{__name__}.keep_object")


async def keep_object(request: Request) -> Response:
    """The bytes are kept, and count as sent to the repository. Nothing is kept of bytes that are not those."""
    request = without_cookies(request)
    desk = desk_of(request)
    try:
        permit = permitted(
            desk, repository=request.query_params.get("repository", ""), sha256=named(request, 0)[-1], given=dict(request.query_params)
        )
        web.allow_body(request, permit.size, setting="MADANG_MAX_HUB_FILE_BYTES")
        kept = await taking(request, lambda pieces: _keep(desk.store, permit, pieces))

        def note(_request: Request, session: Session, _actor: kit.Actor) -> Response:
            return _note(session, permit, kept, desk)

        return await web.perform(request, note, writes=True, is_confirmed=True)
    except ClientDisconnect:
        return Response(status_code=499)
    except kit.Refusal as refusal:
        return refused(request, refusal)


def _keep(store: storage.Store, permit: Permit, pieces: Iterator[bytes]) -> storage.Stored:
    """The object. A shorter or longer body has another digest, so it is none of it."""
    return store.put_stream(pieces, max_bytes=permit.size, expected=permit.sha256)


def _note(session: Session, permit: Permit, kept: storage.Stored, desk: Desk) -> Response:
    place = queries.get_by_id(session, permit.repository)
    blob_id = rules.blob_id(rules.pointer(kept.sha256, kept.size))
    sent = Bytes(kept.sha256, kept.size, blob_id, is_large=True)
    actions.note_sent(session, place, [sent], by=permit.account, limits=desk.limits())
    return Response(status_code=200)


def confirm_object(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Whether the object is here, after it was sent."""
    place, body = place_in(request, session, actor), body_of(request)
    sha256, size = _asked(body)
    row = queries.sent(session, place, [sha256]).get(sha256)
    if row is None or row.size != size:
        raise BadRequest(member="oid")
    return JSONResponse({})
