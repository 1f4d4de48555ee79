# SPDX-License-Identifier: Apache-2.0
"""Operators' pages on invitations."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import mail, web
from madang.kit import Actor, Refusal, now
from madang.people import actions, keys, queries, rules
from madang.people.administration import pages
from madang.people.administration.paging import ROWS, around, faults_of, offset_of
from madang.people.errors import NoOrganisation
from madang.people.joining.given import letters, sign_up_policy
from madang.people.models import Invitation

MOST_ORGANISATIONS = 500


def list_invitations(request: Request, session: Session, actor: Actor) -> Response:
    """Invitations, newest first, and a form for a new one."""
    rules.check_may(actor, "invitation", "see")
    return _page(request, session, actor)


def create_invitation(request: Request, session: Session, actor: Actor) -> Response:
    """A new invitation: mailed to its address, or its link shown this once."""
    rules.check_may(actor, "invitation", "create")
    form = web.form(request)
    try:
        with session.begin_nested():
            offer = _offer(request, session)
            row, secret = actions.create_invitation(session, offer, days=rules.number(form["days"]), by=actor)
            if row.is_mailed and row.email:
                said = letters(request)
                until = f"{row.expires_at:%Y-%m-%d}"
                mail.send_later(session, to=row.email, subject=said.invited_subject, text=said.invited(secret, until))
    except Refusal as refusal:
        return _page(request, session, actor, refusal=refusal)
    link = None if row.is_mailed else f"{web.printed_address(request)}/invitations/{secret}"
    answer = _page(request, session, actor, link=link, mailed=row.email if row.is_mailed else None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def withdraw_invitation(request: Request, session: Session, actor: Actor) -> Response:
    """The invitation opens nothing any more."""
    actions.withdraw_invitation(session, queries.get_invitation(session, request.path_params["invitation"], viewer=actor), by=actor)
    return web.see_other("/admin/invitations")


def _offer(request: Request, session: Session) -> actions.Offer:
    form = web.form(request)
    name = form["organisation"].strip()
    organisation = queries.find_organisation(session, name) if name else None
    if name and organisation is None:
        raise NoOrganisation(name=name[:96], field="organisation")
    return actions.Offer(
        role=rules.role_named(form["role"] or "member"),
        reach=rules.reach_named(form["reach"] or "outer"),
        email=form["email"],
        is_mailed=bool(form["by_mail"]) and mail.is_possible(),
        organisation=organisation,
        organisation_role=rules.role_named(form["organisation_role"] or "member"),
        note=form["note"],
    )


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    link: str | None = None,
    mailed: str | None = None,
    refusal: Refusal | None = None,
) -> Response:
    total, form = queries.count_invitations(session, viewer=actor), web.form(request)
    found = queries.invitations(session, viewer=actor, limit=ROWS, offset=offset_of(request))
    names = queries.organisation_names(session, {row.organisation_id for row in found if row.organisation_id})
    url = web.printed_address(request)
    page = pages.InvitationsPage(
        rows=tuple(_row(row, names) for row in found),
        total=total,
        first=offset_of(request) + 1,
        organisations=tuple(row.name for row in queries.organisations(session, viewer=actor, limit=MOST_ORGANISATIONS)),
        can_mail=mail.is_possible(),
        days=keys.limits().invitation_days,
        url=url,
        policy=sign_up_policy(request).mode,
        listens_beyond=not url.partition("://")[2].startswith(("127.", "localhost", "[::1]")),
        **around(request, "/admin/invitations", total),
        link=link,
        mailed=mailed,
        given={name: form[name][:254] for name in ("email", "role", "reach", "organisation", "organisation_role", "note", "days")},
        faults=faults_of(refusal, "role"),
    )
    return web.render(request, "people/admin_invitations.html", page, status=web.status_of(refusal) if refusal else 200)


def state_of(row: Invitation) -> str:
    """Whether an invitation still opens something: ``open``, ``used``, ``withdrawn`` or ``over``."""
    if row.used_at:
        return "used"
    if row.withdrawn_at:
        return "withdrawn"
    return "open" if row.expires_at > now() else "over"


def _row(row: Invitation, names: dict[str, str]) -> pages.InvitationRow:
    return pages.InvitationRow(
        row.id, row.email, row.role_word, row.reach_word, names.get(row.organisation_id or ""), row.organisation_role, row.note,
        row.created_at, row.created_by, row.expires_at, state_of(row),
    )  # fmt: skip


routes = [
    web.page("/admin/invitations", list_invitations),
    web.page("/admin/invitations", create_invitation, methods=["POST"]),
    web.page("/admin/invitations/{invitation}/withdrawal", withdraw_invitation, methods=["POST"]),
]
