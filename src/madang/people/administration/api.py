# SPDX-License-Identifier: Apache-2.0
"""JSON doors on accounts, invitations and the conditions of use."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import mail, web
from madang.kit import Actor, NotSignedIn, Reach
from madang.people import actions, queries, rules
from madang.people.administration import shapes
from madang.people.administration.invitations import state_of
from madang.people.errors import NoOrganisation
from madang.people.joining.given import conditions, letters

router = web.api_router(tags=["people"])
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/accounts", response_model=shapes.AccountList)
def list_accounts(
    request: Request,
    session: Session,
    actor: Actor,
    q: str = "",
    role: shapes.RoleWord | None = None,
    reach: shapes.ReachWord | None = None,
    duty: shapes.DutyWord | None = None,
    sector: shapes.SectorWord | None = None,
    cursor: str = "",
    limit: Limit = 50,
) -> shapes.AccountList:
    """Accounts by name: everybody for operators and auditors, one's own for others."""
    after = web.position(cursor, str)[0] if cursor else ""
    asked = queries.Asked(q[:200], role or "", reach or "", duty or "", sector or "")
    rows = queries.accounts(session, asked, viewer=actor, after=after, limit=limit + 1)
    shown = web.page_of(rows, limit, lambda row: [row.name_key])
    return shapes.AccountList(items=[shapes.AccountOut.of(row) for row in shown.items], next=web.next_address(request, shown.cursor))


@router.post("/accounts", status_code=201, response_model=shapes.AccountOut)
def create_account(request: Request, session: Session, actor: Actor, body: shapes.NewAccount) -> Response:
    """Make an account. Ask for its link, or set a password by a command, so that its person can sign in."""
    _check_signed_in(actor)
    account = actions.create_account(session, name=body.name, role=shapes.role_of(body.role), display_name=body.display_name, by=actor)
    change = actions.Change(reach=Reach.named(body.reach), sector=body.sector, duties=body.duties, email=body.email or None)
    actions.change_account(session, account, change, by=actor)
    return web.json_answer(shapes.AccountOut.of(account), status=201, headers={"Location": f"/api/v1/accounts/{account.name}"})


@router.get("/accounts/{name}", response_model=shapes.AccountOut)
def show_account(request: Request, session: Session, actor: Actor, name: web.InName) -> shapes.AccountOut:
    """One account: one's own; an operator's and an auditor's any."""
    _check_signed_in(actor)
    return shapes.AccountOut.of(queries.get_account(session, name, viewer=actor))


@router.patch("/accounts/{name}", response_model=shapes.AccountOut)
def update_account(request: Request, session: Session, actor: Actor, name: web.InName, body: shapes.AccountChange) -> shapes.AccountOut:
    """Change an account: its name as people write it, sector and address oneself; role, reach, duties and shutting an operator."""
    _check_signed_in(actor)
    account = queries.get_account(session, name, viewer=actor)
    change = actions.Change(
        role=shapes.role_of(body.role) if body.role else None,
        reach=Reach.named(body.reach) if body.reach else None,
        duties=body.duties,
        sector=body.sector,
        display_name=body.display_name,
        email=body.email,
    )
    actions.change_account(session, account, change, seen=body.revision, by=actor)
    if body.disabled is not None:
        actions.set_disabled(session, account, disabled=body.disabled, by=actor)
    return shapes.AccountOut.of(account)


@router.post("/accounts/{name}/link", status_code=201, response_model=shapes.LinkOut)
def create_link(request: Request, session: Session, actor: Actor, name: web.InName) -> Response:
    """A one-time link by which the account's person signs in. It replaces the one before."""
    _check_signed_in(actor)
    account = queries.get_account(session, name, viewer=actor)
    link = f"{web.printed_address(request)}/link/{actions.create_link(session, account, by=actor)}"
    return web.json_answer(shapes.LinkOut(link=link), status=201, headers={"Cache-Control": "no-store"})


@router.get("/invitations", response_model=shapes.InvitationList)
def list_invitations(request: Request, session: Session, actor: Actor, cursor: str = "", limit: Limit = 50) -> shapes.InvitationList:
    """Invitations, newest first."""
    rules.check_may(actor, "invitation", "see")
    before = web.position(cursor, str)[0] if cursor else ""
    rows = queries.invitations(session, viewer=actor, before=before, limit=limit + 1)
    shown = web.page_of(rows, limit, lambda row: [row.id])
    names = queries.organisation_names(session, {row.organisation_id for row in shown.items if row.organisation_id})
    items = [shapes.InvitationOut.of(row, state_of(row), names.get(row.organisation_id or "")) for row in shown.items]
    return shapes.InvitationList(items=items, next=web.next_address(request, shown.cursor))


@router.post("/invitations", status_code=201, response_model=shapes.InvitationOut)
def create_invitation(request: Request, session: Session, actor: Actor, body: shapes.NewInvitation) -> Response:
    """Invite somebody: the link is told once, or a letter carries it."""
    rules.check_may(actor, "invitation", "create")
    organisation = queries.find_organisation(session, body.organisation) if body.organisation else None
    if body.organisation and organisation is None:
        raise NoOrganisation(name=body.organisation[:96], field="organisation")
    offer = actions.Offer(
        shapes.role_of(body.role), Reach.named(body.reach), body.email, body.by_mail and mail.is_possible(), organisation,
        shapes.role_of(body.organisation_role), body.note,
    )  # fmt: skip
    row, secret = actions.create_invitation(session, offer, days=body.days, by=actor)
    link = None if row.is_mailed else f"{web.printed_address(request)}/invitations/{secret}"
    if row.is_mailed and row.email:
        said = letters(request)
        mail.send_later(session, to=row.email, subject=said.invited_subject, text=said.invited(secret, f"{row.expires_at:%Y-%m-%d}"))
    made = shapes.InvitationOut.of(row, "open", organisation.name if organisation else None, link)
    return web.json_answer(made, status=201, headers={"Cache-Control": "no-store"})


@router.delete("/invitations/{invitation}", status_code=204)
def withdraw_invitation(request: Request, session: Session, actor: Actor, invitation: web.InId) -> Response:
    """Withdraw an invitation; nothing happens to one that was used."""
    actions.withdraw_invitation(session, queries.get_invitation(session, invitation, viewer=actor), by=actor)
    return web.no_content()


@router.get("/conditions", response_model=shapes.ConditionsOut)
def show_conditions(request: Request, session: Session, actor: Actor) -> shapes.ConditionsOut:
    """The conditions of use, and what you have accepted."""
    now = conditions(request)
    accepted = queries.get_self(session, viewer=actor).conditions if actor.account_id else 0
    return shapes.ConditionsOut(version=now.version, ko=now.texts.get("ko", ""), en=now.texts.get("en", ""), accepted=accepted)


@router.post("/conditions/acceptance", status_code=204)
def accept_conditions(request: Request, session: Session, actor: Actor, body: shapes.NewAcceptance) -> Response:
    """Accept the conditions of use that you have read."""
    _check_signed_in(actor)
    actions.accept_conditions(session, conditions(request), version=body.version, by=actor)
    return web.no_content()


def _check_signed_in(actor: Actor) -> None:
    if not actor.is_signed_in:
        raise NotSignedIn
