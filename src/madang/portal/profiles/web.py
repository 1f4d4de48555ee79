# SPDX-License-Identifier: Apache-2.0
"""The page of a person, and that of an organisation."""

from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, catalog, kit, people, web
from madang.portal.profiles import queries
from madang.portal.profiles.pages import ProfilePage, Tie

ROWS = 25
MOST_PAGES = 400


def show_person(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Who somebody is, and their assets."""
    account, total, knows = queries.person(session, request.path_params["name"], viewer=actor)
    address = f"/people/{quote(account.name)}"
    ties = people.organisations_of(session, account) if knows else ()
    page = ProfilePage(
        sort="person",
        name=account.name,
        display_name=account.display_name,
        is_known=knows,
        sector=account.sector,
        reach=account.reach.word,
        since=account.created_at,
        rows=_rows(request, session, actor, account.name),
        total=total,
        first=_offset(request) + 1,
        ties=tuple(Tie(row.name, row.display_name, role.word) for row, role in ties),
        edit=f"/admin{address}" if access.allows(actor, "account", "list") else None,
        is_shut=account.disabled_at is not None,
        previous=_address(request, address, -1, total),
        next=_address(request, address, 1, total),
    )
    return web.render(request, "portal/profile.html", page)


def show_organisation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What an organisation is, and its assets."""
    found, total, knows = queries.organisation(session, request.path_params["name"], viewer=actor)
    address = f"/organisations/{quote(found.name)}"
    sees = access.allows(actor, "membership", "see", organisation=found.id)
    page = ProfilePage(
        sort="organisation",
        name=found.name,
        display_name=found.display_name,
        is_known=knows,
        sector=found.sector,
        reach=found.reach.word,
        since=found.created_at,
        rows=_rows(request, session, actor, found.name),
        total=total,
        first=_offset(request) + 1,
        members=f"{address}/members" if sees else None,
        previous=_address(request, address, -1, total),
        next=_address(request, address, 1, total),
    )
    return web.render(request, "portal/profile.html", page)


def _offset(request: Request) -> int:
    return (web.place_of(request, MOST_PAGES) - 1) * ROWS


def _rows(request: Request, session: Session, actor: kit.Actor, holder: str) -> tuple[catalog.AssetRow, ...]:
    found = queries.assets_of(session, holder, viewer=actor, limit=ROWS, offset=_offset(request))
    return tuple(catalog.row_of(asset) for asset in found)


def _address(request: Request, address: str, step: int, total: int) -> str | None:
    place = web.place_of(request, MOST_PAGES) + step
    if not 1 <= place <= MOST_PAGES or (place - 1) * ROWS >= max(total, 1):
        return None
    return address if place == 1 else f"{address}?page={place}"


routes = [web.page("/people/{name}", show_person), web.page("/organisations/{name}", show_organisation)]
