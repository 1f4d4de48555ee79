# SPDX-License-Identifier: Apache-2.0
"""A small application behind the real gate: a few doors, a way to say who asks, a real database."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asking import Client
from madang import db, kit, web

COUNT = "example.count"
router = web.api_router()


class Word(BaseModel):
    """A body."""

    word: str


def _write(session: Session, word: str) -> int:
    row = web.IdempotentAnswer(owner="test", key=word, request="", status=0, headers="{}", body="", answered_at=kit.now())
    session.add(row)
    session.flush()
    return session.scalar(select(func.count()).select_from(web.IdempotentAnswer).where(web.IdempotentAnswer.owner == "test")) or 0


@router.post("/words", status_code=201)
def create_word(request: Request, session: Session, actor: kit.Actor, word: Word) -> dict[str, object]:
    """Write a row, then refuse or break if the word asks for it."""
    count = _write(session, word.word)
    if word.word == "refuse":
        raise kit.Conflict()
    if word.word == "break":
        raise RuntimeError("a secret of the inside")
    return {"count": count, "by": actor.name}


@router.get("/words")
def list_words(request: Request, session: Session, actor: kit.Actor) -> dict[str, object]:
    """How many words are written."""
    return {"count": session.scalar(select(func.count()).select_from(web.IdempotentAnswer).where(web.IdempotentAnswer.owner == "test"))}


@router.post("/secrets", status_code=201)
def create_secret(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A secret that is shown once."""
    return web.json_answer({"secret": kit.new_id()}, status=201, headers={"Cache-Control": "no-store"})


def create_page(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A form's deed."""
    _write(session, web.form(request)["word"])
    return web.see_other("/done")


def show_token(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The token that forms carry."""
    return Response(web.csrf_token(request))


def show_refusal(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A page that refuses as the address asks."""
    kinds: dict[str, kit.Refusal] = {
        "not-signed-in": kit.NotSignedIn(),
        "not-found": kit.NotFound(),
        "too-many": kit.TooMany(retry_after=7),
        "unavailable": kit.Unavailable(),
        "invalid": kit.Invalid(field="name"),
        "surrogate": kit.Invalid("“%(name)s” is no name.", field="name\ud800", name="\ud800"),
    }
    raise kinds[request.path_params["kind"]]


async def show_stream(request: Request) -> Response:
    """A stream whose reader may not read a second time."""

    def read(session: Session, actor: kit.Actor) -> dict[str, object]:
        raise kit.NotFound()

    return web.event_stream(request, read, first={"state": "queued", "final": False})


async def create_upload(request: Request) -> Response:
    """How much came."""
    upload = await web.read_upload(request, limit=5000, setting="MADANG_MAX_UPLOAD_BYTES")
    return web.json_answer({"fields": upload.fields, "bytes": len(upload.file.read()) if upload.file else None, "name": upload.file_name})


def _authenticate(session: Session, request: Request) -> kit.Actor:
    if "authorization" in request.headers:
        return kit.Actor("token-owner", "lab", kit.Role.MEMBER, via="token")
    if "madang" in request.cookies:
        return kit.Actor("person", "lab", kit.Role.MEMBER, via="session")
    return kit.anonymous()


@pytest.fixture
def app(database: db.Database) -> FastAPI:
    """The application."""
    return web.application(
        web.Composition(
            database=database,
            authenticate=_authenticate,
            csrf_key=b"k" * 32,
            version="0",
            routers=[router],
            pages=[
                web.page("/pages", create_page, methods=["POST"]),
                web.page("/token", show_token),
                web.page("/refusals/{kind}", show_refusal),
                Route("/streams/closing", show_stream),
                Route("/uploads", create_upload, methods=["POST"]),
            ],
            host="madang.example",
            limits=web.Limits(body=1000),
        )
    )


@pytest.fixture
def client(app: FastAPI) -> Iterator[Client]:
    """A client that follows no redirect."""
    with Client(app, follow_redirects=False, raise_server_exceptions=True) as client:
        yield client
