# SPDX-License-Identifier: Apache-2.0
"""JSON doors on organisations and who is in them."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import Actor, Reach
from madang.people import actions, queries, rules
from madang.people.administration import shapes
from madang.people.errors import NoAccount
from madang.people.models import Account, Organisation

router = web.api_router(tags=["organisations"])
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/organisations", response_model=shapes.OrganisationList)
def list_organisations(
    request: Request, session: Session, actor: Actor, q: str = "", cursor: str = "", limit: Limit = 50
) -> shapes.OrganisationList:
    """Organisations that you may see, by name."""
    after = web.position(cursor, str)[0] if cursor else ""
    rows = queries.organisations(session, viewer=actor, q=q[:200], after=after, limit=limit + 1)
    shown = web.page_of(rows, limit, lambda row: [row.name_key])
    items = [shapes.OrganisationOut.of(row) for row in shown.items]
    return shapes.OrganisationList(items=items, next=web.next_address(request, shown.cursor))


@router.post("/organisations", status_code=201, response_model=shapes.OrganisationOut)
def create_organisation(request: Request, session: Session, actor: Actor, body: shapes.NewOrganisation) -> Response:
    """Bring an organisation in; its name is its namespace."""
    reach = Reach.named(body.reach)
    made = actions.create_organisation(
        session, name=body.name, sector=body.sector, display_name=body.display_name, reach=reach, by=actor
    )  # fmt: skip
    return web.json_answer(shapes.OrganisationOut.of(made), status=201, headers={"Location": f"/api/v1/organisations/{made.name}"})


@router.get("/organisations/{name}", response_model=shapes.OrganisationOut)
def show_organisation(request: Request, session: Session, actor: Actor, name: web.InName) -> shapes.OrganisationOut:
    """One organisation."""
    return shapes.OrganisationOut.of(queries.get_organisation(session, name, viewer=actor))


@router.patch("/organisations/{name}", response_model=shapes.OrganisationOut)
def update_organisation(
    request: Request, session: Session, actor: Actor, name: web.InName, body: shapes.OrganisationChange
) -> shapes.OrganisationOut:
    """Change what an organisation is called and how it counts; its reach only an operator of the platform."""
    found = queries.get_organisation(session, name, viewer=actor)
    actions.change_organisation(
        session,
        found,
        display_name=found.display_name if body.display_name is None else body.display_name,
        sector=body.sector or found.sector,
        reach=Reach.named(body.reach) if body.reach else found.reach,
        seen=body.revision,
        by=actor,
    )
    return shapes.OrganisationOut.of(found)


@router.get("/organisations/{name}/members", response_model=shapes.MembershipList)
def list_members(
    request: Request, session: Session, actor: Actor, name: web.InName, cursor: str = "", limit: Limit = 50
) -> shapes.MembershipList:
    """Who is in an organisation, by name."""
    found = queries.get_organisation(session, name, viewer=actor)
    after = web.position(cursor, str)[0] if cursor else ""
    rows = queries.members(session, found, viewer=actor, after=after, limit=limit + 1)
    shown = web.page_of(rows, limit, lambda pair: [pair[0].name_key])
    items = [shapes.MembershipOut.of(account, row) for account, row in shown.items]
    return shapes.MembershipList(items=items, next=web.next_address(request, shown.cursor))


@router.put("/organisations/{name}/members/{account}", status_code=204)
def set_member(
    request: Request, session: Session, actor: Actor, name: web.InName, account: web.InName, body: shapes.NewMembership
) -> Response:
    """Give somebody a role in the organisation, or another one."""
    found, who = _both(session, actor, name, account, "change")
    actions.set_membership(session, found, who, role=shapes.role_of(body.role), by=actor)
    return web.no_content()


@router.delete("/organisations/{name}/members/{account}", status_code=204)
def delete_member(request: Request, session: Session, actor: Actor, name: web.InName, account: web.InName) -> Response:
    """Take somebody out of the organisation, or leave it."""
    found, who = _both(session, actor, name, account, "end")
    actions.end_membership(session, found, who, by=actor)
    return web.no_content()


def _both(session: Session, actor: Actor, name: web.InName, account: web.InName, action: str) -> tuple[Organisation, Account]:
    """The organisation and the account; an account's name is looked for only by who may do this."""
    found = queries.get_organisation(session, name, viewer=actor)
    queries.check_sees_members(found, actor)
    own = account.lower() == actor.name.lower()
    rules.check_may(actor, "membership", action, own=own, organisation=found.id)
    who = queries.find_account(session, account)
    if who is None:
        raise NoAccount(name=account[:96])
    return found, who
