# SPDX-License-Identifier: Apache-2.0
"""Tables of datasets: first rows at once, then all that was read of them; who may see the dataset may."""

import io
import json
from typing import Any, cast

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from builders import HTML, Yard
from hub_wire import Hub
from madang import hub, kit, storage, tables
from madang.hub.cli import hub_group
from madang.hub.preview.kept import at_hand

ROWS = "이름,수,날\n" + "".join(f"w{n % 7},{n},2024-01-{1 + n % 28:02}\n" for n in range(250))
LIMITS = tables.Limits(memory_bytes=256 << 20)
API = "/api/v1/datasets"


def work(yard: Yard) -> int:
    """What waits is read, as the jobs process would; how many there were."""
    with yard.house.database.reading() as session:
        waiting = [(row.sha256, row.form) for row in session.scalars(select(hub.Table).where(hub.Table.state == "reading"))]
    reader = hub.Reader(yard.house.database, yard.house.store, yard.house.scratch, lambda: LIMITS)
    for sha256, form in waiting:
        reader.read(sha256, form)
    assert list(yard.house.scratch.glob("table-*")) == []
    return len(waiting)


@pytest.fixture(scope="module")
def shown(hub_of: Hub, yard: Yard) -> str:
    """An open dataset with a table that was read and one that cannot be; its address behind ``/api/v1``."""
    made = hub_of.create("researcher/rows", private=False)
    answer = hub_of.commit(made, {"a/rows.csv": ROWS, "b/broken.csv": "a,b\n1\n", "a.json": "[]", "note.txt": "x", "README.md": "# 표"})
    assert answer.status_code == 200, answer.text
    assert work(yard) == 3
    return f"{API}/researcher/rows"


@pytest.fixture(scope="module")
def hub_of(yard: Yard) -> Hub:
    """A researcher's way."""
    return Hub(yard, yard.token_for("researcher", kit.Role.MEMBER))


def get(way: Hub, address: str, status: int = 200, **params: Any) -> Any:
    answer = way.ask("GET", address, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def ask(way: Hub, address: str, sql: str, status: int = 200, **more: Any) -> Any:
    answer = way.ask("POST", f"{address}/query", content=json.dumps({"sql": sql, **more}), headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    return answer.json()


def said(answer: Any) -> dict[str, str]:
    """What an answer says, whichever dataset and occurrence it is about."""
    return {
        name: value.replace("hidden", "never-was")
        for name, value in answer.json().items()
        if name not in ("instance", "request_id") and isinstance(value, str)
    }


def test_rows_come_from_what_was_kept_and_further_ones_from_all(shown: str, visitor: Hub) -> None:
    first = get(visitor, f"{shown}/preview", limit=2)
    assert (first["file"], first["total"], first["state"], first["is_whole"]) == ("a/rows.csv", 250, "read", True)
    assert first["rows"] == [["w0", 0, "2024-01-01"], ["w1", 1, "2024-01-02"]]
    assert [each["type"] for each in first["columns"]] == ["VARCHAR", "BIGINT", "DATE"]
    later = get(visitor, f"{shown}/preview", limit=100, offset=200)
    assert ([row[1] for row in later["rows"]], later["has_more"]) == (list(range(200, 250)), False)
    found = get(visitor, f"{shown}/preview", q="W3", sort="수", descending=True, limit=1)
    assert (found["rows"], found["total"], found["has_more"]) == ([["w3", 248, "2024-01-25"]], 35, True) or found["total"] == 36
    few = get(visitor, f"{shown}/preview", column="수", comparison="less", value="2")
    assert [row[1] for row in few["rows"]] == [0, 1]


def test_statistics_were_worked_out_once(shown: str, visitor: Hub) -> None:
    told = get(visitor, f"{shown}/statistics")
    assert (told["rows"], told["duplicates"], told["encoding"], told["columns_in_all"]) == (250, 0, "utf-8", 3)
    name, number, _day = told["columns"]
    assert (name["distinct"], name["is_exact"], name["bars"][0]) == (7, True, {"start": "w0", "end": None, "count": 36})
    assert (number["least"], number["most"], number["missing"], sum(bar["count"] for bar in number["bars"])) == (0, 249, 0, 250)


def test_a_select_is_answered_and_nothing_else(shown: str, visitor: Hub) -> None:
    assert ask(visitor, shown, "SELECT count(*) AS n FROM data")["rows"] == [[250]]
    for sql in ("DROP VIEW data", "SELECT * FROM read_text('/etc/passwd')", "SELECT 1; SELECT 2"):
        assert ask(visitor, shown, sql, 422)["code"] == "not-one-select"
    assert ask(visitor, shown, "SELECT nothing FROM data", 422)["code"] == "invalid-query"
    ask(visitor, shown, "SELECT '\ud800'", 422)
    ask(visitor, shown, "SELECT 1", 404, file="\0")
    assert get(visitor, f"{shown}/preview", 422, sort="nothing")["code"] == "invalid-filter"


def test_why_a_table_cannot_be_read_is_said_each_time(shown: str, visitor: Hub) -> None:
    for address in ("preview", "statistics"):
        told = get(visitor, f"{shown}/{address}", 422, file="b/broken.csv")
        assert told["code"] == "wrong-columns"
        assert "Line 2" in told["detail"]
    assert get(visitor, f"{shown}/preview", 422, file="note.txt")["code"] == "no-table"
    assert get(visitor, f"{shown}/preview", 404, file="nothing.csv")["code"] == "no-such-entry"
    assert get(visitor, f"{shown}/preview", 404, revision="nothing")["code"] == "no-such-revision"


def test_who_may_not_see_the_dataset_is_told_that_there_is_none(hub_of: Hub, neighbour: Hub, visitor: Hub) -> None:
    made = hub_of.create("researcher/hidden")
    hub_of.commit(made, {"a.csv": ROWS})
    for way in (neighbour, visitor):
        for address in ("preview", "statistics"):
            hidden, absent = (way.ask("GET", f"{API}/researcher/{name}/{address}") for name in ("hidden", "never-was"))
            assert hidden.status_code == absent.status_code == 404
            assert said(hidden) == said(absent)
        asked = [way.ask("POST", f"{API}/researcher/{name}/query", json={"sql": "SELECT 1"}) for name in ("hidden", "never-was")]
        assert {each.status_code for each in asked} == {404}
        assert said(asked[0]) == said(asked[1])
    # The same bytes were read for the open dataset, so the owner has them at once.
    assert get(hub_of, f"{API}/researcher/hidden/statistics")["rows"] == 250


def test_first_rows_are_there_before_the_table_is_read(hub_of: Hub, yard: Yard) -> None:
    made = hub_of.create("researcher/fresh")
    address = f"{API}/researcher/fresh"
    get(hub_of, f"{address}/preview", 404)
    hub_of.commit(made, {"a.tsv": "n\tm\n1\t2\n3\t4\n"})
    told = get(hub_of, f"{address}/preview")
    assert (told["state"], told["is_whole"], told["total"], told["rows"]) == ("reading", False, None, [[1, 2], [3, 4]])
    answer = hub_of.ask("GET", f"{address}/statistics")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "table-not-read", "2")
    get(hub_of, f"{address}/preview", 503, q="1")
    assert work(yard) == 1
    assert get(hub_of, f"{address}/preview", q="3")["rows"] == [[3, 4]]
    assert work(yard) == 0


def test_a_table_that_nobody_asked_for_is_read_when_somebody_asks(hub_of: Hub, yard: Yard) -> None:
    made = hub_of.create("researcher/old")
    hub_of.commit(made, {"a.csv": "n\n42\n"})
    with yard.house.database.writing() as session:
        session.delete(session.scalars(select(hub.Table).where(hub.Table.state == "reading")).one())
    address = f"{API}/researcher/old"
    assert get(hub_of, f"{address}/preview")["state"] == "unread"
    assert ask(hub_of, address, "SELECT 1", 503)["code"] == "table-not-read"
    assert work(yard) == 1
    assert ask(hub_of, address, "SELECT n FROM data")["rows"] == [[42]]


def test_a_table_that_is_too_large_is_shown_by_its_first_rows(hub_of: Hub, yard: Yard) -> None:
    made = hub_of.create("researcher/large")
    hub_of.commit(made, {"a.csv": "n\n" + "7\n" * 50})
    with yard.house.database.reading() as session:
        row = session.scalars(select(hub.Table).where(hub.Table.state == "reading")).one()
    small = tables.Limits(file_bytes=10)
    hub.Reader(yard.house.database, yard.house.store, yard.house.scratch, lambda: small).read(row.sha256, row.form)
    told = get(hub_of, f"{API}/researcher/large/preview", limit=2)
    assert (told["rows"], told["is_whole"], told["state"]) == ([[7], [7]], False, "refused")
    assert get(hub_of, f"{API}/researcher/large/statistics", 413)["code"] == "table-too-large"


def test_what_was_read_is_kept_as_long_as_the_file_lies_somewhere(shown: str, hub_of: Hub, yard: Yard) -> None:
    made = hub_of.create("researcher/gone")
    hub_of.commit(made, {"a.csv": "gone\n1\n"})
    work(yard)
    with yard.house.database.reading() as session:
        kept = {row.sha256: (row.facts, row.rows) for row in session.scalars(select(hub.Table).where(hub.Table.state == "read"))}
        assert {each for pair in kept.values() for each in pair} <= hub.needed_objects(session)
    hub_of.ask("DELETE", "/api/repos/delete", json={"name": "gone", "organization": "researcher", "type": "dataset"})
    assert hub.forget_tables(yard.house.database) == 0
    assert hub.forget_tables(yard.house.database, older_than=-hub.preview.reader.KEPT) == 1
    assert get(hub_of, f"{shown}/statistics")["rows"] == 250


def test_what_fails_for_good_is_said(hub_of: Hub, yard: Yard) -> None:
    made = hub_of.create("researcher/failed")
    hub_of.commit(made, {"a.csv": "failed\n1\n"})
    with yard.house.database.reading() as session:
        row = session.scalars(select(hub.Table).where(hub.Table.state == "reading")).one()
    job = hub.Reader(yard.house.database, yard.house.store, yard.house.scratch, lambda: LIMITS).tasks()[0]
    assert job.on_failed is not None
    job.on_failed(row.sha256, row.form, None)
    assert get(hub_of, f"{API}/researcher/failed/preview", 422)["code"] == "reader-ended"


def page(way: Hub, address: str, status: int = 200, **params: str) -> str:
    answer = way.ask("GET", address, params=params, headers={**HTML, "Accept-Language": "en"})
    assert answer.status_code == status, answer.text[:2000]
    text: str = answer.text
    return text


PAGE = "/datasets/researcher/rows/preview/main"


def test_the_page_shows_rows_and_what_the_columns_hold(shown: str, visitor: Hub) -> None:
    told = page(visitor, PAGE)
    for said_ in ("250 rows", "w1", "1–20 of 250", 'href="/datasets/researcher/rows/preview/main?page=2"', "no row stands there twice"):
        assert said_ in told, said_
    assert told.count('<svg class="map "') == 3
    assert told.count("The same as a table") == 3
    assert '<th scope="row">w0</th><td class="num">36</td>' in told  # the twin of the picture
    assert "style=" not in told
    assert f'href="{PAGE}"' in page(visitor, "/datasets/researcher/rows")
    assert f'href="{PAGE}/a/rows.csv"' in page(visitor, "/datasets/researcher/rows/blob/main/a/rows.csv")
    assert "Line 2" in page(visitor, f"{PAGE}/b/broken.csv")
    assert "열마다 무엇이 있는지" in visitor.ask("GET", PAGE, headers={**HTML, "Accept-Language": "ko"}).text


def test_the_page_finds_sorts_and_asks(shown: str, visitor: Hub) -> None:
    told = page(visitor, PAGE, q="W3", sort="수", down="1")
    assert "of 36" in told
    assert told.index('<td class="num">248</td>') < told.index('<td class="num">241</td>')
    assert "No row answers." in page(visitor, PAGE, q="nothing like it")
    assert "no column here" in page(visitor, PAGE, 422, sort="nothing")
    told = page(visitor, PAGE, sql="SELECT sum(수) AS total FROM data")
    assert "31125" in told
    told = page(visitor, PAGE, 422, sql="DROP VIEW data")
    assert "This only reads" in told
    assert ">DROP VIEW data</textarea>" in told  # what was typed stays


def test_what_is_shown_is_had_as_a_file(shown: str, visitor: Hub) -> None:
    table = visitor.ask("GET", PAGE, params={"q": "w3", "as": "csv"})
    assert table.text.splitlines()[:2] == ["\ufeff이름,수,날", "w3,3,2024-01-04"]
    assert "attachment" in table.headers["Content-Disposition"]
    answer = visitor.ask("GET", PAGE, params={"sql": "SELECT max(수) AS m FROM data", "as": "json"})
    assert answer.json() == {"columns": ["m"], "rows": [[249]]}


def test_the_page_says_when_there_is_no_table_or_it_is_not_read(hub_of: Hub, yard: Yard, neighbour: Hub) -> None:
    made = hub_of.create("researcher/paged")
    address = "/datasets/researcher/paged/preview/main"
    assert "There is no table here." in page(hub_of, address)
    hub_of.commit(made, {"a.csv": "n,<b>\n5,<i>\n"})
    told = page(hub_of, address)
    assert "Not read to its end yet" in told
    assert "<td>&lt;i&gt;</td>" in told
    assert "<textarea" not in told
    with yard.house.database.writing() as session:
        session.delete(session.scalars(select(hub.Table).where(hub.Table.state == "reading")).one())
    assert "Have it read" in page(hub_of, address)
    assert hub_of.ask("POST", address).status_code == 303
    assert work(yard) == 1
    assert "1 row" in page(hub_of, address)
    page(hub_of, "/datasets/researcher/paged/preview/nothing", 404)
    page(hub_of, f"{address}/nothing.csv", 404)
    assert page(neighbour, address, 404).count("paged") == page(neighbour, "/datasets/researcher/never/preview/main", 404).count("never")


def test_the_command_line_looks_into_a_table(shown: str, yard: Yard) -> None:
    class Kept:
        database, store, limits = yard.house.database, yard.house.store, yard.house.limits

        def close(self) -> None:
            """It stays open for the others."""

    def run(*given: str) -> str:
        done = CliRunner().invoke(hub_group(Kept, str), ["preview", *given], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    assert run("researcher/rows", "--rows", "1") == "a/rows.csv: 250 rows\n이름\t수\t날\nw0\t0\t2024-01-01\n"
    assert run("researcher/rows", "--sql", "SELECT max(수) AS m FROM data") == "m\n249\n"
    assert json.loads(run("researcher/rows", "a/rows.csv", "--sort", "수", "--descending", "--rows", "1", "--json"))["rows"][0][1] == 249
    assert "수\tBIGINT\t0\t250\t0\t249\t124.5" in run("researcher/rows", "--statistics")
    assert json.loads(run("researcher/rows", "--statistics", "--json"))["rows"] == 250
    for given, sentence in (
        (("rows", "b/broken.csv"), "Line 2"),
        (("never",), "no repository"),
        (("rows", "--sql", "DROP VIEW data"), "only this table"),
    ):
        with pytest.raises(kit.Refusal, match=sentence):  # the tree of commands says it and ends with 2: tests/rooms/cli
            run(f"researcher/{given[0]}", *given[1:])


def test_an_object_that_lies_elsewhere_is_brought_here() -> None:
    class Elsewhere:
        def open(self, _sha256: str) -> io.BytesIO:
            return io.BytesIO(b"n\n1\n")

    store = cast("storage.Store", Elsewhere())
    with at_hand(store, "0" * 64) as whole, at_hand(store, "0" * 64, most=2) as some:
        assert (whole.read_bytes(), some.read_bytes()) == (b"n\n1\n", b"n\n")
    assert not whole.exists()


def test_what_was_read_and_is_gone_is_found(shown: str, yard: Yard) -> None:
    def faults() -> list[str]:
        return [each.what for each in hub.check(yard.house.database, yard.house.store).faults]

    assert faults() == []
    with yard.house.database.reading() as session:
        row = session.scalars(select(hub.Table).where(hub.Table.state == "read")).first()
    assert row is not None
    assert row.facts is not None
    place = yard.house.home / "store" / "objects" / row.facts[:2] / row.facts[2:]
    kept = place.read_bytes()
    place.unlink()
    assert faults() == ["no-table"]
    yard.house.store.put_bytes(kept)
