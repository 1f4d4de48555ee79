# SPDX-License-Identifier: Apache-2.0
"""Uploads by Xet: newer clients insist on it for large files. What comes is rebuilt, verified and kept as one object, as if it had been
sent by LFS; files are always given as they are."""

import hmac
import time
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madang import catalog, kit, web
from madang.hub import actions, queries, rules, xet
from madang.hub.actions import Bytes
from madang.hub.desk import Desk, desk_of, origin_of
from madang.hub.errors import BadSignature
from madang.hub.wire.bodies import taking
from madang.hub.wire.doors import named, refused
from madang.hub.wire.repositories import place_in

LARGEST_SHARD = 128 << 20


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may send to which repository, and until when (seconds since 1970), under a mark that only this platform can make."""

    repository: str
    account: str
    until: int

    def written(self, key: bytes) -> str:
        """The pass in letters, for a header."""
        said = f"{self.repository}.{self.until}.{self.account.encode().hex()}"
        return f"{said}.{hmac.digest(key, b'xet ' + said.encode(), 'sha256').hex()}"


def read_pass(desk: Desk, authorization: str) -> Pass:
    """The pass that came in a header; ``BadSignature`` for one that is not ours or is over."""
    try:
        repository, until, account, _mark = authorization.removeprefix("Bearer ").split(".")
        found = Pass(repository, bytes.fromhex(account).decode(), int(until[:20]))
    except ValueError as fault:
        raise BadSignature from fault
    is_ours = hmac.compare_digest(f"Bearer {found.written(desk.key)}".encode(), authorization.encode("utf-8", "replace"))
    if not is_ours or found.until < time.time():
        raise BadSignature
    return found


def show_token(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Where and with what a client sends to this repository."""
    place, _rest = place_in(request, session, actor)
    catalog.check_changeable(session, place.asset, by=actor)
    desk = desk_of(request)
    actions.check_room(session, place, 1, desk.limits())
    until = int(time.time()) + desk.limits().address_seconds
    token, address = Pass(place.repository.id, actor.name, until).written(desk.key), f"{origin_of(request)}/xet"
    headers = {"X-Xet-Cas-Url": address, "X-Xet-Access-Token": token, "X-Xet-Token-Expiration": str(until)}
    return JSONResponse({"casUrl": address, "accessToken": token, "exp": until}, headers=headers)


def routes() -> list[Route]:
    """The addresses under ``/xet``; what a client asks besides is not there, and it goes on without."""
    return [
        Route("/xet/v1/xorbs/default/{xorb}", keep_xorb, methods=["POST"], name=f"{__name__}.keep_xorb"),
        Route("/xet/v1/shards", keep_shard, methods=["POST"], name=f"{__name__}.keep_shard"),
        Route("/v1/telemetry", keep_nothing, methods=["POST"], name=f"{__name__}.keep_nothing"),
    ]


async def keep_nothing(_request: Request) -> Response:
    """What clients tell of themselves is not kept."""
    return JSONResponse({})


async def keep_xorb(request: Request) -> Response:
    """The block is kept for some weeks."""
    desk = desk_of(request)
    try:
        given = read_pass(desk, request.headers.get("authorization", ""))
        web.allow_body(request, xet.LARGEST, setting="64 MiB")
        xorbs = xet.Xorbs(desk.xorbs, given.account)
        is_new = await taking(request, lambda pieces: xorbs.put(named(request, 0)[-1], pieces))
        return JSONResponse({"was_inserted": is_new})
    except ClientDisconnect:
        return Response(status_code=499)
    except kit.Refusal as refusal:
        return refused(request, refusal)


async def keep_shard(request: Request) -> Response:
    """Every file of the list is rebuilt and kept, or none counts as sent."""
    desk = desk_of(request)
    try:
        given = read_pass(desk, request.headers.get("authorization", ""))
        web.allow_body(request, LARGEST_SHARD, setting="128 MiB")
        sent = await taking(request, lambda pieces: _rebuilt(desk, given, b"".join(pieces)))
        await run_in_threadpool(_note, request, given, sent)
        return JSONResponse({"result": 1})
    except ClientDisconnect:
        return Response(status_code=499)
    except kit.Refusal as refusal:
        return refused(request, refusal)


def _rebuilt(desk: Desk, given: Pass, shard: bytes) -> list[Bytes]:
    """The files of the shard, each in the store under the digest that was announced."""
    xorbs, most = xet.Xorbs(desk.xorbs, given.account), desk.limits().file
    made = []
    for file in xet.read_shard(shard):
        kept = desk.store.put_stream(xorbs.unpacked(file), max_bytes=min(most, file.size), expected=file.sha256)
        made.append(Bytes(kept.sha256, kept.size, rules.blob_id(rules.pointer(kept.sha256, kept.size)), is_large=True))
    return made


def _note(request: Request, given: Pass, sent: list[Bytes]) -> None:
    with request.app.state.gate.database.writing() as session:
        actions.note_sent(session, queries.get_by_id(session, given.repository), sent, by=given.account, limits=desk_of(request).limits())
