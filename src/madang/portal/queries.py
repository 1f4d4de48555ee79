# SPDX-License-Identifier: Apache-2.0
"""One search for everything that a person may look for: assets, people, organisations, the platform's own pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from madang import access, catalog, kit, people, web
from madang.kit import _

LONGEST = 100
OWN_PAGES = {
    "/": _("Yard"),
    "/assets": _("Assets"),
    "/register": _("Register"),
    "/register/many": _("Register many"),
    "/me": _("My page"),
    "/me/inbox": _("Tasks and notifications"),
    "/me/sign-in": _("Ways to sign in"),
    "/admin": _("Operation"),
    "/admin/jobs": _("Jobs"),
    "/admin/storage": _("Storage"),
    "/admin/settings": _("Settings"),
    "/admin/hosts": _("Allowed hosts"),
    "/admin/changes": _("What changed"),
    "/admin/ledger": _("Ledger"),
    "/admin/people": _("People"),
    "/admin/invitations": _("Invitations"),
    "/admin/organisations": _("Organisations"),
    "/conditions": _("Conditions of use"),
    "/sign-in": _("Sign in"),
    "/sign-up": _("Sign up"),
    "/api/v1/openapi.json": _("API description"),
}
"""Pages that one goes to by name. A page that this house has no room for is not offered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that was found. ``sort``: ``page``, ``asset``, ``organisation``, ``person``; or ``all``, whose ``title`` is how many assets
    there are and whose address is the list of them. ``kind`` is an asset's."""

    sort: str
    address: str
    title: str
    detail: str
    kind: str = ""


def look(session: Session, q: str, *, viewer: kit.Actor, limit: int) -> list[Answer]:
    """What ``q`` may mean for ``viewer``, at most ``limit`` of each sort. Where nothing is asked: pages alone."""
    asked = q.replace("\0", " ").strip()
    answers = list(_pages(asked, viewer))[:limit]
    if asked:
        answers += _assets(session, asked, viewer, limit)
        answers += _organisations(session, asked[:LONGEST], viewer, limit)
        answers += _people(session, asked[:LONGEST], viewer, limit)
    return answers


def _pages(asked: str, viewer: kit.Actor) -> Iterator[Answer]:
    words = asked.casefold().split()
    for route in access.routes():
        name = OWN_PAGES.get(route.path) if route.method == "GET" else None
        if name is None or not any(
            access.allows(viewer, rule.thing, rule.action, own=viewer.is_signed_in) for rule in access.rules_of(route)
        ):
            continue
        if route.path.startswith("/sign-") and viewer.is_signed_in:
            continue
        title = web.translate(name)
        if all(word in f"{title} {name} {route.path}".casefold() for word in words):
            yield Answer("page", route.path, title, route.path)


def _assets(session: Session, asked: str, viewer: kit.Actor, limit: int) -> Iterator[Answer]:
    found = catalog.find(session, catalog.Filter(asked), viewer=viewer)
    for hit in found.page(limit):
        row = catalog.row_of(hit.asset)
        yield Answer("asset", row.address, f"{row.namespace}/{row.name}", row.title, row.kind)
    if found.total > limit:
        yield Answer("all", f"/assets?{urlencode({'q': asked})}", f"{found.total:,}", "")


def _organisations(session: Session, asked: str, viewer: kit.Actor, limit: int) -> Iterator[Answer]:
    for row in people.organisations(session, viewer=viewer, q=asked, limit=limit):
        yield Answer("organisation", _home("organisations", row.name), row.display_name, row.name)


def _people(session: Session, asked: str, viewer: kit.Actor, limit: int) -> Iterator[Answer]:
    account = people.Account
    text = account.name_key + " " + func.lower(account.display_name)
    said = and_(*(text.contains(word, autoescape=True) for word in asked.lower().split()[:8]))
    wanted = select(account).where(said, account.disabled_at.is_(None))
    if not access.allows(viewer, "account", "list"):
        wanted = wanted.where(account.id == (viewer.account_id or ""))
    for row in session.scalars(wanted.order_by(account.name_key).limit(limit)):
        yield Answer("person", _home("people", row.name), row.display_name or row.name, row.name)


def _home(sort: str, name: str) -> str:
    """The page of a person or an organisation; where there is none, the assets that are theirs."""
    its = any(route.path == f"/{sort}/{{name}}" for route in access.routes())
    return f"/{sort}/{name}" if its else f"/assets?organisation={name}"
