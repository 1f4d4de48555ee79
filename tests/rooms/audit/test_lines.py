# SPDX-License-Identifier: Apache-2.0
"""Lines are counted without holes, found again, given out as files, and verified when somebody asks."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from actors import OPERATOR, READER, RESEARCHER
from builders import HTML, Yard, yard_in
from madang import audit, kit, scan
from madang.app.working import checker_of, sign_ledger
from madang.audit import queries
from madang.db import Database
from madang.jobs import Failure

KEY = b"k" * 32


def write(database: Database, *targets: str, deed: str = "asset.registered", by: kit.Actor = RESEARCHER, **facts: object) -> None:
    for target in targets:
        with database.writing() as session:
            audit.record(session, deed, target=target, by=by, **facts)


def problems(database: Database, heads: Path) -> list[tuple[str, int]]:
    return [(problem.kind, problem.sequence) for problem in audit.verify(database, heads_file=heads, key=KEY).problems]


def change(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(text(statement))


def test_a_line_that_was_taken_out_before_it_was_sealed_is_told(database: Database, tmp_path: Path) -> None:
    write(database, "a", "b", "c")
    change(database, "DELETE FROM audit_entry WHERE target='b'")
    audit.seal(database)
    assert problems(database, tmp_path / "heads") == [("lost", 1)]
    write(database, "d")
    audit.seal(database)
    assert problems(database, tmp_path / "heads") == [("lost", 1)]


def test_the_last_line_taken_out_before_it_was_sealed_is_told(database: Database, tmp_path: Path) -> None:
    write(database, "a", "b")
    change(database, "DELETE FROM audit_entry WHERE target='b'")
    assert problems(database, tmp_path / "heads") == [("lost", 1)]
    write(database, "c")
    assert problems(database, tmp_path / "heads") == [("lost", 1)]


def test_a_deed_that_is_undone_leaves_no_hole(database: Database, tmp_path: Path) -> None:
    def refused() -> None:
        with database.writing() as session:
            audit.record(session, "asset.registered", target="x", by=RESEARCHER)
            raise LookupError

    write(database, "a")
    with pytest.raises(LookupError):
        refused()
    write(database, "b")
    audit.seal(database)
    assert problems(database, tmp_path / "heads") == []
    with database.reading() as session:
        assert [line.id for line in audit.entries(session, viewer=OPERATOR).items] == [2, 1]
        assert audit.count_lines(session) == 2


def test_holes_from_before_lines_were_counted_are_no_problem(database: Database, tmp_path: Path) -> None:
    write(database, "a", "b", "c")
    change(database, "DELETE FROM audit_entry WHERE target='b'")
    change(database, "DELETE FROM audit_written")
    write(database, "d")
    audit.seal(database)
    assert problems(database, tmp_path / "heads") == []
    with database.reading() as session:
        assert audit.entries(session, viewer=OPERATOR).items[0].id == 4


def test_lines_are_found_by_words_deed_person_target_and_time(database: Database) -> None:
    write(database, "software/lab/speech", "software/lab/speech@2", reason="시험 서버 100%")
    write(database, "account/lab", deed="account.created", by=OPERATOR)
    write(database, "software/lab/speech-2", deed="assets.counted")
    now = kit.now()

    def found(**asked: object) -> list[str]:
        with database.reading() as session:
            return [line.target for line in audit.lines(session, audit.Asked(**asked), viewer=OPERATOR).items]  # type: ignore[arg-type]

    assert found(q="시험 SPEECH@2") == ["software/lab/speech@2"]
    assert found(q="100%") == ["software/lab/speech@2", "software/lab/speech"]
    assert found(q="100_") == found(q="없는말") == []
    assert found(deed="account") == found(who="operator") == ["account/lab"]
    assert found(deed="asset") == found(target="software/lab/speech") == ["software/lab/speech@2", "software/lab/speech"]
    assert found(since=now) == found(until=now - timedelta(hours=1)) == []
    assert len(found(since=now - timedelta(hours=1), until=now)) == 4
    assert not audit.Asked().asks


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with scan.Pool(scan.Limits(workers=1)) as pool:
        home = tmp_path_factory.mktemp("ledger")
        made = yard_in(home, pool, kept=True)
        write(made.house.database, *[f"software/lab/{number:04}" for number in range(1300)], files=3, formula="=1+1")
        yield made
        made.house.close()


def test_a_rare_word_costs_a_page_no_more_than_it_may_look_through(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "LOOK", 400)
    page = get(yard, "/admin/ledger?q=lab%2F0123", Accept="text/html")
    assert "software/lab/0123" not in page
    assert "Looked through down to line" in page
    assert "No line matches" not in page
    pages = 1
    while "software/lab/0123" not in page:
        onward = re.search(r'href="([^"]+)" rel="next">Look further', page)
        assert onward, page
        page, pages = get(yard, html.unescape(onward[1]), Accept="text/html"), pages + 1
    assert pages == 3
    told = yard.get("/api/v1/admin/ledger?q=lab/0123")
    assert (told["items"], bool(told["next"]), told["looked_to"] > 800) == ([], True, True)
    assert yard.get("/api/v1/admin/ledger?who=researcher")["looked_to"] is None
    with yard.house.database.reading() as session:
        asked = audit.Asked(q="nowhere at all")
        found = audit.lines(session, asked, viewer=OPERATOR, look=400)
        while found.next is not None:
            assert found.items == ()
            found = audit.lines(session, asked, viewer=OPERATOR, before=found.next, look=400)
        assert found.looked_to is None
    assert get(yard, "/admin/ledger.csv?q=lab%2F0123").count("software/lab/0123") == 1


@pytest.mark.sqlite
def test_looking_is_as_much_work_in_a_long_ledger_as_in_a_short_one(yard: Yard) -> None:
    steps: list[int] = []

    def work(look: int | None) -> int:
        with yard.house.database.reading() as session:
            driver = session.connection().connection.driver_connection
            assert driver is not None
            driver.set_progress_handler(lambda: steps.append(1), 100)
            steps.clear()
            audit.lines(session, audit.Asked(q="nowhere"), viewer=OPERATOR, look=look)
            driver.set_progress_handler(None, 0)
        return len(steps)

    assert work(100) * 5 < work(None)


def get(yard: Yard, address: str, **headers: str) -> str:
    answer = yard.client.get(address, headers={**yard.signed, **headers})
    assert answer.status_code == 200, answer.text[:1000]
    return answer.text


def test_the_page_pages_and_keeps_what_was_asked(yard: Yard) -> None:
    page = get(yard, "/admin/ledger?target=software/lab/0001&q=asset", **HTML)
    assert page.count('<tr id="line-') == 1
    assert 'value="software/lab/0001"' in page
    older = get(yard, "/admin/ledger?who=researcher", **HTML)
    assert older.count('<tr id="line-') == 40
    assert 'rel="next"' in older
    assert "No line matches." in get(yard, "/admin/ledger?who=unicorn", **HTML)
    assert yard.client.get("/admin/ledger?cursor=bad", headers=yard.signed).status_code == 422


def test_both_files_hold_every_line_that_is_asked_for(yard: Yard) -> None:
    rows = list(csv.DictReader(io.StringIO(get(yard, "/admin/ledger.csv?deed=asset").removeprefix("\ufeff"))))
    assert [row["target"] for row in rows] == [f"software/lab/{number:04}" for number in reversed(range(1300))]
    assert json.loads(rows[0]["facts"]) == {"files": 3, "formula": "=1+1"}
    document = json.loads(get(yard, "/admin/ledger.json?deed=asset"))
    assert len(document["items"]) == 1300
    assert json.loads(get(yard, "/admin/ledger.json?who=unicorn")) == {"items": [], "next": None}


def test_a_program_pages_through_all(yard: Yard) -> None:
    address: str | None = "/api/v1/admin/ledger?deed=asset&limit=200"
    seen = 0
    while address:
        page = json.loads(get(yard, address))
        seen, address = seen + len(page["items"]), page["next"]
    assert seen == 1300
    for bad in ("cursor=x", "limit=0", "since=yesterday", "deed=" + "x" * 65):
        assert yard.client.get(f"/api/v1/admin/ledger?{bad}", headers=yard.signed).status_code == 422
    assert json.loads(get(yard, "/api/v1/admin/ledger?since=0001-01-01T00:00:00%2B09:00&until=9999-12-31T23:59:59-09:00&q=%00"))["items"]


def test_a_verification_is_asked_for_on_the_page_and_its_answer_stays(yard: Yard) -> None:
    house = yard.house
    sign_ledger(house)
    assert yard.client.post("/admin/ledger/checks", headers={**HTML, **yard.signed}).status_code == 303
    made = json.loads(get(yard, "/api/v1/admin/ledger/checks"))["items"][0]
    assert (made["state"], made["by"]) == ("running", "operator")
    assert "Being verified" in get(yard, "/admin/ledger", **HTML)
    checker_of(house).check(made["id"])
    done = json.loads(get(yard, "/api/v1/admin/ledger/checks"))["items"][0]
    assert (done["state"], done["problems"]) == ("whole", [])
    assert done["lines"] >= 1300
    change(house.database, "UPDATE audit_entry SET target='z' WHERE sequence=7")
    again = yard.client.post("/api/v1/admin/ledger/checks", headers=yard.signed).json()
    checker_of(house).check(again["id"])
    page = get(yard, "/admin/ledger", **HTML)
    assert "Not whole" in page
    assert "Line 7 is not what was sealed." in page
    assert "the last verification found it not whole" in get(yard, "/admin", **HTML)
    third = yard.client.post("/api/v1/admin/ledger/checks", headers=yard.signed).json()
    checker_of(house).fail(third["id"], Failure.fault("Test"))
    checker_of(house).fail(third["id"], Failure.fault("Test"))
    assert json.loads(get(yard, "/api/v1/admin/ledger/checks"))["items"][0]["state"] == "failed"


def test_auditors_see_the_ledger_and_nothing_else_of_the_operators(yard: Yard) -> None:
    auditor = kit.Actor("a", "auditor", kit.Role.READER, duties=frozenset({"auditor"}))
    with yard.house.database.writing() as session:
        assert audit.lines(session, audit.Asked(), viewer=auditor).items
        assert audit.verify_later(session, by=auditor).by_name == "auditor"
        with pytest.raises(kit.NotAllowed):
            audit.verify_later(session, by=READER)
