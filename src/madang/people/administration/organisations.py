# SPDX-License-Identifier: Apache-2.0
"""Pages on organisations: the operators' list, and an organisation's own page of members."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.kit import Actor, Refusal
from madang.people import actions, queries, rules
from madang.people.administration import pages
from madang.people.administration.paging import ROWS, around, faults_of, offset_of
from madang.people.errors import NoAccount
from madang.people.models import Account, Organisation

DONE = frozenset({"changed", "joined", "left"})


def list_organisations(request: Request, session: Session, actor: Actor) -> Response:
    """Organisations, and a form for a new one."""
    rules.check_may(actor, "organisation", "create")
    return _list(request, session, actor)


def create_organisation(request: Request, session: Session, actor: Actor) -> Response:
    """A new organisation."""
    rules.check_may(actor, "organisation", "create")
    form = web.form(request)
    try:
        with session.begin_nested():
            made = actions.create_organisation(
                session,
                name=form["name"].strip(),
                sector=form["sector"],
                display_name=form["display_name"],
                reach=rules.reach_named(form["reach"] or "outer"),
                by=actor,
            )
    except Refusal as refusal:
        return _list(request, session, actor, refusal)
    return web.see_other(f"/organisations/{made.name}/members")


def list_members(request: Request, session: Session, actor: Actor) -> Response:
    """Who is in an organisation."""
    done = request.query_params.get("done", "")
    return _members(request, session, actor, done=done if done in DONE else "")


def update_organisation(request: Request, session: Session, actor: Actor) -> Response:
    """What an organisation is called, and how it counts."""
    found, form = queries.get_organisation(session, request.path_params["name"], viewer=actor), web.form(request)
    rules.check_may(actor, "organisation", "change", organisation=found.id)
    reach = rules.reach_named(form["reach"]) if form["reach"] else found.reach
    try:
        with session.begin_nested():
            actions.change_organisation(
                session,
                found,
                display_name=form["display_name"],
                sector=form["sector"],
                reach=reach,
                seen=rules.number(form["seen"]),
                by=actor,
            )
    except Refusal as refusal:
        session.refresh(found)
        return _members(request, session, actor, refusal=refusal, field="display_name")
    return web.see_other(f"/organisations/{found.name}/members?done=changed")


def create_member(request: Request, session: Session, actor: Actor) -> Response:
    """Somebody is in the organisation, or has another role there."""
    found, form = _organisation(request, session, actor), web.form(request)
    rules.check_may(actor, "membership", "change", organisation=found.id)
    try:
        with session.begin_nested():
            account = _account(session, form["account"].strip())
            actions.set_membership(session, found, account, role=rules.role_named(form["role"]), by=actor)
    except Refusal as refusal:
        return _members(request, session, actor, refusal=refusal, field="account")
    return web.see_other(f"/organisations/{found.name}/members?done=joined")


def delete_member(request: Request, session: Session, actor: Actor) -> Response:
    """Somebody is not in the organisation any more; who leaves by themselves too."""
    found, name = _organisation(request, session, actor), request.path_params["account"]
    rules.check_may(actor, "membership", "end", own=name.lower() == actor.name.lower(), organisation=found.id)
    account = _account(session, name)
    try:
        with session.begin_nested():
            actions.end_membership(session, found, account, by=actor)
    except Refusal as refusal:
        return _members(request, session, actor, refusal=refusal, field="account")
    still_sees = account.id != actor.account_id
    return web.see_other(f"/organisations/{found.name}/members?done=left" if still_sees else "/me")


def _organisation(request: Request, session: Session, actor: Actor) -> Organisation:
    found = queries.get_organisation(session, request.path_params["name"], viewer=actor)
    queries.check_sees_members(found, actor)
    return found


def _account(session: Session, name: str) -> Account:
    account = queries.find_account(session, name)
    if account is None:
        raise NoAccount(name=name[:96], field="account")
    return account


def _list(request: Request, session: Session, actor: Actor, refusal: Refusal | None = None) -> Response:
    q, form = request.query_params.get("q", "")[:200], web.form(request)
    total = queries.count_organisations(session, viewer=actor, q=q)
    page = pages.OrganisationsPage(
        rows=tuple(row_of(row) for row in queries.organisations(session, viewer=actor, q=q, limit=ROWS, offset=offset_of(request))),
        total=total,
        first=offset_of(request) + 1,
        q=q,
        **around(request, "/admin/organisations", total),
        json="/api/v1/organisations",
        may_create=rules.may(actor, "organisation", "create"),
        given={name: form[name][:200] for name in ("name", "display_name", "sector", "reach")},
        faults=faults_of(refusal, "name"),
    )
    return web.render(request, "people/admin_organisations.html", page, status=web.status_of(refusal) if refusal else 200)


def _members(
    request: Request, session: Session, actor: Actor, *, done: str = "", refusal: Refusal | None = None, field: str = ""
) -> Response:
    found, form = _organisation(request, session, actor), web.form(request)
    total = queries.count_members(session, found, viewer=actor)
    rows = queries.members(session, found, viewer=actor, limit=ROWS, offset=offset_of(request))
    page = pages.MembersPage(
        row=row_of(found),
        seen=found.revision,
        rows=tuple(
            pages.MembershipRow(account.name, account.display_name, row.role_word, row.added_at, account.disabled_at is not None)
            for account, row in rows
        ),
        total=total,
        first=offset_of(request) + 1,
        may_change=rules.may(actor, "membership", "change", organisation=found.id),
        may_set_reach=rules.may(actor, "organisation", "create"),
        viewer=actor.name,
        **around(request, f"/organisations/{found.name}/members", total),
        done=done,
        given={name: form[name][:200] for name in ("account", "role")},
        faults=faults_of(refusal, field),
    )
    return web.render(request, "people/members.html", page, status=web.status_of(refusal) if refusal else 200)


def row_of(row: Organisation) -> pages.OrganisationRow:
    """What a list shows of an organisation."""
    return pages.OrganisationRow(row.name, row.display_name, row.sector, row.reach_word, row.created_at)


routes = [
    web.page("/admin/organisations", list_organisations),
    web.page("/admin/organisations", create_organisation, methods=["POST"]),
    web.page("/organisations/{name}/members", list_members),
    web.page("/organisations/{name}/members", create_member, methods=["POST"]),
    web.page("/organisations/{name}/members/{account}/removal", delete_member, methods=["POST"]),
    web.page("/organisations/{name}/settings", update_organisation, methods=["POST"]),
]
