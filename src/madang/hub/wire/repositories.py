# SPDX-License-Identifier: Apache-2.0
"""Doors on repositories as wholes: who asks, making and removing, lists, facts, branches and tags."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madang import access, catalog, kit, people
from madang.hub import actions, cards, contents, queries, rules
from madang.hub.desk import desk_of, origin_of
from madang.hub.errors import BadRequest, RepositoryTaken
from madang.hub.gates import actions as gating
from madang.hub.gates import downloads
from madang.hub.gates import queries as gates
from madang.hub.gates.checking import check_open
from madang.hub.queries import Asked, Place
from madang.hub.wire import shapes
from madang.hub.wire.doors import body_of, named, text_in

TYPES = {"": "model", "model": "model", "dataset": "dataset"}
EXPOSURES = {"private": "private", "public": "open"}
DEFAULT_LIST, MOST_LIST = 500, 1000
MOST_CARDS = 100


def show_self(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Who the token stands for."""
    if not actor.is_signed_in:
        raise kit.NotSignedIn
    organisations = [
        {
            "type": "org", "id": each.id, "name": each.name, "fullname": each.name, "isEnterprise": False, "avatarUrl": "", "canPay": False,
            "roleInOrg": "write" if access.allows(actor, "namespace", "open", organisation=each.id) else "read",
        }
        for each in people.joined(session, actor)
    ]  # fmt: skip
    role = "write" if access.allows(actor, "namespace", "open", own=True) else "read"
    token = {"displayName": "madang", "role": role, "createdAt": shapes.moment(kit.now())}
    told = {
        "type": "user", "id": actor.account_id or actor.name, "name": actor.name, "fullname": actor.name, "email": None, "canPay": False,
        "isPro": False, "avatarUrl": "", "periodEnd": None, "emailVerified": False, "orgs": organisations,
        "auth": {"type": "access_token", "accessToken": token},
    }  # fmt: skip
    return JSONResponse(told)


def create_repository(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A new repository; one that stands already is told with its address (409)."""
    body = body_of(request)
    kind, namespace, name = _named_in(body, actor)
    if not actor.is_signed_in:
        raise kit.NotSignedIn
    told = {"url": f"{origin_of(request)}/{shapes.prefix(kind)}{namespace}/{name}", "name": f"{namespace}/{name}"}
    try:
        place = actions.create(
            session, desk_of(request).store, kind=kind, namespace=namespace, name=name, exposure=_exposure(body), by=actor
        )
    except RepositoryTaken as taken:
        headers = {"X-Error-Message": str(taken).encode("ascii", "replace").decode()}
        return JSONResponse({**told, "error": str(taken)}, status_code=409, headers=headers)
    return JSONResponse({**told, "id": place.repository.id})


def _named_in(body: dict[str, Any], actor: kit.Actor) -> tuple[str, str, str]:
    """Kind, namespace and name that a body tells."""
    kind = TYPES.get(text_in(body, "type", default=""))
    if kind is None:
        raise BadRequest(member="type")
    name = text_in(body, "name", longest=200)
    inside, _slash, last = name.rpartition("/")
    return kind, text_in(body, "organization", default="", longest=96) or inside or actor.name, last


def _exposure(body: dict[str, Any], *, default: str = "private") -> str:
    """To whom the repository is shown. Private unless somebody says otherwise."""
    private = body.get("private")
    if isinstance(private, bool):
        return "private" if private else "open"
    word = text_in(body, "visibility", default=default)
    exposure = EXPOSURES.get(word, word)
    if exposure not in catalog.EXPOSURES:
        raise BadRequest(member="visibility")
    return exposure


def delete_repository(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The repository is gone."""
    kind, namespace, name = _named_in(body_of(request), actor)
    actions.remove(session, queries.get(session, kind, namespace, name, viewer=actor), by=actor)
    return JSONResponse({})


def move_repository(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The repository has another name."""
    body = body_of(request)
    kind = TYPES.get(text_in(body, "type", default=""))
    old, _slash, name = text_in(body, "fromRepo", longest=200).partition("/")
    new, _slash, to = text_in(body, "toRepo", longest=200).partition("/")
    if kind is None or not to:
        raise BadRequest(member="toRepo")
    actions.move(session, queries.get(session, kind, old, name, viewer=actor), namespace=new, name=to, by=actor)
    return JSONResponse({})


def check_card(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What is wrong with the front matter of a README, before it is committed."""
    content = text_in(body_of(request), "content", default="", longest=cards.LONGEST_CARD)
    try:
        cards.check(content)
    except cards.BadCard as fault:
        return JSONResponse({"errors": [{"message": str(fault)}], "warnings": []})
    return JSONResponse({"errors": [], "warnings": []})


def place_in(request: Request, session: Session, actor: kit.Actor) -> tuple[Place, list[str]]:
    """The repository that an address ``/api/{kinds}/{namespace}/{name}/…`` names, and what stands behind the word after it."""
    _api, kinds, namespace, name, *rest = named(request, 0)
    kind = next(kind for kind, word in rules.KINDS.items() if word == kinds)
    return queries.get(session, kind, namespace, name, viewer=actor), rest[1:]


def show_repository(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The repository with its card and files, at the main branch or the revision that the address names."""
    place, rest = place_in(request, session, actor)
    commit = queries.get_commit(session, place, rest[0] if rest else rules.MAIN)
    store = desk_of(request).store
    entries = contents.entries_of(store, commit)
    card = contents.card_of(store, commit.tree)
    told = shapes.repository(place, commit, card.tags, card, gate=gates.gates_of(session, [place]).get(place.repository.id))
    told["downloads"] = downloads.taken(session, [place]).get(place.repository.id, 0)
    is_wanted = request.query_params.get("blobs", "").lower() in ("true", "1")
    known = queries.sent(session, place, (entry.sha256 for entry in entries)) if is_wanted else None
    told |= {"siblings": shapes.siblings(entries, known), "usedStorage": queries.used_bytes(session, place)}
    return JSONResponse(told)


def list_repositories(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The repositories that answer, with the address of the next ones in the header ``Link``."""
    asked, offset = request.query_params, _number(request, "cursor", 0, 1_000_000)
    kind = next(kind for kind, word in rules.KINDS.items() if word == named(request, 1)[0])
    limit = _number(request, "limit", DEFAULT_LIST, MOST_LIST)
    tags = [*asked.getlist("filter"), *asked.getlist("pipeline_tag")]
    wanted = Asked(asked.getlist("search")[:20], asked.get("author", ""), tags[:20], asked.get("sort", ""))
    found = queries.repositories(session, kind, wanted, viewer=actor, limit=limit + 1, offset=offset)
    shown, heads = found[:limit], queries.heads(session, found)
    words, store = queries.tags(session, shown), desk_of(request).store
    with_cards = asked.get("full", "").lower() in ("true", "1") or asked.get("cardData", "").lower() in ("true", "1")
    told, closed, taken = [], gates.gates_of(session, shown), downloads.taken(session, shown)
    for number, place in enumerate(shown):
        head = heads.get(place.repository.id)
        card = contents.card_of(store, head.tree) if with_cards and head and number < MOST_CARDS else None
        told.append(
            shapes.repository(
                place, head, words[place.repository.id], card, gate=closed.get(place.repository.id), taken=taken.get(place.repository.id, 0)
            )
        )
    return JSONResponse(told, headers=link(request, offset + limit) if len(found) > limit else None)


def _number(request: Request, name: str, default: int, most: int) -> int:
    """A whole number of the address between 0 and ``most``."""
    given = request.query_params.get(name, "")
    return min(int(given), most) if given.isascii() and given.isdigit() and len(given) < 10 else default


def link(request: Request, cursor: int) -> dict[str, str]:
    """The address of what comes next, with all that this one asks for."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    path = request.scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1") or request.url.path
    return {"Link": f'<{origin_of(request)}{path}?{urlencode([*kept, ("cursor", str(cursor))])}>; rel="next"'}


def cursor_of(request: Request) -> int:
    """How many come before what is asked."""
    return _number(request, "cursor", 0, 100_000_000)


def check_access(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Whoever asks may read the repository, with its files."""
    place, _rest = place_in(request, session, actor)
    check_open(session, place.asset, actor)
    return JSONResponse({})


def change_settings(request: Request, session: Session, actor: kit.Actor) -> Response:
    """To whom the repository is shown, and how its files are given."""
    place, _rest = place_in(request, session, actor)
    body = body_of(request)
    catalog.check_changeable(session, place.asset, by=actor)
    catalog.set_exposure(session, place.asset, _exposure(body, default=place.asset.exposure), by=actor)
    if "gated" in body:
        if body["gated"] not in (False, "auto", "manual"):
            raise BadRequest(member="gated")
        card = contents.card_of(desk_of(request).store, queries.get_commit(session, place, rules.MAIN).tree)
        gating.set_gate(session, place, gating.Setting(body["gated"] or "open"), card, by=actor)
    gated = shapes.gated(gates.gates_of(session, [place]).get(place.repository.id))
    return JSONResponse({"private": place.asset.exposure != "open", "gated": gated})


def list_refs(request: Request, session: Session, actor: kit.Actor) -> Response:
    """All branches and tags."""
    place, _rest = place_in(request, session, actor)
    return JSONResponse(shapes.refs(queries.refs(session, place)))


def list_commits(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The history of a revision, newest first."""
    place, rest = place_in(request, session, actor)
    offset, limit = cursor_of(request), min(_number(request, "limit", 50, 1000) or 50, 1000)
    found = queries.history(session, queries.get_commit(session, place, rest[0]), limit=limit + 1, offset=offset)
    headers = link(request, offset + limit) if len(found) > limit else None
    return JSONResponse([shapes.commit(each) for each in found[:limit]], headers=headers)


def create_branch(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A new branch."""
    place, rest = place_in(request, session, actor)
    start = text_in(body_of(request), "startingPoint", default=rules.MAIN, longest=200)
    actions.create_ref(session, place, kind="branch", name=rest[0], revision=start, by=actor)
    return JSONResponse({})


def delete_branch(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The branch is gone."""
    place, rest = place_in(request, session, actor)
    actions.remove_ref(session, place, kind="branch", name=rest[0], by=actor)
    return JSONResponse({})


def create_tag(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A new tag at the revision."""
    place, rest = place_in(request, session, actor)
    body = body_of(request)
    name, message = text_in(body, "tag", longest=200), text_in(body, "message", default="", longest=100_000)
    actions.create_ref(session, place, kind="tag", name=name, revision=rest[0], message=message, by=actor)
    return JSONResponse({})


def delete_tag(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The tag is gone."""
    place, rest = place_in(request, session, actor)
    actions.remove_ref(session, place, kind="tag", name=rest[0], by=actor)
    return JSONResponse({})
