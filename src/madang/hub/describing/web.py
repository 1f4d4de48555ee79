# SPDX-License-Identifier: Apache-2.0
"""Doors on descriptions, at the addresses where catalogues elsewhere look for them."""

import json
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import institute, kit, web
from madang.hub import queries
from madang.hub.describing import citing, croissant, datacite, dcat, gathering, harvest
from madang.hub.describing.facts import Described
from madang.hub.describing.shelf import Rows
from madang.hub.desk import desk_of, origin_of
from madang.hub.presenting import Seen
from madang.hub.rules import MAIN
from madang.hub.wire.doors import address, at_page
from madang.hub.wire.repositories import place_in
from madang.hub.wire.routes import FIRST

LD = "application/ld+json"
LISTED, MOST_PAGES = 100, 100_000
XML = "text/xml; charset=utf-8"


def _told(request: Request, session: Session, actor: kit.Actor, *, with_records: bool = False) -> Described:
    """What is told of the repository that a page's address names, at the revision that is asked for."""
    kind, (namespace, name, *_rest) = at_page(request)
    revision = request.query_params.get("revision", MAIN)[:200]
    seen = gathering.seen_at(session, kind, namespace, name, revision=revision, viewer=actor)
    return gathering.whole(session, desk_of(request).store, seen, origin=origin_of(request), viewer=actor, with_records=with_records)


def _json(told: Any, media_type: str = LD) -> Response:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return Response(text.encode("utf-8", "replace"), media_type=media_type, headers={"Access-Control-Allow-Origin": "*"})


def show_croissant(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The dataset as Croissant, with the columns of its tables."""
    return _json(croissant.write(_told(request, session, actor, with_records=True)))


def show_croissant_on_wire(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same where clients of the hub's wire look for it."""
    place, _rest = place_in(request, session, actor)
    commit = queries.get_commit(session, place, MAIN)
    told = gathering.whole(
        session, desk_of(request).store, Seen(place, commit, MAIN, may_change=False), origin=origin_of(request), viewer=actor
    )
    return _json(croissant.write(told))


def show_dcat(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The dataset as DCAT-AP."""
    return _json(dcat.document(_told(request, session, actor)))


def show_datacite(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The dataset or model as DataCite has it."""
    return _json(datacite.write(_told(request, session, actor)), "application/vnd.datacite.datacite+json")


def show_bibtex(request: Request, session: Session, actor: kit.Actor) -> Response:
    """An entry for BibTeX."""
    told = _told(request, session, actor)
    return web.attachment(
        citing.bibtex(told), name=f"{told.full_name.replace('/', '-')}.bib", media_type="application/x-bibtex; charset=utf-8"
    )


def show_catalogue(request: Request, session: Session, actor: kit.Actor) -> Response:
    """All datasets that the viewer may see, as a DCAT-AP catalogue in pages."""
    origin, place = origin_of(request), web.place_of(request, MOST_PAGES)
    first, store = f"{origin}/catalog.jsonld", desk_of(request).store
    told, total = gathering.of_list(
        session, store, actor, kind="dataset", limit=LISTED, offset=(place - 1) * LISTED, origin=origin
    )  # fmt: skip
    named = gathering.publisher(session, origin)
    made = dcat.catalogue(
        told, here=first if place == 1 else f"{first}?page={place}", first=first,
        next_=f"{first}?page={place + 1}" if place * LISTED < total else None,
        title=named, text=f"Datasets of {named}", publisher=named, total=total,
    )  # fmt: skip
    return _json(made)


def harvest_records(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What a harvester asks by OAI-PMH, in the address or in a form."""
    given = request.query_params.multi_items()
    if request.method == "POST":
        given = parse_qsl(request.state.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)
    origin = origin_of(request)
    host = origin.partition("://")[2]
    contact = institute.current(session).contact
    house = harvest.House(
        f"{origin}/oai", host, gathering.publisher(session, origin), contact if "@" in contact else f"postmaster@{host.partition(':')[0]}"
    )
    rows = Rows(session, desk_of(request).store, actor, origin)
    body = harvest.answer([(name[:100], value[:2000]) for name, value in given[:50]], rows, house, now=kit.now())
    return Response(body, media_type=XML)


routes = [
    web.page("/catalog.jsonld", show_catalogue),
    address("/oai", harvest_records, method="GET", browsers=True),
    address("/oai", harvest_records, method="POST"),
    address("/api/datasets/{namespace}/{name}/croissant", show_croissant_on_wire, method="GET"),
    web.page("/datasets/{namespace}/{name}/croissant.json", show_croissant),
    web.page("/datasets/{namespace}/{name}/dcat.jsonld", show_dcat),
    *(web.page(f"{base}/datacite.json", show_datacite) for base in FIRST.values()),
    *(web.page(f"{base}/cite.bib", show_bibtex) for base in FIRST.values()),
]
