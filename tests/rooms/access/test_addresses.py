# SPDX-License-Identifier: Apache-2.0
"""The whole table, tried: every address, asked by every kind of actor for every kind of thing, answers as its row says."""

import re
from dataclasses import replace

import pytest
from httpx2 import Response

from access_cast import ACTORS, Cast, Thing, Who
from access_requests import NAMES, REQUESTS, ask_of
from madang import access, hub

# Who may call a service is asked of keys, in front of the application that is tried here: tests/rooms/gateway. The hub's wire says its
# refusals as its clients know them, and its pages are about datasets and models: tests/rooms/hub.
OURS = [
    route
    for route in access.routes()
    if (route.thing, route.action) != ("service", "call") and (route.method, route.path) not in hub.ADDRESSES
]
ROUTES = {f"{route.method} {route.path}": route for route in OURS}


def things_of(cast: Cast, route: access.Route) -> list[Thing]:
    """What the address can be asked for: the things of its kind, or the one that it is about."""
    kinds = {rule.thing for rule in access.rules_of(route)}
    if route.whose == "named":
        named, of_services = set(re.findall(r"\{(\w+)", route.path)), "/assets/api/" in route.path
        found = [thing for thing in cast.things if thing.kind in kinds and named <= set(thing.names)]
        return [thing for thing in found if (thing.names.get("kind") == "api") == of_services]
    return [Thing(route.thing, "", NAMES.get(route.path, {}))]


def ask(cast: Cast, who: Who, route: access.Route, thing: Thing, names: dict[str, str]) -> Response:
    """The answer to this actor."""
    asked = ask_of(route.method, route.path, replace(thing, names={**thing.names, **names}))
    address = re.sub(r"\{(\w+)(?::path)?\}", lambda found: names[found[1]], route.path)
    headers = {"Accept": "application/json", "Accept-Language": "en", **cast.headers(who, is_api=route.path.startswith("/api/"))}
    cast.yard.client.cookies.clear()
    return cast.yard.client.request(route.method, address, params=dict(asked.query), json=asked.json, data=asked.form, headers=headers)


def expected(cast: Cast, who: Who, route: access.Route, thing: Thing) -> str:
    """``served``, ``hidden`` or ``refused``, as the table says."""
    if route.whose == "each":
        return "served"
    if route.whose == "named":
        sees = (thing.kind, "see") in {(rule.thing, rule.action) for rule in access.rules()}
        if cast.may(who, thing, route.action):
            return "served"
        return "hidden" if sees and not cast.may(who, thing, "see") else "refused"
    own = route.whose == "own" and not who.is_visitor
    return "served" if access.allows(cast.actor(who), route.thing, route.action, own=own) else "refused"


def answered(who: Who, status: int, wanted: str) -> str:
    """What the status means. Who is nobody may be sent to sign in before anything is looked for."""
    if status >= 500:
        return f"broke with {status}"
    if status == 404 or (wanted == "hidden" and who.is_visitor and status == 401):
        return "hidden"
    return "refused" if status == (401 if who.is_visitor else 403) else f"wrongly {status}" if status in (401, 403) else "served"


@pytest.mark.parametrize("name", ROUTES)
def test_an_address_answers_every_actor_as_its_row_says(cast: Cast, name: str) -> None:
    route, wrong = ROUTES[name], []
    absences: dict[str, Response] = {}
    things = things_of(cast, route)
    assert things, "nothing in tests/access_cast.py is of this address's kind"
    for thing in things:
        for who in ACTORS:
            wanted = expected(cast, who, route, thing)
            answer = ask(cast, who, route, thing, dict(thing.names))
            if wanted == "served" and answer.status_code in ask_of(route.method, route.path, thing).besides:
                continue
            if answered(who, answer.status_code, wanted) != wanted:
                wrong.append(f"{who.name} asks for {thing}: {wanted} by the table, but {answer.status_code} {answer.text[:200]}")
            elif wanted == "hidden":
                wrong += differences(cast, who, route, thing, answer, absences)
    assert wrong == []


def differences(cast: Cast, who: Who, route: access.Route, thing: Thing, answer: Response, absences: dict[str, Response]) -> list[str]:
    """What tells a thing that is not shown from one that is not there. ``absences`` are the answers for what is not there so far."""
    named = f"{who.name} {sorted(thing.absent.items())}"
    absent = absences.get(named) or absences.setdefault(named, ask(cast, who, route, thing, dict(thing.absent)))
    one, other = plain(answer, thing.names.values()), plain(absent, thing.absent.values())
    return [] if one == other else [f"{who.name} can tell {thing} from what is not there:\n{one}\n{other}"]


def plain(answer: Response, names: object) -> tuple[int, list[str], str]:
    """Status, names of the headers and body, without what the address itself named and the request's number."""
    text = re.sub(r'"request_id": ?"[^"]*"', "", answer.text)
    for each in sorted(names, key=len, reverse=True):  # type: ignore[call-overload]  # the values of a mapping of texts
        text = text.replace(each, "·")
    return answer.status_code, sorted(set(answer.headers) - {"content-length"}), text


def test_every_request_told_here_is_for_an_address_that_is_there() -> None:
    assert sorted(set(REQUESTS) - {(route.method, route.path) for route in access.routes()}) == []
    assert sorted(set(NAMES) - {route.path for route in access.routes()}) == []


NEWEST = 8
"""Assets on the home page."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")


def test_what_an_address_does_not_do_it_says_with_what_it_does(cast: Cast) -> None:
    patterns = {(row.method, re.compile(re.sub(r"\\\{\w+(?::path)?\\\}", "[^/]+", re.escape(row.path)))) for row in OURS}
    signed = {"Accept": "application/json", **cast.headers(ACTORS[-1], is_api=False)}
    wrong = []
    for path in sorted({row.path for row in OURS}):
        address = re.sub(r"\{\w+(?::path)?\}", "x", path)
        does = {method for method, pattern in patterns if pattern.fullmatch(address)}
        for method in sorted(set(METHODS) - does):
            answer = cast.yard.client.request(method, address, headers=signed)
            allowed = set(answer.headers.get("allow", "").split(", ")) - {"HEAD"}
            if (answer.status_code, allowed) != (405, does):
                wrong.append(f"{method} {path}: {answer.status_code}, allows {sorted(allowed)}, but does {sorted(does)}")
    assert wrong == []


@pytest.mark.parametrize("who", ACTORS, ids=lambda who: who.name)
def test_lists_hold_what_the_actor_may_see_and_nothing_else(cast: Cast, who: Who) -> None:
    assets = [thing for thing in cast.things if thing.kind.startswith("asset.")]
    seen = {f"{thing.holder}/{thing.names['name']}" for thing in assets if cast.may(who, thing, "see")}
    headers = cast.headers(who, is_api=True)
    cast.yard.client.cookies.clear()
    listed = cast.yard.client.get("/api/v1/assets?limit=200", headers=headers).json()
    assert {f"{row['namespace']}/{row['name']}" for row in listed["items"]} == seen
    assert sum(listed["facets"]["kind"].values()) == len(seen)
    page = cast.headers(who, is_api=False)
    rows = cast.yard.client.get("/assets.csv", headers=page).text.splitlines()[1:]
    assert {"/".join(row.split(",")[1:3]) for row in rows} == seen
    for address in ("/", "/assets"):
        shown = cast.yard.client.get(address, headers={**page, "Accept": "text/html"}).text
        told = set(re.findall(r"/assets/\w+/((?:owner|laboratory)/(?:thing|service)-\w+)", shown))
        assert told <= seen, address
        assert len(told) == (len(seen) if address == "/assets" else min(len(seen), NEWEST)), address


def test_a_right_that_the_house_does_not_keep_is_noticed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cast, "may", lambda *_: True)
    with pytest.raises(AssertionError, match="served by the table, but 404"):
        test_an_address_answers_every_actor_as_its_row_says(cast, "GET /api/v1/assets/{kind}/{namespace}/{name}")
