# SPDX-License-Identifier: Apache-2.0
"""Operators' pages on accounts."""

from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import sheets, web
from madang.kit import DUTIES, Actor, Refusal
from madang.people import actions, queries, rules
from madang.people.administration import invitations, lists, organisations, pages
from madang.people.administration.paging import ROWS, around, faults_of, offset_of
from madang.people.models import Account

CSV_ROWS = 50_000
CHOICES = ("role", "reach", "duty", "sector", "state")
COLUMNS = ("name", "display_name", "email", "role", "reach", "sector", "duties", "state", "created_at")
DONE = frozenset({"changed", "shut", "opened", "made", "second-factor"})


def list_people(request: Request, session: Session, actor: Actor) -> Response:
    """Everybody, for operators and auditors."""
    rules.check_may(actor, "account", "list")
    return _people(request, session, actor)


def list_people_csv(request: Request, session: Session, actor: Actor) -> Response:
    """The same rows as a file for a spreadsheet."""
    rules.check_may(actor, "account", "list")
    rows = (_cells(account) for account in queries.accounts(session, _asked(request), viewer=actor, limit=CSV_ROWS))
    return web.attachment(sheets.write_csv(rows, header=COLUMNS), name="people.csv", media_type="text/csv; charset=utf-8")


def create_person(request: Request, session: Session, actor: Actor) -> Response:
    """A new account; its one-time link is made on its page."""
    rules.check_may(actor, "account", "create")
    form = web.form(request)
    try:
        with session.begin_nested():
            role, reach = rules.role_named(form["role"] or "member"), rules.reach_named(form["reach"] or "inner")
            account = actions.create_account(session, name=form["name"].strip(), role=role, display_name=form["display_name"], by=actor)
            change = actions.Change(reach=reach, email=form["email"] or None)
            actions.change_account(session, account, change, by=actor)
    except Refusal as refusal:
        return _people(request, session, actor, refusal)
    return web.see_other(f"/admin/people/{account.name}?done=made")


def show_person(request: Request, session: Session, actor: Actor) -> Response:
    """One account."""
    done = request.query_params.get("done", "")
    return _person(request, session, actor, done=done if done in DONE else "")


def update_person(request: Request, session: Session, actor: Actor) -> Response:
    """Change role, reach, duties and the rest of one account."""
    account, form = _account(request, session, actor), web.form(request)
    rules.check_may_manage_accounts(actor)
    try:
        with session.begin_nested():
            change = actions.Change(
                role=rules.role_named(form["role"]),
                reach=rules.reach_named(form["reach"]),
                duties=[duty for duty in DUTIES if form[f"duty-{duty}"]],
                sector=form["sector"],
                display_name=form["display_name"],
                email=form["email"],
            )
            actions.change_account(session, account, change, seen=rules.number(form["seen"]), by=actor)
    except Refusal as refusal:
        session.refresh(account)
        return _person(request, session, actor, refusal=refusal)
    return web.see_other(f"/admin/people/{account.name}?done=changed")


def shut_person(request: Request, session: Session, actor: Actor) -> Response:
    """Shut an account."""
    return _turn(request, session, actor, disabled=True)


def open_person(request: Request, session: Session, actor: Actor) -> Response:
    """Open it again."""
    return _turn(request, session, actor, disabled=False)


def create_link(request: Request, session: Session, actor: Actor) -> Response:
    """A one-time link for the account, shown this once."""
    account = _account(request, session, actor)
    secret = actions.create_link(session, account, by=actor)
    answer = _person(request, session, actor, link=f"{web.printed_address(request)}/link/{secret}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _turn(request: Request, session: Session, actor: Actor, *, disabled: bool) -> Response:
    account = _account(request, session, actor)
    rules.check_may_manage_accounts(actor)
    try:
        with session.begin_nested():
            actions.set_disabled(session, account, disabled=disabled, by=actor)
    except Refusal as refusal:
        session.refresh(account)
        return _person(request, session, actor, refusal=refusal)
    return web.see_other(f"/admin/people/{account.name}?done={'shut' if disabled else 'opened'}")


def _account(request: Request, session: Session, actor: Actor) -> Account:
    return queries.get_account(session, request.path_params["name"], viewer=actor)


def _asked(request: Request) -> queries.Asked:
    given = {name: request.query_params.get(name, "")[:40] for name in CHOICES}
    return queries.Asked(q=request.query_params.get("q", "")[:200], **given)


def _people(request: Request, session: Session, actor: Actor, refusal: Refusal | None = None) -> Response:
    asked, form = _asked(request), web.form(request)
    total, offset = queries.count_accounts(session, asked, viewer=actor), offset_of(request)
    chosen = {name: getattr(asked, name) for name in ("q", *CHOICES)}
    query = urlencode({name: value for name, value in chosen.items() if value})
    page = pages.PeoplePage(
        rows=tuple(_row(account) for account in queries.accounts(session, asked, viewer=actor, limit=ROWS, offset=offset)),
        total=total,
        first=offset + 1,
        chosen=chosen,
        **around(request, "/admin/people", total),
        json=f"/api/v1/accounts{'?' + query if query else ''}",
        csv=f"/admin/people.csv{'?' + query if query else ''}",
        given={name: form[name][:254] for name in ("name", "display_name", "email", "role", "reach")},
        faults=faults_of(refusal, "name"),
        may_change=rules.may(actor, "account", "create"),
    )
    return web.render(request, "people/admin_people.html", page, status=web.status_of(refusal) if refusal else 200)


def _person(
    request: Request, session: Session, actor: Actor, *, link: str | None = None, done: str = "", refusal: Refusal | None = None
) -> Response:
    account = _account(request, session, actor)
    page = pages.PersonPage(
        row=_row(account),
        seen=account.revision,
        is_verified=account.email_verified_at is not None,
        has_password=account.has_password,
        has_second_factor=actions.is_second_factor_on(session, account.id),
        memberships=tuple(
            pages.MembershipRow(row.name, row.display_name, role.word) for row, role in queries.organisations_of(session, account)
        ),
        may_change=rules.may(actor, "account", "manage"),
        is_self=actor.account_id == account.id,
        link=link,
        done=done,
        faults=faults_of(refusal, "role"),
    )
    return web.render(request, "people/admin_person.html", page, status=web.status_of(refusal) if refusal else 200)


def _row(account: Account) -> pages.PersonRow:
    duties = tuple(duty for duty in DUTIES if duty in account.duties)
    return pages.PersonRow(
        account.name, account.display_name, account.role_word, account.reach_word, account.sector, duties,
        account.email, account.disabled_at is not None, account.created_at,
    )  # fmt: skip


def _cells(account: Account) -> tuple[str, ...]:
    state = "shut" if account.disabled_at else "open"
    head = (account.name, account.display_name, account.email or "", account.role_word, account.reach_word, account.sector)
    return (*head, account.duty_words, state, account.created_at.isoformat(timespec="seconds"))


routes = [
    web.page("/admin/people", list_people),
    web.page("/admin/people", create_person, methods=["POST"]),
    web.page("/admin/people.csv", list_people_csv),
    *lists.routes,
    web.page("/admin/people/{name}", show_person),
    web.page("/admin/people/{name}", update_person, methods=["POST"]),
    web.page("/admin/people/{name}/closing", shut_person, methods=["POST"]),
    web.page("/admin/people/{name}/opening", open_person, methods=["POST"]),
    web.page("/admin/people/{name}/link", create_link, methods=["POST"]),
    *invitations.routes,
    *organisations.routes,
]
