# SPDX-License-Identifier: Apache-2.0
"""Who has a repository's files: every door that gives bytes asks at one place, and what that place answers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from builders import Yard
from hub_wire import Hub
from madang import access, audit, inbox, kit, tables
from madang import hub as room
from madang.hub.gates.models import AccessRequest, Gate

PROMPT = "extra_gated_prompt: 연구에만 쓴다.\nextra_gated_fields:\n  Affiliation: text\n  I keep it to myself: checkbox\n"
CARD = f"---\nlicense: cc-by-4.0\n{PROMPT}---\n# 말뭉치\n"
HEADER = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
ARRAY = b"\x93NUMPY\x01\x00" + len(HEADER).to_bytes(2, "little") + HEADER + b"\0\0\0\0"
ROWS = "name,n\n가,1\n나,2\n"
HTML = {"Accept": "text/html", "Accept-Language": "en"}
ANSWERS = {"Affiliation": "대학", "I keep it to myself": True}


@pytest.fixture(scope="module")
def asker(yard: Yard) -> Hub:
    """Somebody who wants the data."""
    return Hub(yard, yard.token_for("asker", kit.Role.READER))


def gated(hub_: Hub, name: str, mode: Any, *, kind: str = "dataset", card: str = CARD, **more: Any) -> str:
    """An open repository of the researcher's whose files are given so; its address behind ``/api``."""
    address = hub_.create(f"researcher/{name}", kind=kind, private=False)
    answer = hub_.commit(address, {"README.md": card, "data/a.csv": ROWS, "w.npy": ARRAY})
    assert answer.status_code == 200, answer.text
    set_ = hub_.ask("PATCH", v1(address, "access"), json={"mode": mode, **more})
    assert set_.status_code == 200, set_.text
    return address


def v1(address: str, path: str) -> str:
    return address.replace("/api/", "/api/v1/") + f"/{path}"


def ask(way: Hub, address: str, **body: Any) -> Any:
    """The answer to somebody who asks."""
    return way.ask("POST", v1(address, "access-requests"), json={"accepted": True, "answers": ANSWERS, **body})


def read_tables(yard: Yard) -> None:
    """The dataset's tables were read, as the jobs process does it."""
    with yard.house.database.reading() as session:
        waiting = [(row.sha256, row.form) for row in session.scalars(select(room.Table).where(room.Table.state == "reading"))]
    reader = room.Reader(yard.house.database, yard.house.store, yard.house.scratch, lambda: tables.Limits(memory_bytes=256 << 20))
    for sha256, form in waiting:
        reader.read(sha256, form)


def doors(name: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every address that gives bytes, rows or values of a dataset's files, as the table names it: method, address, what is sent."""
    here, api = f"/datasets/researcher/{name}", f"/api/datasets/researcher/{name}"
    version = f"/assets/dataset/researcher/{name}/versions/1"
    query = {"json": {"sql": "SELECT * FROM data", "file": "data/a.csv"}}
    plan = {"json": {"dataset": f"researcher/{name}", "file": "data/a.csv", "plan": {}}}
    batch = {"json": {"operation": "download", "objects": [{"oid": "0" * 64, "size": 1}]}}
    return {
        "GET /datasets/{namespace}/{name}/resolve/{rest:path}": ("GET", f"{here}/resolve/main/data/a.csv", {}),
        "POST /datasets/{namespace}/{name}.git/info/lfs/objects/batch": ("POST", f"{here}.git/info/lfs/objects/batch", batch),
        "GET /api/datasets/{namespace}/{name}/auth-check": ("GET", f"{api}/auth-check", {}),
        "GET /datasets/{namespace}/{name}/blob/{rest:path}": ("GET", f"{here}/blob/main/data/a.csv", {"headers": HTML}),
        "GET /datasets/{namespace}/{name}/preview/{rest:path}": ("GET", f"{here}/preview/main/data/a.csv", {"headers": HTML}),
        "GET /api/v1/datasets/{namespace}/{name}/preview": ("GET", v1(api, "preview?file=data/a.csv"), {}),
        "GET /api/v1/datasets/{namespace}/{name}/statistics": ("GET", v1(api, "statistics?file=data/a.csv"), {}),
        "POST /api/v1/datasets/{namespace}/{name}/query": ("POST", v1(api, "query"), query),
        "GET /datasets/{namespace}/{name}/deidentify/{rest:path}": ("GET", f"{here}/deidentify/main/data/a.csv", {"headers": HTML}),
        "POST /api/v1/deidentifications": ("POST", "/api/v1/deidentifications", plan),
        "GET /api/v1/{kinds}/{namespace}/{name}/header": ("GET", v1(api, "header?file=w.npy"), {}),
        "GET /assets/{kind}/{namespace}/{name}/versions/{version}/content": (
            "GET",
            f"{version}/content?path=data/a.csv",
            {"headers": HTML},
        ),
        "GET /assets/{kind}/{namespace}/{name}/versions/{version}/file": ("GET", f"{version}/file?path=data/a.csv", {"headers": HTML}),
    }


OF_MODELS = {
    "GET /{namespace:namespace}/{name}/resolve/{rest:path}", "GET /{namespace:namespace}/{name}/blob/{rest:path}",
    "POST /{namespace:namespace}/{name}.git/info/lfs/objects/batch", "GET /api/models/{namespace}/{name}/auth-check",
}  # fmt: skip
OF_BROWSERS = {"POST /datasets/{namespace}/{name}/preview/{rest:path}", "POST /datasets/{namespace}/{name}/deidentify/{rest:path}"}
GIVES_NO_BYTES = (
    "/commits/", "/commit/", "/tree/", "/refs", "/revision/", "/paths-info/", "/croissant", "/dcat.jsonld", "/datacite.json", "/cite.bib",
    "/access", "/access-requests", "/user-access-request/", "/lfs/objects/verify",
)  # fmt: skip
"""Names, sizes, histories and cards: what whoever sees the repository may read."""
WHOLE = {
    "/datasets", "/models", "/datasets/new", "/models/new",
    "/datasets/{namespace}/{name}", "/{namespace:namespace}/{name}", "/api/datasets", "/api/models", "/oai",
    "/api/datasets/{namespace}/{name}", "/api/models/{namespace}/{name}", "/catalog.jsonld", "/api/whoami-v2", "/api/validate-yaml",
    "/v1/telemetry",
}  # fmt: skip


def test_every_address_of_the_hub_is_known_to_give_bytes_or_none() -> None:
    known = {*doors("x"), *OF_MODELS, *OF_BROWSERS}
    rows = [row for row in access.routes() if (row.method, row.path) in room.ADDRESSES and row.action in ("see", "ask")]
    assert len(rows) > 50
    undecided = [
        f"{row.method} {row.path}"
        for row in rows
        if f"{row.method} {row.path}" not in known and row.path not in WHOLE and not any(word in row.path for word in GIVES_NO_BYTES)
    ]
    assert undecided == [], "say in this file whether these give bytes; if they do, they ask madang.hub.gates.checking"


@pytest.mark.parametrize("mode", ["auto", "manual", "embargo"])
def test_every_door_refuses_until_access_is_given_and_gives_afterwards(hub: Hub, asker: Hub, visitor: Hub, yard: Yard, mode: str) -> None:
    name = f"walked-{mode}"
    until = {"embargo_until": (kit.now() + timedelta(days=3)).isoformat()} if mode == "embargo" else {}
    address = gated(hub, name, "open" if mode == "embargo" else mode, **until)
    read_tables(yard)
    task = hub.ask("POST", f"/api/v1/assets/dataset/researcher/{name}/versions/1/attempts")
    assert task.status_code == 202, task.text
    yard.work(task.json()["task"])
    walked = doors(name)
    owner = {door: hub.ask(method, path, **dict(more)) for door, (method, path, more) in walked.items()}
    assert {door: answer.status_code for door, answer in owner.items()} == dict.fromkeys(walked, 200)
    for way in (asker, visitor):
        for door, (method, path, more) in walked.items():
            answer = way.ask(method, path, **dict(more))
            assert answer.status_code in ((401, 403) if way is visitor and mode != "embargo" else (403,)) or (
                way is visitor and answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
            ), f"{door}: {answer.status_code}"
            assert "나,2" not in answer.text, door
        assert way.ask("GET", f"/datasets/researcher/{name}/resolve/main/README.md").text == CARD
        assert way.ask("GET", address).status_code == 200
        assert "말뭉치" in way.ask("GET", f"/datasets/researcher/{name}", headers=HTML).text
    if mode == "embargo":
        with yard.house.database.writing() as session:
            session.execute(update(Gate).where(Gate.embargo_until.is_not(None)).values(embargo_until=kit.now() - timedelta(seconds=1)))
    else:
        asked = ask(asker, address, purpose="감정 연구")
        assert asked.status_code == 201, asked.text
        if mode == "manual":
            assert asker.ask("GET", walked["GET /api/v1/datasets/{namespace}/{name}/preview"][1]).status_code == 403
            decided = hub.ask("PATCH", v1(address, f"access-requests/{asked.json()['id']}"), json={"state": "accepted"})
            assert decided.json()["state"] == "accepted", decided.text
    opened = {door: asker.ask(method, path, **dict(more)).status_code for door, (method, path, more) in walked.items()}
    assert opened == dict.fromkeys(walked, 200)


def test_clients_are_told_as_they_know_it(hub: Hub, asker: Hub, visitor: Hub) -> None:
    gated(hub, "told", "manual")
    path = "/datasets/researcher/told/resolve/main/data/a.csv"
    for method in ("HEAD", "GET"):
        known, unknown = asker.ask(method, path), visitor.ask(method, path)
        assert (known.status_code, known.headers["x-error-code"]) == (403, "GatedRepo")
        assert (unknown.status_code, unknown.headers["x-error-code"]) == (401, "GatedRepo")
        assert "/datasets/researcher/told/access" in known.headers["x-error-message"]
    assert asker.ask("GET", "/api/datasets/researcher/told").json()["gated"] == "manual"
    assert {each["id"]: each["gated"] for each in asker.ask("GET", "/api/datasets?search=told").json()} == {"researcher/told": "manual"}
    assert asker.ask("GET", "/api/datasets/researcher/told/xet-read-token/main").status_code == 404


def test_a_model_is_closed_as_a_dataset_is(hub: Hub, asker: Hub) -> None:
    address = hub.create("researcher/closed-net", kind="model", private=False)
    hub.commit(address, {"README.md": CARD, "weights.txt": "w"})
    set_ = hub.ask("PUT", f"{address}/settings", json={"gated": "auto"})
    assert (set_.status_code, set_.json()["gated"]) == (200, "auto")
    here = "/researcher/closed-net"
    batch = {"json": {"operation": "download", "objects": []}}
    asked: list[tuple[str, str, dict[str, Any]]]
    asked = [("GET", f"{here}/resolve/main/weights.txt", {}), ("GET", f"{here}/blob/main/weights.txt", {"headers": HTML}),
             ("POST", f"{here}.git/info/lfs/objects/batch", batch), ("GET", f"{address}/auth-check", {})]  # fmt: skip
    assert [asker.ask(method, path, **more).status_code for method, path, more in asked] == [403] * 4
    assert ask(asker, address).status_code == 201
    assert [asker.ask(method, path, **more).status_code for method, path, more in asked] == [200] * 4
    assert hub.ask("PUT", f"{address}/settings", json={"gated": False}).json()["gated"] is False
    strange: list[Any] = ["yes", True, 1, None, ["auto"], {}]
    for wrong in strange:
        assert hub.ask("PUT", f"{address}/settings", json={"gated": wrong}).status_code == 400, wrong
    assert asker.ask("PUT", f"{address}/settings", json={"gated": "auto"}).status_code == 403


def test_what_was_accepted_is_written_down_with_the_text_and_the_revision(hub: Hub, asker: Hub, yard: Yard) -> None:
    address = gated(hub, "written", "auto")
    shown = asker.ask("GET", v1(address, "access")).json()
    assert (shown["text"], shown["text_number"], shown["asks"], shown["open"]) == ("연구에만 쓴다.", 1, "accept", False)
    assert [each["kind"] for each in shown["fields"]] == ["text", "checkbox"]
    made = ask(asker, address, text_number=1).json()
    assert (made["state"], made["answers"], made["text_number"]) == ("accepted", ANSWERS, 1)
    assert made["revision"] == hub.ask("GET", address).json()["sha"]
    with yard.house.database.reading() as session:
        lines = audit.lines(session, audit.Asked(target=f"access/{made['id']}"), viewer=kit.SYSTEM).items
    assert [(each.deed, each.facts["text"], each.facts["of"]) for each in lines] == [("access.accepted", 1, "dataset/researcher/written")]


def test_bad_requests_are_refused_and_nothing_is_kept_of_them(hub: Hub, asker: Hub, visitor: Hub, neighbour: Hub) -> None:
    address = gated(hub, "refusing", "manual")
    good = {"purpose": "연구"}

    def code(way: Hub, **body: Any) -> tuple[int, str]:
        answer = ask(way, address, **body)
        return answer.status_code, answer.json().get("code", "")

    assert code(visitor, **good) == (401, "not-signed-in")
    assert code(asker, **good, accepted=False) == (422, "gate-conditions-not-accepted")
    assert code(asker, **good, text_number=7) == (412, "gate-conditions-changed")
    assert code(asker, purpose=" \0 ") == (422, "answer-missing")
    assert code(asker, purpose="x" * 2001) == (422, "invalid")
    assert code(asker, **good, answers={}) == (422, "answer-missing")
    assert code(asker, **good, answers={**ANSWERS, "I keep it to myself": False}) == (422, "answer-missing")
    assert code(asker, **good, answers={**ANSWERS, "Affiliation": True}) == (422, "answer-missing")
    assert code(asker, **good, account="neighbour") == (403, "not-allowed")
    assert code(hub, **good) == (409, "nothing-to-ask")
    assert ask(asker, address.replace("refusing", "never-was"), **good).status_code == 404
    assert hub.ask("GET", v1(address, "access-requests")).json() == {"items": [], "next": None}
    assert code(asker, **good)[0] == 201
    assert code(asker, **good) == (409, "asked-already")
    assert code(neighbour, **good)[0] == 201
    assert len(asker.ask("GET", v1(address, "access-requests")).json()["items"]) == 1  # one's own
    assert len(hub.ask("GET", v1(address, "access-requests?state=pending")).json()["items"]) == 2
    page = hub.ask("GET", v1(address, "access-requests?limit=1")).json()
    assert len(hub.ask("GET", page["next"]).json()["items"]) == 1


def test_only_the_owners_side_sets_and_decides(hub: Hub, asker: Hub, neighbour: Hub, visitor: Hub) -> None:
    address = gated(hub, "deciding", "manual")
    id_ = ask(asker, address, purpose="연구").json()["id"]
    one = v1(address, f"access-requests/{id_}")
    assert neighbour.ask("GET", one).status_code == 404
    assert visitor.ask("GET", one).status_code == 401
    for way, status in ((asker, 403), (neighbour, 404), (visitor, 401)):
        assert way.ask("PATCH", one, json={"state": "accepted"}).status_code == status
        assert way.ask("PATCH", v1(address, "access"), json={"mode": "open"}).status_code == (401 if way is visitor else 403)
        for path in ("pending", "accepted", "rejected"):
            assert way.ask("GET", f"{address}/user-access-request/{path}").status_code == (401 if way is visitor else 403)
    assert hub.ask("PATCH", one, json={"state": "rejected", "reason": " "}).json()["code"] == "reason-missing"
    assert hub.ask("PATCH", one, json={"state": "accepted", "ends_at": "2001-01-01T00:00:00Z"}).json()["code"] == "ends-before"
    assert hub.ask("PATCH", one, json={"state": "rejected", "reason": "목적이 다르다"}).json()["reason"] == "목적이 다르다"
    assert hub.ask("PATCH", one, json={"state": "accepted"}).json()["code"] == "access-not-current"
    assert asker.ask("GET", v1(address, "access")).json()["state"] == "rejected"
    again = ask(asker, address, purpose="다시").json()
    assert asker.ask("PATCH", v1(address, f"access-requests/{again['id']}"), json={"state": "withdrawn"}).json()["state"] == "withdrawn"
    for wrong in ({"mode": "maybe"}, {"text": "x" * 50_001}, {"fields": [{"name": ""}]}, {"fields": [{"name": "a", "kind": "file"}]},
                  {"embargo_until": "2001-01-01T00:00:00Z"}, {"other": 1}, {"fields": [{"name": str(n)} for n in range(21)]}):  # fmt: skip
        assert hub.ask("PATCH", v1(address, "access"), json=wrong).status_code == 422, wrong


def test_access_that_was_given_is_withdrawn_and_ends_by_itself(hub: Hub, asker: Hub, yard: Yard) -> None:
    address = gated(hub, "ending", "manual")
    file = "/datasets/researcher/ending/resolve/main/data/a.csv"
    id_ = ask(asker, address, purpose="연구").json()["id"]
    one = v1(address, f"access-requests/{id_}")
    soon = (kit.now() + timedelta(hours=1)).isoformat()
    assert hub.ask("PATCH", one, json={"state": "accepted", "ends_at": soon}).status_code == 200
    assert asker.ask("GET", file).status_code == 200
    with yard.house.database.writing() as session:
        session.execute(update(AccessRequest).where(AccessRequest.id == id_).values(ends_at=kit.now() - timedelta(seconds=1)))
    assert asker.ask("GET", file).status_code == 403  # by the clock, before any job
    assert asker.ask("GET", v1(address, "access")).json()["state"] == "ended"
    assert room.let_time_pass(yard.house.database) >= 1
    assert room.let_time_pass(yard.house.database) == 0
    assert hub.ask("GET", one).json()["state"] == "ended"
    again = ask(asker, address, purpose="더").json()["id"]
    hub.ask("PATCH", v1(address, f"access-requests/{again}"), json={"state": "accepted"})
    assert asker.ask("GET", file).status_code == 200
    ended = hub.ask("PATCH", v1(address, f"access-requests/{again}"), json={"state": "rejected", "reason": "끝"})
    assert (ended.json()["state"], asker.ask("GET", file).status_code) == ("withdrawn", 403)
    with yard.house.database.reading() as session:
        account = session.get_one(AccessRequest, id_).account_id
        actor = kit.Actor(account, "asker", kit.Role.READER)
        told = [each.notice.kind for each in inbox.notifications(session, viewer=actor, limit=50) if each.notice.about.endswith(again)]
    assert told == ["access.changed", "access.changed"]


def test_a_changed_text_is_accepted_anew_when_the_owner_says_so(hub: Hub, asker: Hub) -> None:
    address = gated(hub, "changing", "auto", text="하나", fields=[])
    file = "/datasets/researcher/changing/resolve/main/data/a.csv"
    assert ask(asker, address).status_code == 201
    assert hub.ask("PATCH", v1(address, "access"), json={"text": "둘"}).json()["text_number"] == 2
    assert asker.ask("GET", file).status_code == 200
    assert hub.ask("PATCH", v1(address, "access"), json={"text": "셋", "accept_anew": True}).json()["accept_anew_from"] == 3
    assert asker.ask("GET", file).status_code == 403
    assert asker.ask("GET", v1(address, "access")).json()["state"] == "anew"
    assert ask(asker, address, text_number=2).status_code == 412
    assert ask(asker, address, text_number=3).json()["text_number"] == 3
    assert asker.ask("GET", file).status_code == 200
    assert len(hub.ask("GET", v1(address, "access-requests")).json()["items"]) == 1


def test_the_cards_words_are_followed_until_the_owner_has_their_own(hub: Hub) -> None:
    address = gated(hub, "following", "auto")
    hub.commit(address, {"README.md": CARD.replace("연구에만", "교육에만")})
    assert hub.ask("GET", v1(address, "access")).json()["text"] == "교육에만 쓴다."
    hub.ask("PATCH", v1(address, "access"), json={"text": "우리 말"})
    hub.commit(address, {"README.md": CARD})
    shown = hub.ask("GET", v1(address, "access")).json()
    assert (shown["text"], len(shown["fields"])) == ("우리 말", 2)
    assert hub.ask("PATCH", v1(address, "access"), json={"text": ""}).json()["text"] == "연구에만 쓴다."
    odd = "---\nextra_gated_prompt: [1]\nextra_gated_fields: {a: {type: select, options: [x]}, b: date_picker, '': text}\n---\n"
    other = gated(hub, "odd-card", "auto", card=odd)
    assert hub.ask("GET", v1(other, "access")).json()["text"] == ""


def test_the_wire_lists_decides_and_grants(hub: Hub, asker: Hub, neighbour: Hub) -> None:
    address = gated(hub, "wired", "manual", fields=[])
    base, file = f"{address}/user-access-request", "/datasets/researcher/wired/resolve/main/data/a.csv"
    ask(asker, address, purpose="연구")

    def names(status: str) -> list[str]:
        return [each["user"]["user"] for each in hub.ask("GET", f"{base}/{status}").json()]

    row = hub.ask("GET", f"{base}/pending").json()[0]
    assert (row["status"], row["user"]["user"], row["fields"]["purpose"], row["timestamp"][-1]) == ("pending", "asker", "연구", "Z")
    handle = {"user": "asker", "status": "accepted"}
    assert hub.ask("POST", f"{base}/handle", json=handle).status_code == 200
    assert (names("pending"), names("accepted"), asker.ask("GET", file).status_code) == ([], ["asker"], 200)
    assert hub.ask("POST", f"{base}/handle", json=handle).status_code == 400
    assert hub.ask("POST", f"{base}/handle", json={**handle, "status": "pending"}).status_code == 200
    assert asker.ask("GET", file).status_code == 403
    assert hub.ask("POST", f"{base}/handle", json={**handle, "status": "rejected", "rejectionReason": "no"}).status_code == 200
    assert names("rejected") == ["asker"]
    by_id = {"requestId": row["requestId"], "status": "pending"}
    assert hub.ask("POST", f"{base}/handle", json=by_id).status_code == 200
    assert hub.ask("POST", f"{base}/handle", json={**by_id, "requestId": kit.new_id()}).status_code == 404
    assert hub.ask("POST", f"{base}/handle", json={**handle, "user": "nobody-there"}).status_code == 404
    assert hub.ask("POST", f"{base}/handle", json={"user": "neighbour", "status": "accepted"}).status_code == 404
    assert hub.ask("POST", f"{base}/grant", json={"user": "neighbour"}).status_code == 200
    assert hub.ask("POST", f"{base}/grant", json={"user": "neighbour"}).status_code == 400
    assert neighbour.ask("GET", file).status_code == 200
    strange: list[Any] = [{}, {"user": 1}, {"user": "a\0b"}, [], {"user": "x" * 500}]
    for wrong in strange:
        assert hub.ask("POST", f"{base}/grant", json=wrong).status_code in (400, 404), wrong
    assert hub.ask("GET", f"{base}/other").status_code == 400


def test_a_repository_that_is_made_anew_gives_nobody_what_was_granted_before(hub: Hub, asker: Hub) -> None:
    address = gated(hub, "anew", "auto")
    ask(asker, address)
    assert hub.ask("DELETE", "/api/repos/delete", json={"name": "anew", "organization": "researcher", "type": "dataset"}).status_code == 200
    gated(hub, "anew", "auto")
    assert asker.ask("GET", "/datasets/researcher/anew/resolve/main/data/a.csv").status_code == 403
    assert hub.ask("GET", v1(address, "access-requests")).json()["items"][0]["state"] == "ended"


def test_an_embargo_is_told_recorded_and_over_by_itself(hub: Hub, asker: Hub, yard: Yard) -> None:
    until = kit.now() + timedelta(days=2)
    address = gated(hub, "later", "open", embargo_until=until.isoformat())
    told = asker.ask("GET", v1(address, "access")).json()
    assert told["embargo_until"].startswith(f"{until:%Y-%m-%dT%H:%M}")
    assert asker.ask("GET", address).json()["embargoUntil"].startswith(f"{until:%Y-%m-%dT%H:%M}")
    refused = asker.ask("GET", "/datasets/researcher/later/resolve/main/data/a.csv")
    assert (refused.status_code, refused.json()["code"], refused.headers["x-error-code"]) == (403, "embargoed", "GatedRepo")
    assert "embargo" in asker.ask("GET", "/datasets/researcher/later", headers=HTML).text
    later = (until + timedelta(days=1)).isoformat()
    assert hub.ask("PATCH", v1(address, "access"), json={"embargo_until": later}).status_code == 200
    with yard.house.database.writing() as session:
        session.execute(update(Gate).where(Gate.embargo_until > kit.now()).values(embargo_until=kit.now() - timedelta(seconds=1)))
    assert asker.ask("GET", "/datasets/researcher/later/resolve/main/data/a.csv").status_code == 200
    assert room.let_time_pass(yard.house.database) >= 1
    with yard.house.database.reading() as session:
        lines = audit.lines(session, audit.Asked(target="dataset/researcher/later"), viewer=kit.SYSTEM).items
        deeds = [each.deed for each in lines if each.target == "dataset/researcher/later" and each.deed.startswith(("gate", "embargo"))]
    assert sorted(deeds) == ["embargo.ended", "gate.set", "gate.set"]
