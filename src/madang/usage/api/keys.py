# SPDX-License-Identifier: Apache-2.0
"""JSON doors: keys, and what was used."""

from datetime import date
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import people, web
from madang.kit import Actor
from madang.usage import actions, queries, schemas
from madang.usage.actions.keys import NewKey
from madang.usage.api.asking import somebody
from madang.usage.queries import Asked, KeyRow

router = web.api_router(tags=["usage"])
KEY = "/keys/{key_id}"
Named = Annotated[str, Query(max_length=200)]


@router.get("/keys")
def list_keys(request: Request, session: Session, actor: Actor) -> schemas.KeyList:
    """My keys; with everybody's for an operator."""
    return schemas.KeyList(items=[_key(row) for row in queries.keys(session, viewer=somebody(actor))])


@router.post("/keys", status_code=201, response_model=schemas.MadeKey)
def create_key(request: Request, session: Session, actor: Actor, body: schemas.NewKeyIn) -> Response:
    """Make a key for myself. The secret is in this answer only."""
    account = people.get_self(session, viewer=somebody(actor))
    service = queries.find_service(session, body.service, viewer=actor) if body.service else None
    organisation = people.get_organisation(session, body.organisation, viewer=actor) if body.organisation else None
    made = actions.create_key(
        session, account=account, plan=body.plan, service=service, organisation=organisation, note=body.note, days=body.days, by=actor
    )  # fmt: skip
    return _made(made, body.service)


@router.post(KEY + "/rotation", status_code=201, response_model=schemas.MadeKey)
def create_rotation(request: Request, session: Session, actor: Actor, key_id: web.InId, body: schemas.RotationIn) -> Response:
    """Another key in the place of this one, which ends some hours later."""
    key = queries.get_key(session, key_id, viewer=somebody(actor))
    return _made(actions.rotate_key(session, key, hours=body.hours, by=actor), "")


@router.put(KEY + "/pause", status_code=204)
def update_pause(request: Request, session: Session, actor: Actor, key_id: web.InId) -> Response:
    """Let the key rest."""
    actions.pause_key(session, queries.get_key(session, key_id, viewer=somebody(actor)), by=actor)
    return web.no_content()


@router.delete(KEY + "/pause", status_code=204)
def delete_pause(request: Request, session: Session, actor: Actor, key_id: web.InId) -> Response:
    """Go on with the key."""
    actions.resume_key(session, queries.get_key(session, key_id, viewer=somebody(actor)), by=actor)
    return web.no_content()


@router.delete(KEY, status_code=204)
def delete_key(request: Request, session: Session, actor: Actor, key_id: web.InId) -> Response:
    """Revoke the key."""
    actions.revoke_key(session, queries.get_key(session, key_id, viewer=somebody(actor)), by=actor)
    return web.no_content()


@router.get("/usage")
def show_usage(
    request: Request, session: Session, actor: Actor, service: Named = "", key: Named = "",
    begins: Annotated[date | None, Query(alias="from")] = None, ends: Annotated[date | None, Query(alias="to")] = None,
) -> schemas.UsageOut:  # fmt: skip
    """What was used, by service, key, plan and unit: my own and my organisation's; an operator all."""
    asked = Asked(service, key, begins, ends)
    rows = queries.sums(session, asked, viewer=somebody(actor))
    fields = ("service", "key", "plan", "begins", "ends", "calls", "units", "unit")
    return schemas.UsageOut(rows=[schemas.UsageRowOut(**{name: getattr(row, name) for name in fields}) for row in rows])


def _key(row: KeyRow) -> schemas.KeyOut:
    return schemas.KeyOut(**{name: getattr(row, name) for name in schemas.KeyOut.model_fields})


def _made(made: NewKey, service: str) -> Response:
    told = schemas.MadeKey(id=made.key.id, key=made.secret, plan=made.key.plan, service=service)
    return web.json_answer(told, status=201, headers={"Cache-Control": "no-store"})
